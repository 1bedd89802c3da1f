//! A command that is told to end does, whatever it waits for: an owner that hangs, an index that never answers, a reader who
//! does not read.

use std::io::{BufRead, BufReader, PipeReader, PipeWriter, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use api::OperationState;
use testkit::{TestDir, wait_until, wait_until_none_mentions, within};
use tokio::net::TcpListener;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::command::program;
use crate::hosted::{Current, LOOKING, gone, host, reach};
use crate::new::Bench;
use crate::opened::SYNCING;
use crate::sync_failures::Demo;
use crate::through_owner::endless_uv;

/// How long a command may take to end: much less than it would wait.
const ENDING: Duration = Duration::from_secs(20);

/// A command that is ended with the test.
struct Waiting(Child);

impl Waiting {
    fn start(command: &mut Command) -> Self {
        Self(command.spawn().unwrap())
    }

    fn signal(&self, name: &str) {
        assert!(signal(self.0.id(), name), "{name}");
    }

    /// Waits until it has ended as one that was told to.
    async fn ended(&mut self) {
        let ended = within("the command ends", ENDING, async || {
            self.0.try_wait().unwrap()
        });
        assert_eq!(ended.await.code(), Some(130));
    }

    /// Whether it waits for somebody who reads what it prints.
    fn is_unread(&self) -> bool {
        let waits = std::fs::read_to_string(format!("/proc/{}/wchan", self.0.id()));
        waits.is_ok_and(|at| at.contains("pipe_write"))
    }

    /// Whether it has a thread of this name.
    fn has_thread(&self, name: &str) -> bool {
        let threads = std::fs::read_dir(format!("/proc/{}/task", self.0.id())).unwrap();
        threads.flatten().any(|thread| {
            std::fs::read_to_string(thread.path().join("comm")).is_ok_and(|it| it.trim() == name)
        })
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _gone = self.0.wait();
    }
}

/// A process that does nothing until this is dropped.
struct Hung(u32);

impl Hung {
    fn of(pid: u32) -> Self {
        assert!(signal(pid, "STOP"));
        Self(pid)
    }
}

impl Drop for Hung {
    fn drop(&mut self) {
        signal(self.0, "CONT");
    }
}

fn signal(pid: u32, name: &str) -> bool {
    let words = [format!("-{name}"), pid.to_string()];
    Command::new("kill").args(words).status().unwrap().success()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_whose_owner_hangs_ends_when_it_is_told_twice_and_is_taken_back_all_the_same() {
    let demo = Demo::new();
    let (uv, path) = endless_uv(&demo);
    let mut reach = reach(&demo.root(), &demo.state());
    reach.environment.insert("PATH".into(), path.clone().into());
    let window = host(&reach, LOOKING).await;
    let mut current = Current::of(&window).await;
    let mut sync = Waiting::start(
        demo.command(program())
            .args(demo.arguments())
            .env("PATH", path)
            .stdout(Stdio::null())
            .stderr(Stdio::piped()),
    );
    wait_until("uv syncs", SYNCING, async || {
        let asked = uv.asked();
        asked.iter().any(|one| one.contains("--compile-bytecode"))
    })
    .await;

    let pid = window.owner().hello().pid;
    let hung = Hung::of(pid);
    let mut said = BufReader::new(sync.0.stderr.take().unwrap()).lines();
    sync.signal("INT");
    let reading = spawn_blocking(move || {
        let once = said.find(|line| line.as_ref().unwrap().contains("Once more"));
        (once.is_some(), said)
    });
    let (once, said) = timeout(ENDING, reading).await.unwrap().unwrap();
    assert!(once, "it says what once more does");
    sync.signal("TERM");
    sync.ended().await;
    let last: Vec<String> = said.map(Result::unwrap).collect();
    let last = last.join("\n");
    assert!(last.contains(&format!("process {pid} goes on")), "{last}");
    assert!(last.contains(&format!("`kill -9 {pid}`")), "{last}");
    drop(hung);
    current
        .until("it is taken back", |snapshot| {
            let mut operations = snapshot.operations.iter();
            operations.any(|one| one.state == OperationState::Cancelled)
        })
        .await;
    drop((current, window));
    gone(demo.around()).await;
}

/// A pipe that holds no more, and its reader.
fn full_pipe() -> (PipeReader, PipeWriter) {
    let (unread, mut full) = std::io::pipe().unwrap();
    full.write_all(&[b' '; 65_536]).unwrap();
    (unread, full)
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_nobody_reads_ends_when_it_is_told_once() {
    let demo = Demo::synced();
    for words in [
        &["sync", "--trust"][..],
        &["sync", "--trust", "--dry-run"],
        &["down"],
        &["down", "--json"],
    ] {
        let (unread, full) = full_pipe();
        let mut printing = Waiting::start(
            demo.command(program())
                .arg(words[0])
                .arg(demo.root())
                .args(&words[1..])
                .stdout(full)
                .stderr(Stdio::null()),
        );
        wait_until(format!("{words:?} prints"), SYNCING, async || {
            printing.is_unread()
        })
        .await;
        printing.signal("INT");
        printing.ended().await;
        drop(unread);
    }
    gone(demo.around()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_prints_ends_in_peace_where_its_reader_has_gone() {
    // The project has no environment: a doctor finds a blocker.
    let demo = Demo::new();
    for words in [
        &["status"][..],
        &["status", "--json"],
        &["doctor"],
        &["doctor", "--json"],
        &["doctor", "--report"],
        &["sync", "--dry-run", "--trust"],
        &["sync", "--dry-run", "--trust", "--json"],
        &["down"],
        &["down", "--json"],
    ] {
        let (unread, writer) = std::io::pipe().unwrap();
        drop(unread);
        let mut command = demo.command(program());
        command
            .arg(words[0])
            .arg(demo.root())
            .args(&words[1..])
            .stdout(writer);
        let ended = spawn_blocking(move || command.output().unwrap());
        let ended = ended.await.unwrap();
        let said = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(ended.status.code(), Some(0), "{words:?}: {said}");
        assert!(!said.contains("dagdeck: "), "{words:?}: {said}");
    }
    gone(demo.around()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_up_whose_first_word_nobody_reads_ends_at_once() {
    let demo = Demo::new();
    let (unread, full) = full_pipe();
    let mut up = Waiting::start(
        demo.command(program())
            .arg("up")
            .arg(demo.root())
            .args(["--json", "--trust"])
            .stdout(full)
            .stderr(Stdio::null()),
    );
    wait_until("it prints", SYNCING, async || up.has_thread("out")).await;
    up.signal("INT");
    up.ended().await;
    drop(unread);
    gone(demo.around()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_workspace_whose_index_never_answers_ends_at_once_and_leaves_nothing() {
    let bench = Bench::new();
    let silent = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = format!("http://{}/simple", silent.local_addr().unwrap());
    let mut new = Waiting::start(
        bench
            .command()
            .args(["new", "workspace", "acme"])
            .env("UV_DEFAULT_INDEX", address)
            .env("UV_CACHE_DIR", bench.0.make("cache"))
            .stdout(Stdio::null())
            .stderr(Stdio::null()),
    );
    let asked = timeout(SYNCING, silent.accept()).await;
    assert!(asked.unwrap().is_ok(), "the index is asked");
    new.signal("INT");
    new.ended().await;
    assert!(!bench.at("acme").exists());
    wait_until_none_mentions(&[bench.0.path()]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_to_the_index_that_is_given_up_leaves_nothing_where_temporary_files_lie() {
    let demo = Demo::new();
    let silent = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = format!("http://{}/simple", silent.local_addr().unwrap());
    let temporary = TestDir::new();
    let mut doctor = Waiting::start(
        demo.command(program())
            .arg("doctor")
            .arg(demo.root())
            .env("UV_DEFAULT_INDEX", address)
            .env("TMPDIR", temporary.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null()),
    );
    let asked = timeout(SYNCING, silent.accept()).await;
    assert!(asked.unwrap().is_ok(), "the index is asked");
    doctor.signal("INT");
    doctor.ended().await;
    wait_until_none_mentions(&[demo.around()]).await;
    assert_eq!(left_in(temporary.path()), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_kept_track_of_leaves_nothing_where_temporary_files_lie() {
    let demo = Demo::new();
    // The list of what runs belongs in a folder of this name.
    fs_err::create_dir_all(demo.state()).unwrap();
    fs_err::write(demo.state().join("running"), "").unwrap();
    let temporary = TestDir::new();
    for words in [
        &["sync", "--trust"][..],
        &["sync", "--dry-run"],
        &["doctor"],
    ] {
        let mut command = demo.command(program());
        command
            .arg(words[0])
            .arg(demo.root())
            .args(&words[1..])
            .env("TMPDIR", temporary.path());
        let output = spawn_blocking(move || command.output().unwrap());
        let output = output.await.unwrap();
        gone(demo.around()).await;
        // An owner's socket may have lain there.
        let mut left = left_in(temporary.path());
        left.retain(|name| !name.starts_with("dagdeck-"));
        assert_eq!(left, [""; 0], "{words:?} {output:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(said.matches("can't keep track").count(), 1, "{said}");
        if words == ["doctor"] {
            assert_eq!(output.status.code(), Some(1), "nothing can be started");
            let page = String::from_utf8(output.stdout).unwrap();
            assert!(page.contains("Nothing can be started"), "{page}");
        }
    }
}

/// The names in a folder.
fn left_in(folder: &Path) -> Vec<String> {
    let all = fs_err::read_dir(folder).unwrap();
    all.map(|one| one.unwrap().file_name().into_string().unwrap())
        .collect()
}
