//! What Dagdeck says when uv can't sync, and what is left on disk, each with the real uv; no Dagster is needed for it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use api::{ErrorCode, OperationState, SyncRequest, SyncStart};
use serde_json::Value;
use testkit::{FakeTool, TestDir};

use crate::command::program;
use crate::opened::{Opened, ended, take_away};

const PROJECT: &str = r#"[project]
name = "demo"
version = "0.1.0"
requires-python = ">=3.10"
dependencies = ["iniconfig==2.0.0"]

[tool.uv]
package = false
python-downloads = "never"

[tool.dg]
directory_type = "project"

[tool.dg.project]
root_module = "demo"
"#;

/// A workspace with one project, which needs one small package.
pub(crate) struct Demo {
    folder: TestDir,
}

/// What `dagdeck sync --json` told of it.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) state: String,
    pub(crate) reason: String,
}

impl Demo {
    pub(crate) fn new() -> Self {
        let demo = Self {
            folder: TestDir::new(),
        };
        fs_err::create_dir_all(demo.project().join("src/demo")).unwrap();
        fs_err::write(demo.project().join("src/demo/__init__.py"), "").unwrap();
        demo.settings(PROJECT);
        let config = "directory_type = \"workspace\"\n\n[workspace]\n\n[[workspace.projects]]\npath = \"projects/demo\"\n";
        fs_err::write(demo.root().join("dg.toml"), config).unwrap();
        demo
    }

    /// The same, synced once.
    pub(crate) fn synced() -> Self {
        let demo = Self::new();
        demo.syncs(&[]);
        assert!(demo.has("iniconfig-2.0.0"));
        demo
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("acme")
    }

    /// What holds both it and Dagdeck's own folder.
    pub(crate) fn around(&self) -> &Path {
        self.folder.path()
    }

    /// Dagdeck's own folder.
    pub(crate) fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    pub(crate) fn project(&self) -> PathBuf {
        self.root().join("projects/demo")
    }

    pub(crate) fn environment(&self) -> PathBuf {
        self.project().join(".venv")
    }

    fn settings(&self, text: &str) {
        fs_err::write(self.project().join("pyproject.toml"), text).unwrap();
    }

    pub(crate) fn changed(&self, from: &str, to: &str) {
        self.asks(|text| text.replace(from, to));
    }

    /// Its pyproject.toml, changed from what a new one has.
    pub(crate) fn asks(&self, change: impl Fn(&str) -> String) {
        let text = change(PROJECT);
        assert_ne!(text, PROJECT);
        self.settings(&text);
    }

    pub(crate) fn has(&self, package: &str) -> bool {
        crate::opened::packages(&self.environment()).contains(package)
    }

    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env("DAGDECK_STATE", self.state())
            .env("UV_HTTP_RETRIES", "0")
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn arguments(&self) -> [String; 5] {
        let root = self.root().display().to_string();
        [
            "sync".into(),
            root,
            "demo".into(),
            "--json".into(),
            "--trust".into(),
        ]
    }

    pub(crate) fn sync(&self) -> Told {
        self.sync_with(&[])
    }

    fn sync_with(&self, variables: &[(&str, &str)]) -> Told {
        self.sync_to(&[], variables)
    }

    /// Syncs with more arguments, which succeeds.
    pub(crate) fn syncs(&self, more: &[&str]) {
        let told = self.sync_to(more, &[]);
        assert_eq!(told.state, "succeeded", "{told:?}");
    }

    /// Syncs with more arguments, `--python` say.
    pub(crate) fn sync_to(&self, more: &[&str], variables: &[(&str, &str)]) -> Told {
        let mut command = self.command(program());
        command
            .args(self.arguments())
            .args(more)
            .envs(variables.iter().copied());
        told(&mut command)
    }

    /// Syncs in a file system namespace of its own, made ready by a shell script in the workspace's folder.
    fn sync_after(&self, script: &str) -> Told {
        let program = program().display().to_string();
        let mut command = self.command("unshare");
        command
            .args([
                "-rm",
                "sh",
                "-c",
                &format!("{script} && exec \"$@\""),
                "sh",
                &program,
            ])
            .args(self.arguments())
            .current_dir(self.root());
        told(&mut command)
    }

    /// Syncs with a uv that says what a real one said elsewhere.
    fn sync_with_recorded(&self, words: &str) -> Told {
        let tools = self.folder.path().join("tools");
        let body =
            format!("case \"$*\" in *--compile-bytecode*) echo '{words}' >&2; exit 2;; esac");
        let _uv = FakeTool::new(&tools, "uv", &body);
        let path = std::env::var("PATH").unwrap();
        self.sync_with(&[("PATH", &format!("{}:{path}", tools.display()))])
    }
}

fn told(command: &mut Command) -> Told {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!(
            "{error}: {said} {}",
            String::from_utf8_lossy(&output.stdout)
        )
    });
    let first = &answer["environments"][0];
    let text = |name: &str| first[name].as_str().unwrap_or_default().to_owned();
    Told {
        state: text("state"),
        reason: text("reason"),
    }
}

