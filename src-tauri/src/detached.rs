//! Starts the person's own programs (an editor, the system's opener) that are not Dagdeck's to end.
//!
//! The one place outside the `process` crate that starts anything: what is opened here has to outlive the app, and so must
//! be neither in the table nor marked. Never goes through a shell.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// How long a program is watched: one that can't show what it was given ends within that, and says so by its exit alone.
const WATCHED: Duration = Duration::from_secs(1);

/// Starts `words[0]` with the rest as its arguments, from a clean environment, and forgets it once it goes on or went well.
///
/// Blocks for a second at most, so it belongs on a blocking thread.
///
/// # Errors
/// Where the program can't be started, or ends at once and not well.
pub(crate) fn start(words: &[String], folder: &Path) -> io::Result<()> {
    let Some((program, arguments)) = words.split_first() else {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "there is no program to start",
        ));
    };
    #[expect(
        clippy::disallowed_methods,
        reason = "an editor must outlive Dagdeck; see this module's first lines"
    )]
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    // What an AppImage's launcher set would lead the program to our libraries.
    command.env_clear().envs(process::whole_environment());
    if folder.is_dir() {
        command.current_dir(folder);
    }
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        // A group of its own: Ctrl-C in our terminal is not meant for it.
        command.process_group(0);
    }
    let mut child = command.spawn()?;
    let (ended, hears) = mpsc::channel();
    // Waited for, or it would stay in the process list as a dead entry until we end.
    std::thread::spawn(move || ended.send(child.wait()));
    match hears.recv_timeout(WATCHED) {
        Ok(Ok(status)) if !status.success() => Err(io::Error::other(format!(
            "{program} ended at once: {status}"
        ))),
        Ok(Err(unknown)) => Err(unknown),
        Ok(Ok(_)) | Err(_) => Ok(()),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn each_word_reaches_the_program_as_it_is() {
        let folder = std::env::temp_dir().join(format!("dagdeck detached {}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let name = "a; b $HOME 'c'.py";
        start(&["touch".to_owned(), name.to_owned()], &folder).unwrap();
        let deadline = Instant::now() + Duration::from_secs(20);
        while !folder.join(name).exists() {
            assert!(
                Instant::now() < deadline,
                "the program never ran in the folder"
            );
            std::thread::yield_now();
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_program_that_ends_badly_at_once_is_told_and_one_that_goes_on_is_not() {
        let words = |script: &str| ["sh", "-c", script].map(str::to_owned);
        let failed = start(&words("exit 3"), Path::new("/")).unwrap_err();
        assert_eq!(failed.kind(), io::ErrorKind::Other);
        start(&words("exit 0"), Path::new("/")).unwrap();
        start(&words("sleep 2; exit 3"), Path::new("/")).unwrap();
    }

    #[test]
    fn a_program_that_is_not_there_is_told_at_once() {
        let words = ["dagdeck-no-such-editor".to_owned()];
        assert_eq!(
            start(&words, Path::new("/")).unwrap_err().kind(),
            io::ErrorKind::NotFound
        );
        assert_eq!(
            start(&[], Path::new("/")).unwrap_err().kind(),
            io::ErrorKind::InvalidInput
        );
    }
}
