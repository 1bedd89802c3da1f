#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::time::{Duration, Instant};

use process::{CommandLine, GuardProgram, Table};
use tempfile::TempDir;

use super::*;
use crate::present::command_view;
use crate::state::Opened;
use api::{Machine, Settings, Snapshot};

const LIMIT: Duration = Duration::from_secs(30);

/// A record in a folder of its own, with real programs to run.
struct Recorded {
    operations: Operations,
    table: Arc<Table>,
    folder: Arc<TempDir>,
    notices: Vec<String>,
}

impl Recorded {
    fn new() -> Self {
        Self::within(Arc::new(tempfile::tempdir().unwrap()))
    }

    /// The record as the next start finds it.
    fn within(folder: Arc<TempDir>) -> Self {
        let Opened {
            state,
            operations,
            notices,
        } = State::open(folder.path(), None);
        let last = operations.iter().map(|one| one.id).max();
        let board = Arc::new(Board::new(Snapshot {
            revision: 0,
            version: String::new(),
            platform: String::new(),
            home: String::new(),
            machine: Machine::default(),
            recent: Vec::new(),
            settings: Settings::default(),
            workspace: None,
            health: api::HealthView::default(),
            creation: None,
            operations,
            notices: Vec::new(),
        }));
        // It ends when its input does, which is all that these tests ask of a guard.
        let guard = GuardProgram {
            program: "/bin/sh".into(),
            arguments: vec!["-c".into(), "cat >/dev/null".into()],
        };
        let (table, _) = Table::open(folder.path(), guard).unwrap();
        Self {
            operations: Operations::after(last, board, Arc::new(state)),
            table: Arc::new(table),
            folder,
            notices,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn shown(&self) -> Vec<Operation> {
        self.operations
            .board
            .read(|snapshot| snapshot.operations.clone())
    }

    fn titled(&self, title: &str) -> Option<Operation> {
        self.shown().into_iter().find(|one| one.title == title)
    }

    /// Runs a shell script on the record, in the background.
    fn run(
        &self,
        title: &str,
        script: &str,
        environment: Option<&str>,
    ) -> tokio::task::JoinHandle<Result<process::Finished, OnceError>> {
        let command = CommandLine::new("/bin/sh", self.folder.path()).args(["-c", script]);
        let (operations, table) = (self.operations.clone(), Arc::clone(&self.table));
        let title = title.to_owned();
        let environment = environment.map(|name| self.path(name));
        tokio::spawn(async move {
            let once = OneShot {
                begun: NewOperation {
                    title,
                    ..NewOperation::default()
                },
                done: None,
                command: &command,
                writer: None,
                limit: LIMIT,
                environment,
            };
            operations
                .run(&table, once, &CancellationToken::new())
                .await
        })
    }
}

async fn until(what: &str, condition: impl Fn() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < LIMIT, "waited in vain until {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The titles and states that are on disk.
fn kept(folder: &Path) -> String {
    let rows = rusqlite::Connection::open(folder.join("cache.db")).unwrap();
    rows.busy_timeout(LIMIT).unwrap();
    let all = "SELECT coalesce(group_concat(title || state), '') FROM operations";
    rows.query_row(all, [], |row| row.get(0)).unwrap()
}

#[test]
fn values_of_the_persons_env_files_are_masked_and_our_own_shown() {
    let command = CommandLine::new("python", "project")
        .env("DAGSTER_HOME", "home")
        .env("SNOWFLAKE_PASSWORD", "hunter2")
        .env("DAGSTER_CLOUD_API_TOKEN", "hunter2")
        .env("UV_INDEX_URL", "https://ada:hunter2@index.example/simple");
    let view = command_view(&command);
    assert!(!view.shell.contains("hunter2"), "{}", view.shell);
    assert!(view.shell.contains("DAGSTER_HOME"), "{}", view.shell);
}

#[tokio::test]
async fn the_record_is_there_after_a_restart() {
    let first = Recorded::new();
    first
        .run("Said hello", "echo hello", None)
        .await
        .unwrap()
        .unwrap();
    let failed = first
        .run("Said no", "echo why >&2; exit 3", None)
        .await
        .unwrap();
    let failed = failed.unwrap_err();
    let said = matches!(&failed, OnceError::Tool { ended, .. } if ended.contains("code 3"));
    assert!(said, "{failed:?}");
    until("both are on disk", || {
        kept(first.folder.path()).contains("failed")
    })
    .await;
    let folder = Arc::clone(&first.folder);
    drop(first);

    let second = Recorded::within(folder);
    assert_eq!(second.notices, [""; 0]);
    let said = second.titled("Said hello").unwrap();
    assert_eq!(said.state, OperationState::Succeeded);
    assert!(said.took.is_some() && said.command.is_some());
    let no = second.titled("Said no").unwrap();
    assert!(matches!(no.state, OperationState::Failed { .. }), "{no:?}");
    assert_eq!(no.tail, ["why"], "the last lines of a failure are kept");

    second
        .run("Said more", "true", None)
        .await
        .unwrap()
        .unwrap();
    let ids: Vec<u32> = second.shown().iter().map(|one| one.id).collect();
    assert_eq!(ids, [3, 2, 1], "numbers go on");
}

#[tokio::test]
async fn what_ran_when_the_app_was_killed_is_interrupted_and_never_running() {
    let first = Recorded::new();
    let command = CommandLine::new("/bin/sh", first.folder.path());
    let begun = NewOperation {
        title: "Syncing acme".to_owned(),
        ..NewOperation::default()
    };
    let line = first
        .operations
        .line(begun, &command, &CancellationToken::new());
    line.show_phase("Fetching grpcio");
    until("it is on disk", || {
        kept(first.folder.path()).contains("Syncing acme")
    })
    .await;
    // A killed app drops nothing, and holds nothing any more by which others know that it lives.
    std::mem::forget(line);
    fs_err::remove_dir_all(first.folder.path().join("sessions")).unwrap();
    let second = Recorded::within(Arc::clone(&first.folder));
    let found = second.titled("Syncing acme").unwrap();
    assert_eq!(found.state, OperationState::Interrupted);
    assert!(!found.cancellable && found.progress.is_none());
    let refused = second.operations.cancel(found.id).unwrap_err();
    assert_eq!(
        refused,
        NotCancellable {
            operation: found.id
        }
    );
}

#[tokio::test]
async fn a_line_that_nobody_works_on_any_more_does_not_stay_running() {
    let recorded = Recorded::new();
    let job = recorded.run("Slept", "sleep 600", None);
    until("it runs", || recorded.titled("Slept").is_some()).await;
    job.abort();
    until("it is put down", || {
        recorded.titled("Slept").unwrap().state == OperationState::Interrupted
    })
    .await;
}

#[tokio::test]
async fn a_damaged_record_is_set_aside_and_said() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let path = folder.path().join("operations.json");
    std::fs::write(&path, "[ half a rec").unwrap();
    let recorded = Recorded::within(Arc::clone(&folder));
    assert!(recorded.shown().is_empty());
    let notice = recorded.notices.join("\n");
    assert!(notice.contains("operations.damaged-1.json"), "{notice}");
    let aside = std::fs::read_to_string(folder.path().join("operations.damaged-1.json"));
    assert_eq!(aside.unwrap(), "[ half a rec");
    recorded
        .run("Said hello", "true", None)
        .await
        .unwrap()
        .unwrap();
    until("a new record is written", || {
        kept(folder.path()).contains("Said hello")
    })
    .await;
}

#[tokio::test]
async fn one_environment_is_changed_by_one_program_at_a_time() {
    let recorded = Recorded::new();
    let script = "echo in >> turns; until [ -e go ]; do sleep 0.02; done; echo out >> turns";
    let first = recorded.run("First", script, Some("venv"));
    until("the first has its turn", || recorded.path("turns").exists()).await;
    let second = recorded.run("Second", script, Some("venv"));
    until("the second says that it waits", || {
        recorded
            .titled("Second")
            .and_then(|one| one.progress)
            .is_some_and(|progress| progress.words.contains("waiting for another operation"))
    })
    .await;
    std::fs::write(recorded.path("go"), "").unwrap();
    first.await.unwrap().unwrap();
    second.await.unwrap().unwrap();
    let turns = std::fs::read_to_string(recorded.path("turns")).unwrap();
    assert_eq!(turns, "in\nout\nin\nout\n");
}

#[tokio::test]
async fn different_environments_are_changed_side_by_side() {
    let recorded = Recorded::new();
    // Each ends only once the other has begun.
    let meet =
        |own: &str, other: &str| format!("touch {own}; until [ -e {other} ]; do sleep 0.02; done");
    let left = recorded.run("Left", &meet("left", "right"), Some("one"));
    let right = recorded.run("Right", &meet("right", "left"), Some("two"));
    left.await.unwrap().unwrap();
    right.await.unwrap().unwrap();
}

#[tokio::test]
async fn taking_one_back_ends_its_whole_tree() {
    let recorded = Recorded::new();
    let job = recorded.run("Slept", "sleep 600 & echo $! > child; wait", None);
    until("its child runs", || {
        std::fs::read_to_string(recorded.path("child")).is_ok_and(|text| text.ends_with('\n'))
    })
    .await;
    let child = std::fs::read_to_string(recorded.path("child")).unwrap();
    let child = PathBuf::from("/proc").join(child.trim());
    let slept = recorded.titled("Slept").unwrap();
    assert!(slept.cancellable);
    recorded.operations.cancel(slept.id).unwrap();
    let error = job.await.unwrap().unwrap_err();
    assert!(error.is_cancelled(), "{error:?}");
    let slept = recorded.titled("Slept").unwrap();
    assert_eq!(
        (slept.state, slept.cancellable),
        (OperationState::Cancelled, false)
    );
    assert!(recorded.table.running().is_empty());
    if cfg!(target_os = "linux") {
        until("the child is gone", || !child.exists()).await;
    }
    let again = recorded.operations.cancel(slept.id).unwrap_err();
    assert_eq!(
        again,
        NotCancellable {
            operation: slept.id
        }
    );
}

#[tokio::test]
async fn one_that_waits_for_its_turn_can_be_taken_back_and_never_runs() {
    let recorded = Recorded::new();
    let first = recorded.run(
        "First",
        "touch begun; until [ -e end ]; do sleep 0.02; done",
        Some("venv"),
    );
    until("the first has its turn", || recorded.path("begun").exists()).await;
    let second = recorded.run("Second", "touch never", Some("venv"));
    until("the second waits", || {
        recorded
            .titled("Second")
            .is_some_and(|one| one.progress.is_some())
    })
    .await;
    let id = recorded.titled("Second").unwrap().id;
    recorded.operations.cancel(id).unwrap();
    let second = second.await.unwrap().unwrap_err();
    assert!(second.is_cancelled(), "{second:?}");
    assert_eq!(
        recorded.titled("Second").unwrap().state,
        OperationState::Cancelled
    );
    std::fs::write(recorded.path("end"), "").unwrap();
    first.await.unwrap().unwrap();
    recorded
        .run("Third", "true", Some("venv"))
        .await
        .unwrap()
        .unwrap();
    assert!(!recorded.path("never").exists());
}
