//! What the command changes in a workspace goes through the workspace's owner: a window sees it, and where there can be no
//! owner, or it is of another version, what to do is said.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use api::OperationState;
use api::protocol::PROTOCOL;
use serde_json::Value;
use testkit::{FakeTool, OlderOwner, TestDir, wait_until, wait_until_blocking, within};
use tokio::net::TcpListener;

use crate::command::{dagdeck_with, printed, program};
use crate::hosted::{Current, GONE, LOOKING, gone, host, is_free, owners, reach};
use crate::new::DAGSTER;
use crate::opened::SYNCING;
use crate::sync_failures::Demo;

/// A workspace that lists nothing, and a project beside it.
struct Bare {
    dir: TestDir,
    root: PathBuf,
    project: PathBuf,
    state: PathBuf,
}

impl Bare {
    fn new() -> Self {
        let dir = TestDir::new();
        dir.write(
            "work/dg.toml",
            "directory_type = \"workspace\"\n\n[workspace]\n",
        );
        let settings = "[project]\nname = \"etl\"\nversion = \"0.1.0\"\n\n[tool.dg]\n\
            directory_type = \"project\"\n\n[tool.dg.project]\nroot_module = \"etl\"\n";
        dir.write("work/projects/etl/pyproject.toml", settings);
        Self {
            root: dir.join("work"),
            project: dir.join("work/projects/etl"),
            state: dir.make("state"),
            dir,
        }
    }

    /// The command with this workspace's state folder, not in the workspace.
    fn dagdeck(&self, words: &[&str]) -> Command {
        let mut command = dagdeck_with(&self.state);
        command.args(words);
        command
    }

    /// Lists the project, by the command.
    async fn add(&self) -> Output {
        let mut command = self.dagdeck(&["add", "--workspace"]);
        command.arg(&self.root).arg(&self.project);
        answered(command).await
    }

    fn lists(&self) -> bool {
        let listing = fs_err::read_to_string(self.root.join("dg.toml")).unwrap();
        listing.contains("projects/etl")
    }
}

