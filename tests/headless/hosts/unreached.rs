//! An owner that is there and can't be reached: it hangs, or something else lies where it listens. It is named, never taken
//! for none, and reached again as soon as that can be.

use std::os::unix::net::UnixListener;
use std::path::PathBuf;
use std::process::Output;
use std::time::Duration;

use attach::Owner;
use serde_json::{Value, json};

use super::*;
use crate::command::{dagdeck_with, printed};

impl Empty {
    /// One whose sockets lie in a folder of its own, so that no other test's are touched.
    fn alone() -> Self {
        let mut empty = Self::new();
        let session = empty.dir.make("run").into();
        let environment = &mut empty.reach.environment;
        environment.insert("XDG_RUNTIME_DIR".into(), session);
        empty
    }

    fn socket(&self) -> PathBuf {
        let lock = dagdeck::owner_lock(&self.reach.state_folder, &self.reach.root);
        Card::beside(&lock).unwrap().socket
    }

    /// What the command answers about the workspace.
    async fn asked(&self, words: &[&str]) -> Output {
        let mut command = dagdeck_with(&self.reach.state_folder);
        let (word, rest) = words.split_first().unwrap();
        command.arg(word).arg(&self.reach.root).args(rest);
        let answered = tokio::task::spawn_blocking(move || command.output().unwrap());
        answered.await.unwrap()
    }

    /// Waits until who looks comes to this owner.
    async fn is_reached_again(&self, pid: u32) {
        let find =
            |socket| async { Ok::<_, ()>(Owner::find(socket, LOOKING).await.ok().flatten()) };
        wait_until("it is reached again", LOOKS * 4, async || {
            let found = self.reach.existing(find).await.unwrap();
            found.is_some_and(|owner| owner.hello().pid == pid)
        })
        .await;
    }
}

/// A process that is halted as long as this lives.
struct Halted(u32);

impl Halted {
    fn new(pid: u32) -> Self {
        signal("STOP", pid);
        Self(pid)
    }
}

impl Drop for Halted {
    fn drop(&mut self) {
        signal("CONT", self.0);
    }
}

