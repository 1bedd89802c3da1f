//! A question on a real terminal can be answered, and be left.

use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use testkit::{TestDir, within};

use crate::command::program;
use crate::hosted::gone;

const SOON: Duration = Duration::from_secs(30);

/// A workspace that is not trusted, with one project.
fn untrusted() -> TestDir {
    let dir = TestDir::new();
    let listing = "directory_type = \"workspace\"\n\n[[workspace.projects]]\npath = \"etl\"\n";
    dir.write("work/dg.toml", listing);
    let settings = "[project]\nname = \"etl\"\nversion = \"0.1.0\"\n\n[tool.dg]\n\
        directory_type = \"project\"\n\n[tool.dg.project]\nroot_module = \"etl\"\n";
    dir.write("work/etl/pyproject.toml", settings);
    dir.make("state");
    dir
}

/// The command on a terminal of its own, up to where it asks.
fn asking(dir: &TestDir, words: &[&str]) -> Child {
    let (program, root) = (program(), dir.join("work"));
    let command = format!(
        "'{}' {} '{}'",
        program.display(),
        words.join(" "),
        root.display()
    );
    let mut child = Command::new("script")
        .args(["--quiet", "--return", "--flush", "--command"])
        .arg(command)
        .arg("/dev/null")
        .env("DAGDECK_STATE", dir.join("state"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = Vec::new();
    let out = child.stdout.as_mut().unwrap();
    while !said.ends_with(b"[y/N] ") {
        let mut byte = [0];
        let read = out.read(&mut byte).unwrap();
        assert!(
            read > 0,
            "it never asked: {}",
            String::from_utf8_lossy(&said)
        );
        said.push(byte[0]);
    }
    child
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_ends_a_question_and_leaves_nothing() {
    for words in [&["up"][..], &["sync"], &["sync", "--dry-run"]] {
        let dir = untrusted();
        let mut child = asking(&dir, words);
        child.stdin.as_mut().unwrap().write_all(b"\x03").unwrap();
        let what = format!("`dagdeck {}` ends", words.join(" "));
        let ended = within(&what, SOON, async || child.try_wait().unwrap()).await;
        assert_eq!(ended.code(), Some(130), "{words:?}");
        gone(dir.path()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_starts_nothing() {
    let dir = untrusted();
    let mut child = asking(&dir, &["up"]);
    child.stdin.as_mut().unwrap().write_all(b"n\n").unwrap();
    let ended = within("`dagdeck up` ends", SOON, async || {
        child.try_wait().unwrap()
    })
    .await;
    assert_eq!(ended.code(), Some(1));
    gone(dir.path()).await;
}