async fn answered(mut command: Command) -> Output {
    let answered = tokio::task::spawn_blocking(move || command.output().unwrap());
    answered.await.unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_judges_what_runs_by_the_owners_environment() {
    let bare = Bare::new();
    let home = bare.dir.make("home").display().to_string();
    let mut reach = reach(&bare.root, &bare.state);
    let environment = &mut reach.environment;
    environment.insert("DAGSTER_HOME".into(), home.clone().into());
    let unset = "DAGSTER_HOME isn’t set";
    let doctor = async || {
        let mut command = bare.dagdeck(&["doctor"]);
        command.arg(&bare.root);
        printed(&answered(command).await)
    };
    let window = host(&reach, LOOKING).await;
    let by_owner = doctor().await;
    assert!(!by_owner.contains(unset), "{by_owner}");
    drop(window);
    gone(bare.dir.path()).await;
    let alone = doctor().await;
    assert!(alone.contains(unset), "{alone}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_add_does_is_seen_live_by_who_shows_the_workspace() {
    let bare = Bare::new();
    let window = host(&reach(&bare.root, &bare.state), LOOKING).await;
    let mut current = Current::of(&window).await;
    let added = bare.add().await;
    assert_eq!(added.status.code(), Some(0), "{}", said(&added));
    assert!(bare.lists());
    assert!(printed(&added).contains("Added 1 project."), "{added:?}");
    current
        .until("it lists the project", |snapshot| {
            let workspace = snapshot.workspace.as_ref().unwrap();
            workspace.locations.iter().any(|one| one.name == "etl")
        })
        .await;
    current
        .until("the operation ended", |snapshot| {
            let mut operations = snapshot.operations.iter();
            operations.any(|one| one.title == "Added etl" && one.state == OperationState::Succeeded)
        })
        .await;
    assert_eq!(owners(bare.dir.path()).len(), 1);
    drop((current, window));
    gone(bare.dir.path()).await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_workspace_that_is_named_by_a_link_is_the_same_and_has_the_same_owner() {
    let bare = Bare::new();
    let link = bare.dir.join("link");
    std::os::unix::fs::symlink(&bare.root, &link).unwrap();
    let window = host(&reach(&bare.root, &bare.state), LOOKING).await;
    let pid = window.owner().hello().pid;
    let mut status = bare.dagdeck(&["status"]);
    status.arg(&link);
    let told = printed(&answered(status).await);
    assert!(told.starts_with("work  "), "its name: {told}");
    assert!(told.contains(&format!("Process {pid} ")), "{told}");
    let mut add = bare.dagdeck(&["add", "--workspace"]);
    add.arg(&link).arg(link.join("projects/etl"));
    let added = answered(add).await;
    assert_eq!(added.status.code(), Some(0), "{}", said(&added));
    assert!(bare.lists());
    Current::of(&window)
        .await
        .until("it lists the project", |snapshot| {
            let workspace = snapshot.workspace.as_ref().unwrap();
            workspace.locations.iter().any(|one| one.name == "etl")
        })
        .await;
    assert_eq!(owners(bare.dir.path()), [pid]);
    drop(window);
    gone(bare.dir.path()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_file_of_dagdecks_own_is_said_in_the_terminal_that_met_it() {
    let bare = Bare::new();
    let damaged = "this is no database\n".repeat(500);
    fs_err::write(bare.state.join("state.db"), &damaged).unwrap();
    let added = bare.add().await;
    let told = said(&added);
    assert_eq!(added.status.code(), Some(0), "{told}");
    assert!(told.contains("It was set aside as"), "{told}");
    let kept = fs_err::read_dir(&bare.state).unwrap();
    let kept = kept.map(|file| fs_err::read(file.unwrap().path()).unwrap_or_default());
    assert!(kept.into_iter().any(|bytes| bytes == damaged.as_bytes()));
    gone(bare.dir.path()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_runs_it_an_owner_does_the_work_and_goes() {
    let bare = Bare::new();
    let added = bare.add().await;
    assert_eq!(added.status.code(), Some(0), "{}", said(&added));
    assert!(bare.lists());
    let took = gone(bare.dir.path()).await;
    assert!(took < GONE, "{took:?}");
    let reach = reach(&bare.root, &bare.state);
    assert!(is_free(&reach));
    // It had one: the lock is made by who owns.
    assert!(dagdeck::owner_lock(&reach.state_folder, &reach.root).exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn checks_that_are_to_put_something_right_are_the_owners() {
    let bare = Bare::new();
    let window = host(&reach(&bare.root, &bare.state), LOOKING).await;
    let mut current = Current::of(&window).await;
    assert_eq!(current.snapshot.health.checked_at, None);
    let mut command = bare.dagdeck(&["doctor", "--json", "--fix-safe", "--trust"]);
    command.arg(&bare.root);
    let output = answered(command).await;
    let answer: Value = serde_json::from_str(&printed(&output)).unwrap();
    assert_eq!(answer["trusted"], true, "{answer:#}");
    current
        .until("the window sees the checks", |snapshot| {
            snapshot.health.checked_at.is_some()
        })
        .await;
    drop((current, window));
    gone(bare.dir.path()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn status_says_who_runs_it_and_down_ends_that() {
    let bare = Bare::new();
    let status = async |words: &[&str]| {
        let mut command = bare.dagdeck(&["status"]);
        command.arg(&bare.root).args(words);
        answered(command).await
    };
    let json =
        async || serde_json::from_str::<Value>(&printed(&status(&["--json"]).await)).unwrap();
    assert_eq!(json().await["owner"], Value::Null);
    assert!(!printed(&status(&[]).await).contains("runs nothing of it"));
    let down = async || {
        let mut command = bare.dagdeck(&["down"]);
        command.arg(&bare.root);
        answered(command).await
    };
    let idle = down().await;
    assert_eq!(idle.status.code(), Some(0), "{idle:?}");
    assert!(printed(&idle).starts_with("nothing of "), "{idle:?}");

    let window = host(&reach(&bare.root, &bare.state), LOOKING).await;
    let told = json().await;
    let pid = window.owner().hello().pid;
    assert_eq!(told["owner"]["pid"], pid, "{told:#}");
    assert_eq!(told["owner"]["same_protocol"], true);
    assert_eq!(
        told["owner"]["terminals"], 1,
        "the window, which is one here"
    );
    let line = format!("Process {pid} runs nothing of it, shown by 1 terminal.");
    // Who asked a moment ago is a terminal too, until the owner hears that it is gone.
    wait_until("the window alone shows it", GONE, async || {
        printed(&status(&[]).await).contains(&line)
    })
    .await;
    let ended = down().await;
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    assert!(printed(&ended).starts_with("stopped: "), "{ended:?}");
    window.owner().gone().await;
    gone(bare.dir.path()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_of_another_version_is_named_with_what_stops_it_and_is_stopped() {
    let bare = Bare::new();
    let lock = dagdeck::owner_lock(&bare.state, &bare.root);
    let older = OlderOwner::of(&lock, PROTOCOL - 1, 3);
    let who = format!("an older Dagdeck (0.0.9, process {})", OlderOwner::PID);
    let (root, project) = (bare.root.display(), bare.project.display().to_string());
    let (root_words, next) = (root.to_string(), format!("`dagdeck down {root}`"));
    for words in [
        ["up", &root_words].as_slice(),
        &["sync", &root_words, "--trust"],
        &["doctor", &root_words, "--fix-safe", "--trust"],
        &["add", "--workspace", &root_words, &project],
    ] {
        let refused = answered(bare.dagdeck(words)).await;
        let told = said(&refused);
        assert_eq!(refused.status.code(), Some(1), "{words:?}: {told}");
        assert!(told.contains(&format!("is run by {who}")), "{told}");
        assert!(told.contains(&next), "{words:?}: {told}");
    }
    assert!(!bare.lists(), "nothing was done beside it");
    let status = printed(&answered(bare.dagdeck(&["status", &root_words])).await);
    assert!(status.contains(&who), "{status}");
    let down = answered(bare.dagdeck(&["down", &root_words])).await;
    assert_eq!(down.status.code(), Some(0), "{}", said(&down));
    older.ended(GONE).await;
    assert_eq!(bare.add().await.status.code(), Some(0));
    gone(bare.dir.path()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_folder_that_can_not_be_written_is_named_and_looking_works_all_the_same() {
    let mut bare = Bare::new();
    // Not one whose permissions forbid it: they forbid nothing to root.
    bare.dir.write("file", "");
    bare.state = bare.dir.join("file/state");
    let (root, project) = (
        bare.root.display().to_string(),
        bare.project.display().to_string(),
    );
    for words in [
        ["up", &root, "--trust"].as_slice(),
        &["sync", &root, "--trust"],
        &["doctor", &root, "--fix-safe", "--trust"],
        &["add", "--workspace", &root, &project],
    ] {
        let refused = answered(bare.dagdeck(words)).await;
        let told = said(&refused);
        assert_eq!(refused.status.code(), Some(1), "{words:?}: {told}");
        let names = format!("can't write its own folder, {}", bare.state.display());
        assert!(told.contains(&names), "{words:?}: {told}");
        assert!(
            told.contains("Make that folder writable"),
            "{words:?}: {told}"
        );
    }
    let status = answered(bare.dagdeck(&["status", &root])).await;
    assert_eq!(status.status.code(), Some(0), "{}", said(&status));
    let doctor = answered(bare.dagdeck(&["doctor", &root, "--json"])).await;
    let answer: Value = serde_json::from_str(&printed(&doctor)).unwrap();
    assert!(!answer["checks"].as_array().unwrap().is_empty());
    none_is_left(bare.dir.path());
}

/// Waits until no process has to do with a folder.
pub(crate) fn none_is_left(folder: &Path) {
    wait_until_blocking("nothing is left", GONE, || {
        testkit::mentioning(&[folder]).is_empty()
    });
}

/// A uv that comes to no end once it syncs, and the search path on which it is found first.
pub(crate) fn endless_uv(demo: &Demo) -> (FakeTool, String) {
    let tools = demo.around().join("tools");
    let body = "case \"$*\" in *--compile-bytecode*) exec sleep 600;; esac";
    let uv = FakeTool::new(&tools, "uv", body);
    let path = std::env::var("PATH").unwrap();
    (uv, format!("{}:{path}", tools.display()))
}

/// Syncs until uv runs, and takes that back as Ctrl-C does; answers once the command has ended, and has left no uv.
async fn synced_and_taken_back(demo: &Demo, uv: &FakeTool, path: &str) {
    let around = demo.around();
    let begun = || {
        let asked = uv.asked();
        asked
            .iter()
            .filter(|one| one.contains("--compile-bytecode"))
            .count()
    };
    let before = begun();
    let mut sync = demo
        .command(program())
        .args(demo.arguments())
        .env("PATH", path)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    wait_until("uv syncs", SYNCING, async || begun() > before).await;
    let interrupted = Command::new("kill")
        .args(["-INT", &sync.id().to_string()])
        .status();
    assert!(interrupted.unwrap().success());
    let ended = within("the command ends", SYNCING, async || {
        sync.try_wait().unwrap()
    });
    assert_eq!(ended.await.code(), Some(130));
    let mut left = testkit::mentioning(&[around]);
    left.retain(|process| process.says("sleep 600"));
    assert_eq!(left, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_that_is_interrupted_is_taken_back_by_the_owner_and_leaves_no_uv() {
    let demo = Demo::new();
    let around = demo.around();
    let (uv, path) = endless_uv(&demo);
    let mut reach = reach(&demo.root(), &demo.state());
    reach.environment.insert("PATH".into(), path.clone().into());
    let window = host(&reach, LOOKING).await;
    let mut current = Current::of(&window).await;
    synced_and_taken_back(&demo, &uv, &path).await;
    current
        .until("it is told as taken back", |snapshot| {
            let mut operations = snapshot.operations.iter();
            operations.any(|one| one.state == OperationState::Cancelled)
        })
        .await;
    assert_eq!(owners(around).len(), 1, "the owner is another's too");
    drop((current, window));
    gone(around).await;

    // An owner that was started for the sync goes with it.
    synced_and_taken_back(&demo, &uv, &path).await;
    let took = gone(around).await;
    assert!(took < GONE, "{took:?}");
    assert!(is_free(&reach));
}

/// Stops the owner of a workspace that a doctor looks after once `busy` tells what it is at; what the doctor said then.
async fn stopped_meanwhile<T>(
    demo: &Demo,
    doctor: &mut Command,
    busy: impl AsyncFn() -> Option<T>,
) -> String {
    let mut doctor = doctor
        .arg("doctor")
        .arg(demo.root())
        .args(["--fix-safe", "--trust"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let _at_it = within("the owner is at it", SYNCING, busy).await;
    let mut down = demo.command(program());
    down.arg("down").arg(demo.root());
    assert_eq!(answered(down).await.status.code(), Some(0));
    within("the doctor ends", SYNCING, async || {
        doctor.try_wait().unwrap()
    })
    .await;
    let told = doctor.wait_with_output().unwrap();
    gone(demo.around()).await;
    assert_eq!(told.status.code(), Some(1), "{told:?}");
    assert_eq!(printed(&told), "", "nothing was found that is still so");
    said(&told)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doctor_that_puts_right_tells_to_do_it_again_where_what_it_asked_is_stopped() {
    let demo = Demo::new();
    let silent = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = format!("http://{}/simple", silent.local_addr().unwrap());
    let asked = async || silent.accept().await.ok();
    let mut looks = demo.command(program());
    let told = stopped_meanwhile(&demo, looks.env("UV_DEFAULT_INDEX", address), asked).await;
    assert!(told.contains("Do this again"), "{told}");

    let (uv, path) = endless_uv(&demo);
    let syncs = async || {
        let asked = uv.asked();
        let syncs = |one: &&String| one.contains("--compile-bytecode");
        asked.into_iter().find(|one| syncs(&one))
    };
    let mut syncing = demo.command(program());
    let told = stopped_meanwhile(&demo, syncing.env("PATH", path), syncs).await;
    assert!(told.contains("Do this again"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_asks_the_owner_that_is_there_and_starts_none() {
    let demo = Demo::new();
    let around = demo.around();
    let mut reach = reach(&demo.root(), &demo.state());
    let dry_runs = || {
        let mut sync = demo.command(program());
        sync.args(demo.arguments());
        let mut new = demo.command(program());
        new.current_dir(demo.root());
        new.args(["new", "project", "projects/more", "--dagster", DAGSTER]);
        new.args(["--no-sync", "--trust", "--json"]);
        [sync, new].map(|mut command| {
            command.arg("--dry-run").env("UV_NO_PROGRESS", "1");
            command
        })
    };
    for command in dry_runs() {
        let told = answered(command).await;
        assert_eq!(told.status.code(), Some(0), "{}", said(&told));
        let plan: Value = serde_json::from_str(&printed(&told)).unwrap();
        assert!(plan.is_object(), "{plan}");
        none_is_left(around);
        assert!(!dagdeck::owner_lock(&reach.state_folder, &reach.root).exists());
    }

    // As the command has it.
    let retries = ("UV_HTTP_RETRIES".into(), "0".into());
    reach.environment.extend([retries]);
    let window = host(&reach, LOOKING).await;
    for command in dry_runs() {
        let told = answered(command).await;
        assert_eq!(told.status.code(), Some(0), "{}", said(&told));
        let differs = "another environment than this terminal's: UV_NO_PROGRESS differs.";
        assert!(said(&told).contains(differs), "{}", said(&told));
    }
    assert_eq!(owners(around), [window.owner().hello().pid]);
    drop(window);
    gone(around).await;
    assert!(!demo.environment().exists() && !demo.root().join("projects/more").exists());
}