fn signal(name: &str, pid: u32) {
    let kill = Command::new("kill")
        .args(["-s", name, &pid.to_string()])
        .status();
    assert!(kill.unwrap().success());
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn owner_in(output: &Output) -> Value {
    let mut told: Value = serde_json::from_str(&printed(output)).unwrap();
    told["owner"].take()
}

/// What scripts are told of an owner that does not answer.
fn silent(pid: u32) -> Value {
    json!({"pid": pid, "version": env!("CARGO_PKG_VERSION"), "answers": false})
}

/// What `doctor` finds that is in the way, and what it says beside.
async fn in_the_way(empty: &Empty) -> (Value, String) {
    let doctor = empty.asked(&["doctor", "--json"]).await;
    let told = said(&doctor);
    assert_eq!(doctor.status.code(), Some(1), "{told}");
    let mut report: Value = serde_json::from_str(&printed(&doctor)).unwrap();
    let mut findings = report["findings"].as_array_mut().unwrap().iter_mut();
    let finding = findings.find(|one| one["check"] == "owner-answers");
    let finding = finding.unwrap().take();
    assert_eq!(finding["severity"], "blocker");
    (finding, told)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_that_hangs_is_named_by_who_only_looks() {
    let empty = Empty::new();
    let window = host(&empty.reach, WINDOW).await;
    let pid = window.owner().hello().pid;
    let halted = Halted::new(pid);
    let end = format!("`kill -9 {pid}`");

    let scripts = empty.asked(&["status", "--json"]).await;
    assert_eq!(scripts.status.code(), Some(0), "{scripts:?}");
    assert_eq!(owner_in(&scripts), silent(pid));
    let people = empty.asked(&["status"]).await;
    let line = format!("Process {pid} runs it, and does not answer.");
    assert!(printed(&people).contains(&line), "{people:?}");
    assert!(said(&people).contains(&end), "{people:?}");

    let (finding, told) = in_the_way(&empty).await;
    assert!(told.contains("with its own environment"), "{told}");
    assert!(finding["why"].as_str().unwrap().contains(&end), "{finding}");
    let ending = json!({"kind": "copy", "command": format!("kill -9 {pid}")});
    assert_eq!(finding["fix"]["does"], ending);

    drop(halted);
    let again = owner_in(&empty.asked(&["status", "--json"]).await);
    assert_eq!(
        (&again["pid"], &again["answers"]),
        (&json!(pid), &json!(true))
    );
    drop(window);
    empty.is_gone().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_put_in_the_place_of_the_socket_the_owner_is_reached_again() {
    let empty = Empty::alone();
    let window = host(&empty.reach, WINDOW).await;
    let pid = window.owner().hello().pid;
    let socket = empty.socket();
    let garbage = empty.dir.write("run/garbage", "garbage");
    let theirs = empty.dir.join("run/theirs");
    let others = UnixListener::bind(&theirs).unwrap();
    for what in [garbage, theirs] {
        // At one stroke: the owner may be looking.
        fs_err::rename(&what, &socket).unwrap();
        empty.is_reached_again(pid).await;
        assert_eq!(
            modes_of(&[socket.as_path()]),
            [0o600],
            "after {}",
            what.display()
        );
    }
    drop((window, others));
    empty.is_gone().await;
}

/// Closes an owner's socket off: it is gone, and its folder lets others in, so that it is not made anew. Answers that folder.
fn close_off(socket: &Path) -> &Path {
    let folder = socket.parent().unwrap();
    fs_err::set_permissions(folder, PermissionsExt::from_mode(0o755)).unwrap();
    fs_err::remove_file(socket).unwrap();
    folder
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_whose_folder_lets_others_in_is_named_until_the_person_closed_it() {
    let empty = Empty::alone();
    let window = host(&empty.reach, WINDOW).await;
    let pid = window.owner().hello().pid;
    let socket = empty.socket();
    let folder = close_off(&socket);
    let status = empty.asked(&["status", "--json"]).await;
    assert_eq!(owner_in(&status), silent(pid));
    let (finding, _) = in_the_way(&empty).await;
    for told in [said(&status), finding["why"].to_string()] {
        assert!(told.contains(&format!("Process {pid} owns")), "{told}");
        assert!(told.contains("its permissions are 755, not 700"), "{told}");
    }
    fs_err::set_permissions(folder, PermissionsExt::from_mode(0o700)).unwrap();
    empty.is_reached_again(pid).await;
    drop(window);
    empty.is_gone().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_hangs_while_it_begins_is_named_with_what_ends_it() {
    let empty = Empty::new();
    let own = dagdeck::owner_lock(&empty.reach.state_folder, &empty.reach.root);
    let shared = dagdeck::guard_lock(&empty.reach.state_folder, &empty.reach.root);
    // As an owner that has not come to listen.
    let begins = Ownership::take(&own, &[shared], GONE).await.unwrap();
    let pid = std::process::id();
    let (status, (finding, _)) =
        tokio::join!(empty.asked(&["status", "--json"]), in_the_way(&empty));
    let told = json!({"pid": pid, "version": null, "answers": false});
    assert_eq!(owner_in(&status), told);
    let ending = format!("kill -9 {pid}");
    assert!(said(&status).contains(&ending), "{status:?}");
    assert_eq!(finding["fix"]["does"]["command"], ending);
    drop(begins);
    assert_eq!(
        owner_in(&empty.asked(&["status", "--json"]).await),
        Value::Null
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_that_is_just_ending_is_none() {
    let empty = Empty::alone();
    let window = host(&empty.reach, WINDOW).await;
    // As one that goes: its process is there a while longer, and nobody answers.
    close_off(&empty.socket());
    let goes = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        signal("TERM", window.owner().hello().pid);
    };
    let (status, ()) = tokio::join!(empty.asked(&["status", "--json"]), goes);
    assert_eq!(owner_in(&status), Value::Null);
    assert_eq!(said(&status), "");
    drop(window);
    empty.is_gone().await;
}