#[track_caller]
fn failed(told: &Told, why: &str, standing: &str) {
    println!("{}", told.reason);
    assert_eq!(told.state, "failed", "{told:?}");
    assert!(told.reason.contains(why), "{why}: {told:?}");
    assert!(told.reason.ends_with(standing), "{standing}: {told:?}");
}

const AS_IT_WAS: &str = "The environment is as it was.";
const STILL_NONE: &str = "There is still no environment.";

/// Whether this system lets a test have file systems of its own.
fn namespaces() -> bool {
    let tried = Command::new("unshare").args(["-rm", "true"]).output();
    tried.is_ok_and(|output| output.status.success())
}

fn runs(python: &Path) -> bool {
    let tried = Command::new(python).args(["-c", "pass"]).status();
    tried.is_ok_and(|status| status.success())
}

#[test]
fn a_python_that_nobody_has() {
    let demo = Demo::new();
    demo.changed(">=3.10", ">=3.99");
    failed(&demo.sync(), "No Python >=3.99 on this machine", STILL_NONE);
    assert!(!demo.environment().exists());

    let demo = Demo::synced();
    demo.changed(">=3.10", ">=3.99");
    failed(&demo.sync(), "No Python >=3.99 on this machine", AS_IT_WAS);
    assert!(demo.has("iniconfig-2.0.0") && runs(&demo.environment().join("bin/python")));

    let demo = Demo::new();
    fs_err::write(demo.project().join(".python-version"), "3.99\n").unwrap();
    // pyenv's stand-ins and a machine without them say it in different words.
    failed(&demo.sync(), "Python 3.99", STILL_NONE);
}

#[test]
fn an_environment_whose_python_is_gone_is_made_anew() {
    let demo = Demo::synced();
    let python = demo.environment().join("bin/python");
    fs_err::remove_file(&python).unwrap();
    std::os::unix::fs::symlink("/nowhere/python3", &python).unwrap();
    demo.syncs(&[]);
    assert!(runs(&python) && demo.has("iniconfig-2.0.0"));
}

#[test]
fn something_else_in_the_environments_place() {
    let demo = Demo::new();
    fs_err::write(demo.environment(), "mine").unwrap();
    failed(&demo.sync(), "The environment is a file", AS_IT_WAS);
    assert_eq!(fs_err::read_to_string(demo.environment()).unwrap(), "mine");

    let demo = Demo::new();
    fs_err::create_dir(demo.environment()).unwrap();
    fs_err::write(demo.environment().join("notes.txt"), "mine").unwrap();
    failed(&demo.sync(), "holds something else", AS_IT_WAS);
    let notes = fs_err::read_to_string(demo.environment().join("notes.txt"));
    assert_eq!(notes.unwrap(), "mine");
}

/// uv writes pyvenv.cfg last. Ended before, it leaves what it can't go on from by itself.
#[cfg(unix)]
#[test]
fn what_uv_left_when_it_was_ended_is_made_anew() {
    let demo = Demo::synced();
    let (environment, bin) = (demo.environment(), demo.environment().join("bin"));
    let real = fs_err::canonicalize(bin.join("python")).unwrap();
    let imports = || {
        let mut python = Command::new(bin.join("python"));
        let import = python.args(["-c", "import iniconfig"]).output();
        import.unwrap().status.success()
    };
    let plain_sync = || {
        let mut uv = demo.command("uv");
        uv.arg("sync").current_dir(demo.project()).output().unwrap()
    };
    let left = |python: bool| {
        fs_err::remove_dir_all(&environment).unwrap();
        fs_err::create_dir_all(&bin).unwrap();
        if python {
            std::os::unix::fs::symlink(&real, bin.join("python")).unwrap();
        }
    };

    left(false);
    let refused = String::from_utf8(plain_sync().stderr).unwrap();
    assert!(
        refused.contains("no Python executable was found"),
        "{refused}"
    );
    left(true);
    assert!(
        plain_sync().status.success() && !imports(),
        "uv alone says that it worked"
    );

    for python in [false, true] {
        left(python);
        let mut preview = demo.command(program());
        preview.args(demo.arguments()).arg("--dry-run");
        let preview = preview.output().unwrap();
        let preview: Value = serde_json::from_slice(&preview.stdout).unwrap();
        let plan = &preview["environments"][0];
        assert_eq!(
            (&plan["anew"], &plan["failure"]),
            (&true.into(), &Value::Null)
        );
        assert_eq!(plan["packages"][0]["name"], "iniconfig", "{plan}");
        let told = demo.sync();
        assert_eq!(told.state, "succeeded", "{told:?}");
        assert!(imports());
    }
}

