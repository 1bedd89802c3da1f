//! Asks a person's login shell for its PATH, with a time limit. Ends it with all that it started.

use std::ffi::OsString;
use std::io::Read;
use std::os::unix::ffi::OsStringExt;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use crate::tree::{self, Ending, TREE_MARK};

/// How long a login shell may take.
const PROBE_LIMIT: Duration = Duration::from_secs(5);
/// Stands in front of and behind the shell's answer: its start-up files may print anything.
const MARKER: &str = "\0dagdeck\0";

/// Asks it, where we were not started from a terminal.
pub(super) fn probe() -> Option<OsString> {
    if std::env::var_os("TERM").is_some_and(|term| !term.is_empty()) {
        return None;
    }
    let shell = std::env::var_os("SHELL").filter(|shell| Path::new(shell).is_absolute())?;
    ask_shell(Path::new(&shell), PROBE_LIMIT)
}

/// Asks a shell for its PATH. It dies with this thread, and its whole tree at the limit.
fn ask_shell(shell: &Path, limit: Duration) -> Option<OsString> {
    let script = r"printf '\0dagdeck\0'; printenv PATH; printf '\0dagdeck\0'";
    let mark = format!("probe-{}", uuid::Uuid::new_v4().simple());
    let mut command = crate::child::prepare(shell);
    crate::child::die_with_us(&mut command);
    command.arg("-ilc").arg(script).env(TREE_MARK, &mark);
    command.stdout(Stdio::piped()).stderr(Stdio::null());
    let mut started = crate::child::begin(&mut command).ok()?;
    let mut pipe = started.stdout.take()?;
    let (answer, answered) = std::sync::mpsc::channel();
    let reader = std::thread::Builder::new()
        .name("login shell".into())
        .spawn(move || {
            let (mut all, mut chunk) = (Vec::new(), [0u8; 4096]);
            while let Ok(length @ 1..) = pipe.read(&mut chunk) {
                all.extend_from_slice(&chunk[..length]);
                if let Some(path) = between_markers(&all) {
                    // Nobody listens any more once the limit is over.
                    let _late = answer.send(path.to_vec());
                    return;
                }
            }
        });
    let path = reader
        .is_ok()
        .then(|| answered.recv_timeout(limit).ok())
        .flatten();
    end_probe(&started, &mark);
    let _reaped = started.wait();
    path.map(OsString::from_vec).filter(|path| !path.is_empty())
}

fn end_probe(started: &std::process::Child, mark: &str) {
    let pid = started.id();
    let root = tree::process(pid).map(|seen| seen.id);
    tree::end(
        tree::everything(root.into_iter().collect(), Some((TREE_MARK, mark))),
        Ending {
            polite: Duration::ZERO,
            limit: Duration::from_secs(1),
            clean_looks: 1,
        },
    );
}

/// What stands between two markers, without the line end.
fn between_markers(all: &[u8]) -> Option<&[u8]> {
    let marker = MARKER.as_bytes();
    let find = |from: usize| {
        all.get(from..)?
            .windows(marker.len())
            .position(|window| window == marker)
            .map(|at| from + at)
    };
    let begin = find(0)? + marker.len();
    Some(all[begin..find(begin)?].trim_ascii_end())
}

#[cfg(test)]
mod tests {
    use super::super::tests::program;
    use super::*;

    /// The pid in a file, once its line is whole.
    fn pid_in(file: &Path) -> Option<u32> {
        let text = fs_err::read_to_string(file).ok()?;
        text.strip_suffix('\n')?.parse().ok()
    }

    #[test]
    fn what_a_shell_prints_around_the_answer_is_ignored() {
        assert_eq!(
            between_markers(b"banner\n\0dagdeck\0/a:/b\n\0dagdeck\0bye"),
            Some(b"/a:/b" as &[u8])
        );
        assert_eq!(between_markers(b"banner \0dagdeck\0/a:/b"), None);
    }

    #[test]
    fn a_shell_with_a_banner_answers() {
        let folder = tempfile::tempdir().unwrap();
        let shell = folder.path().join("shell");
        program(
            &shell,
            "#!/bin/sh\necho welcome\nPATH=/odd/place:$PATH\nexport PATH\neval \"$2\"\n",
        );
        let path = ask_shell(&shell, Duration::from_secs(60)).unwrap();
        assert!(path.to_string_lossy().starts_with("/odd/place:"));
    }

    #[test]
    fn a_shell_that_hangs_is_ended_with_all_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let (shell, pid_file) = (folder.path().join("shell"), folder.path().join("pid"));
        program(
            &shell,
            &format!(
                "#!/bin/sh\nsetsid sleep 600 &\necho $! > '{}'\nsleep 600\n",
                pid_file.display()
            ),
        );
        // On a busy machine a shell may be ended before it came to start anything: the next gets more time.
        let stray = [1, 5, 30].into_iter().find_map(|seconds| {
            assert_eq!(ask_shell(&shell, Duration::from_secs(seconds)), None);
            pid_in(&pid_file)
        });
        let stray = stray.unwrap();
        testkit::wait_until_blocking("the stray is gone", Duration::from_secs(20), || {
            crate::tree::process(stray).is_none_or(|seen| seen.ended)
        });
    }
}
