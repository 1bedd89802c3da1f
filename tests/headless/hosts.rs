//! Reaching an owner: one per workspace whoever comes when, gone when nobody needs it, and told apart from what is none.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use api::protocol::PROTOCOL;
use attach::Introduction;
use serve::{Card, Ownership, Reach};
use testkit::{OlderOwner, TestDir, rounds, wait_until};
use tokio::sync::Barrier;

use crate::hosted::{GONE, LOOKING, LOOKS, TERMINAL, WINDOW, gone, host, is_free, owner, reach};
use crate::launched::STARTING;

mod unreached;

/// A workspace in which nothing can run, and the way to its owner.
struct Empty {
    dir: TestDir,
    reach: Reach,
}

impl Empty {
    fn new() -> Self {
        let dir = TestDir::new();
        let listing = "directory_type = \"workspace\"\n\n[[workspace.projects]]\npath = \"one\"\n";
        dir.write("work/dg.toml", listing);
        let reach = reach(&dir.join("work"), &dir.make("state"));
        Self { dir, reach }
    }

    async fn is_gone(&self) {
        let took = gone(self.dir.path()).await;
        assert!(took < GONE, "{took:?}");
        assert!(is_free(&self.reach), "the lock is free");
    }
}

/// One of several that open a workspace at the same instant; answers the owner once all are there.
async fn opens(reach: Reach, host: Introduction, instant: Arc<Barrier>) -> u32 {
    instant.wait().await;
    let owner = owner(&reach, host).await.unwrap();
    instant.wait().await;
    let status = owner.status().await.unwrap();
    assert_eq!((status.windows, status.terminals), (1, 1));
    instant.wait().await;
    owner.hello().pid
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_open_a_workspace_at_the_same_instant_both_have_the_same_owner() {
    let empty = Empty::new();
    let mut former = 0;
    for round in 0..rounds(40, 200) {
        let instant = Arc::new(Barrier::new(2));
        let open = |host| tokio::spawn(opens(empty.reach.clone(), host, Arc::clone(&instant)));
        let (window, terminal) = (open(WINDOW), open(TERMINAL));
        let (window, terminal) = (window.await.unwrap(), terminal.await.unwrap());
        assert_eq!(window, terminal, "round {round}");
        assert_ne!(window, former, "round {round}: the former one had ended");
        former = window;
        wait_until("the owner is gone", GONE, async || is_free(&empty.reach)).await;
    }
    empty.is_gone().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_while_an_owner_goes_is_not_told_that_it_is_gone() {
    for kind in [TERMINAL, LOOKING] {
        let empty = Empty::new();
        let mut owners = BTreeSet::new();
        for round in 0..rounds(30, 300) {
            let owner = owner(&empty.reach, kind).await.unwrap();
            // Time for an owner that goes to say so.
            for _ in 0..3 {
                let status = owner.status().await;
                assert!(status.is_ok(), "{kind:?}, round {round}: {status:?}");
            }
            owners.insert(owner.hello().pid);
        }
        println!("{} owners for {kind:?}", owners.len());
        assert!(owners.len() > 1, "none ever went");
        empty.is_gone().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_in_which_nothing_runs_goes_with_its_last_host() {
    let empty = Empty::new();
    let (window, looking) = (
        host(&empty.reach, WINDOW).await,
        host(&empty.reach, LOOKING).await,
    );
    window.detach().await.unwrap();
    drop(window);
    wait_until("the window is gone", STARTING, async || {
        looking.owner().status().await.unwrap().windows == 0
    })
    .await;
    drop(looking);
    empty.is_gone().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_whose_host_gave_up_before_it_came_goes_at_once() {
    let empty = Empty::new();
    let mut command = Command::new(&empty.reach.program);
    command
        .arg(serve::OWNER)
        .arg(&empty.reach.root)
        .env_clear()
        .envs(&empty.reach.environment);
    let mut owner = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut listens = String::new();
    let said = owner.stdout.take().unwrap();
    BufReader::new(said).read_line(&mut listens).unwrap();
    assert!(listens.contains("listens"), "{listens}");
    assert_eq!(owner.try_wait().unwrap(), None, "it waits for its host");
    drop(owner.stdin.take());
    let ended = tokio::task::spawn_blocking(move || owner.wait().unwrap());
    assert!(ended.await.unwrap().success());
    empty.is_gone().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_learns_in_which_variables_the_owner_differs_and_no_secret() {
    let mut empty = Empty::new();
    let set = [
        ("UV_INDEX_ACME_PASSWORD", "hunter2"),
        ("HTTPS_PROXY", "http://ann:hunter3@proxy.example:8080"),
        ("UV_PYTHON", "3.12"),
        ("EDITOR", "ed"),
    ];
    let set = set.map(|(name, value)| (name.into(), value.into()));
    empty.reach.environment.extend(set);
    let window = host(&empty.reach, WINDOW).await;
    let own = empty.reach.environment.clone().into_iter();
    let mut own: BTreeMap<String, String> = own
        .map(|(name, value)| (name.into_string().unwrap(), value.into_string().unwrap()))
        .collect();
    assert_eq!(window.compare(&own).await.unwrap(), []);

    let changed = [
        ("UV_INDEX_ACME_PASSWORD", "hunter4"),
        ("UV_PYTHON", "3.13"),
        ("EDITOR", "vi"),
        ("DAGSTER_HOME", "/elsewhere"),
    ];
    own.extend(changed.map(|(name, value)| (name.to_owned(), value.to_owned())));
    own.remove("HTTPS_PROXY");
    let found = window.compare(&own).await.unwrap();
    let told: Vec<_> = found
        .iter()
        .map(|one| (one.name.as_str(), one.owner.as_deref(), one.own.as_deref()))
        .collect();
    let expected = [
        ("DAGSTER_HOME", None, Some("/elsewhere")),
        ("HTTPS_PROXY", None, None),
        ("UV_INDEX_ACME_PASSWORD", None, None),
        ("UV_PYTHON", Some("3.12"), Some("3.13")),
    ];
    assert_eq!(told, expected);
    drop(window);
    empty.is_gone().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_of_an_older_dagdeck_is_stopped_and_this_one_takes_over() {
    let empty = Empty::new();
    let lock = dagdeck::owner_lock(&empty.reach.state_folder, &empty.reach.root);
    let older = OlderOwner::of(&lock, PROTOCOL - 1, 3);

    let found = owner(&empty.reach, WINDOW).await.unwrap();
    assert_eq!(found.hello().protocol, PROTOCOL - 1);
    assert!(found.attach().is_err());
    found.down().await.unwrap();
    older.ended(STARTING).await;
    found.gone().await;

    let successor = host(&empty.reach, WINDOW).await;
    assert_ne!(successor.owner().hello().pid, OlderOwner::PID);
    assert_eq!(successor.owner().hello().protocol, PROTOCOL);
    drop(successor);
    empty.is_gone().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_that_was_removed_is_made_anew_with_its_folder_too() {
    let mut empty = Empty::new();
    // Its own, so that no other test's sockets go with it.
    let session = empty.dir.make("run").into();
    let environment = &mut empty.reach.environment;
    environment.insert("XDG_RUNTIME_DIR".into(), session);
    let window = host(&empty.reach, WINDOW).await;
    let owner = window.owner().hello().pid;
    let lock = dagdeck::owner_lock(&empty.reach.state_folder, &empty.reach.root);
    let socket = Card::beside(&lock).unwrap().socket;
    let folder = socket.parent().unwrap();
    for whole_folder in [false, true] {
        if whole_folder {
            fs_err::remove_dir_all(folder).unwrap();
        } else {
            fs_err::remove_file(&socket).unwrap();
        }
        wait_until("it is there again", LOOKS * 4, async || socket.exists()).await;
        let other = host(&empty.reach, LOOKING).await;
        assert_eq!(other.owner().hello().pid, owner);
        assert_eq!(modes_of(&[folder, &socket]), [0o700, 0o600]);
    }
    drop(window);
    empty.is_gone().await;
}

fn modes_of(paths: &[&Path]) -> Vec<u32> {
    let mode = |path: &&Path| fs_err::symlink_metadata(path).unwrap().mode() & 0o777;
    paths.iter().map(mode).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_was_removed_is_written_anew_and_an_owner_whose_lock_was_removed_goes() {
    let empty = Empty::new();
    let window = host(&empty.reach, WINDOW).await;
    let lock = dagdeck::owner_lock(&empty.reach.state_folder, &empty.reach.root);
    let card = Card::beside(&lock).unwrap();
    fs_err::remove_file(lock.with_extension("owner.json")).unwrap();
    wait_until("its card is there again", LOOKS * 4, async || {
        Card::beside(&lock).as_ref() == Some(&card)
    })
    .await;
    let other = host(&empty.reach, LOOKING).await;
    assert_eq!(other.owner().hello().pid, window.owner().hello().pid);

    // At one stroke: the owner may be writing in it.
    let away = empty.dir.join("tidied up");
    fs_err::rename(&empty.reach.state_folder, away).unwrap();
    for left in [&window, &other] {
        let told = tokio::time::timeout(LOOKS * 4, left.owner().gone()).await;
        assert!(told.is_ok(), "it goes, whoever holds it");
    }
    let successor = host(&empty.reach, LOOKING).await;
    assert_ne!(successor.owner().hello().pid, card.pid);
    drop((window, other, successor));
    empty.is_gone().await;
}

/// Says to the same test in another process where the workspace is: that one is the terminal.
const TERMINAL_OF: &str = "DAGDECK_TEST_TERMINAL_OF";
const SAYS: &str = "the owner is ";

/// A host in a terminal, which waits until a signal ends it.
async fn wait_in_a_terminal(around: &Path) {
    let reach = reach(&around.join("work"), &around.join("state"));
    let host = host(&reach, TERMINAL).await;
    host.detach().await.unwrap();
    println!("\n{SAYS}{}", host.owner().hello().pid);
    std::future::pending::<()>().await;
}

/// A process's session, which its terminal's signals go by.
fn session(pid: u32) -> String {
    let stat = fs_err::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let (_, fields) = stat.rsplit_once(") ").unwrap();
    fields.split(' ').nth(3).unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminals_signals_do_not_reach_the_owner() {
    if let Some(around) = std::env::var_os(TERMINAL_OF) {
        wait_in_a_terminal(Path::new(&around)).await;
    }
    let empty = Empty::new();
    for (name, number) in [("INT", 2), ("HUP", 1)] {
        // Whoever runs the tests may ignore them (`nohup` does), and what is ignored is inherited.
        let mut terminal = Command::new("env")
            .arg("--default-signal=INT,HUP")
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", "--nocapture"])
            .arg("hosts::a_terminals_signals_do_not_reach_the_owner")
            .env(TERMINAL_OF, empty.dir.path())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(terminal.stdout.take().unwrap()).lines();
        let said = lines.find_map(|line| line.unwrap().strip_prefix(SAYS).map(str::to_owned));
        let pid: u32 = said.unwrap().parse().unwrap();
        // It is there so that the owner has no other reason to go.
        let looking = host(&empty.reach, LOOKING).await;
        assert_eq!(looking.owner().hello().pid, pid);
        let group = format!("-{}", terminal.id());
        let kill = Command::new("kill")
            .args(["-s", name, "--", &group])
            .status();
        assert!(kill.unwrap().success());
        assert_eq!(terminal.wait().unwrap().signal(), Some(number));
        wait_until("the owner saw that it is gone", STARTING, async || {
            looking.owner().status().await.unwrap().terminals == 1
        })
        .await;
        assert_eq!(host(&empty.reach, LOOKING).await.owner().hello().pid, pid);
        assert_eq!(session(pid), pid.to_string());
        drop(looking);
        empty.is_gone().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_that_has_no_safe_place_for_its_socket_says_so() {
    let mut empty = Empty::new();
    let session = empty.dir.make("session");
    let open = empty.dir.make("session/dagdeck");
    fs_err::set_permissions(&open, PermissionsExt::from_mode(0o755)).unwrap();
    let environment = &mut empty.reach.environment;
    environment.insert("XDG_RUNTIME_DIR".into(), session.into());
    let refused = owner(&empty.reach, WINDOW).await.unwrap_err();
    let causes = refused.causes.join("\n");
    assert!(
        causes.contains("its permissions are 755, not 700"),
        "{refused:?}"
    );
    let open = format!("`chmod 700 {}`", open.display());
    let hinted = refused.hints.iter().any(|hint| hint.text.contains(&open));
    assert!(hinted, "{refused:?}");
    empty.is_gone().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_can_not_be_opened_is_said_in_the_words_of_opening_it() {
    let mut empty = Empty::new();
    empty.reach.root = empty.dir.join("nowhere");
    let refused = owner(&empty.reach, WINDOW).await.unwrap_err();
    assert!(refused.message.contains("nowhere"), "{refused:?}");
    assert!(!refused.message.contains("can't be started"), "{refused:?}");
    gone(empty.dir.path()).await;
}