#[test]
fn a_lockfile_older_than_the_settings_is_brought_up_to_date_and_shown_before() {
    let demo = Demo::synced();
    demo.changed("iniconfig==2.0.0", "iniconfig>=2.1");
    let lockfile = fs_err::read(demo.project().join("uv.lock")).unwrap();
    let mut command = demo.command(program());
    let output = command
        .args(demo.arguments())
        .arg("--dry-run")
        .output()
        .unwrap();
    let preview: Value = serde_json::from_slice(&output.stdout).unwrap();
    let plan = &preview["environments"][0];
    assert_eq!(plan["packages"][0]["name"], "iniconfig");
    assert_eq!(plan["packages"][0]["from"], "2.0.0");
    assert_eq!(plan["lock"]["changes"][0]["from"], "2.0.0");
    assert_eq!(plan["lock"]["changes"][0]["to"], plan["packages"][0]["to"]);
    assert_eq!(
        fs_err::read(demo.project().join("uv.lock")).unwrap(),
        lockfile
    );
    assert!(demo.has("iniconfig-2.0.0"), "nothing has been changed");

    demo.syncs(&[]);
    assert!(!demo.has("iniconfig-2.0.0"));
    assert_ne!(
        fs_err::read(demo.project().join("uv.lock")).unwrap(),
        lockfile
    );
}

#[test]
fn settings_that_cannot_be_read() {
    let demo = Demo::synced();
    demo.changed("package = false", "package = = false");
    failed(&demo.sync(), "pyproject.toml can't be read", AS_IT_WAS);
    assert!(demo.has("iniconfig-2.0.0"));
}

#[test]
fn what_the_index_does_not_have() {
    let demo = Demo::synced();
    demo.changed("iniconfig==2.0.0", "iniconfig==99");
    failed(&demo.sync(), "No such version: iniconfig==99", AS_IT_WAS);
    demo.changed("iniconfig==2.0.0", "no-such-pkg-zzz-qq");
    failed(&demo.sync(), "No package no-such-pkg-zzz-qq", AS_IT_WAS);
    assert!(demo.has("iniconfig-2.0.0"));
}

#[test]
fn no_way_to_the_index() {
    let demo = Demo::new();
    let cache = demo.folder.path().join("cache").display().to_string();
    let dead = "http://127.0.0.1:9";
    let proxied = [
        ("UV_CACHE_DIR", cache.as_str()),
        ("HTTP_PROXY", dead),
        ("HTTPS_PROXY", dead),
        ("ALL_PROXY", dead),
        ("NO_PROXY", ""),
        ("no_proxy", ""),
        ("http_proxy", dead),
        ("https_proxy", dead),
    ];
    let told = demo.sync_with(&proxied);
    failed(&told, "The package index can't be reached", "");
    assert!(!demo.has("iniconfig-2.0.0"));
    let offline = [("UV_CACHE_DIR", cache.as_str()), ("UV_OFFLINE", "1")];
    let told = demo.sync_with(&offline);
    failed(&told, "A package isn't in the cache", "");
    assert!(!demo.has("iniconfig-2.0.0"));
    // With the network it goes on.
    demo.syncs(&[]);
    assert!(demo.has("iniconfig-2.0.0"));
}

#[test]
fn a_folder_that_cannot_be_written() {
    let demo = Demo::new();
    let told = if namespaces() {
        demo.sync_after("mount --bind . . && mount -o remount,bind,ro . && cd .")
    } else {
        demo.sync_with_recorded(
            "error: failed to create directory `/w/.venv`: Read-only file system (os error 30)",
        )
    };
    failed(&told, "The folder can't be written", STILL_NONE);
    assert!(!demo.environment().exists());
}

#[test]
fn a_full_disk() {
    let demo = Demo::new();
    let told = if namespaces() {
        demo.sync_after(
            "cp -r projects/demo kept && mount -t tmpfs -o size=24k none projects/demo && cp -r kept/. projects/demo",
        )
    } else {
        demo.sync_with_recorded("error: failed to write: No space left on device (os error 28)")
    };
    failed(&told, "The disk is full", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_as_it_was_shown_is_not_synced_and_what_moved_is_named() {
    let demo = Demo::new();
    let state = demo.root().with_file_name("other-state");
    let opened = Opened::of(&demo.root(), &state).await;
    let deck = &opened.deck;
    let shown = deck.sync_preview(SyncRequest::default()).await.unwrap();
    let request = SyncRequest {
        locations: shown.environments[0].locations.clone(),
        deployment: false,
    };
    let start = SyncStart {
        request,
        basis: Some(shown.basis),
    };
    demo.changed("iniconfig==2.0.0", "iniconfig");
    let refused = deck.sync_start(start.clone()).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Precondition);
    let file = "pyproject.toml of demo changed since";
    assert!(refused.message.starts_with(file), "{refused:?}");
    assert!(!demo.environment().exists());

    demo.settings(PROJECT);
    let begun = deck.sync_start(start).await.unwrap();
    let sync = ended(deck, begun.operations[0]).await;
    assert_eq!(sync.state, OperationState::Succeeded, "{sync:?}");
    assert!(demo.has("iniconfig-2.0.0"));

    // A package that somebody took away changes what a sync would do.
    let request = SyncRequest {
        locations: vec!["demo".into()],
        deployment: false,
    };
    let shown = deck.sync_preview(request.clone()).await.unwrap();
    take_away(&demo.environment());
    let start = SyncStart {
        request,
        basis: Some(shown.basis),
    };
    let refused = deck.sync_start(start).await.unwrap_err();
    assert!(refused.message.contains("would"), "{refused:?}");
    opened.deck.shut_down().await;
}
