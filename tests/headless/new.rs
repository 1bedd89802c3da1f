//! `dagdeck new`: what it makes runs, what can't be made is told and leaves nothing, what stands in the way has a next step.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use testkit::TestDir;

use crate::command::{dagdeck_with, printed, program};
use crate::through_owner::none_is_left;

/// The version that everything is made with: asking the index for the newest is tested once.
pub(crate) const DAGSTER: &str = "1.13.27";

/// A folder to make things in, with a state of its own.
pub(crate) struct Bench(pub(crate) TestDir);

impl Bench {
    pub(crate) fn new() -> Self {
        let bench = Self(TestDir::new());
        bench.0.make("made");
        bench.0.make("state");
        bench
    }

    /// Where things are made.
    pub(crate) fn at(&self, relative: &str) -> PathBuf {
        self.0.join("made").join(relative)
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = dagdeck_with(&self.0.join("state"));
        command.current_dir(self.at(""));
        command
    }

    /// `dagdeck new` in a folder.
    pub(crate) fn new_in(&self, folder: &str, words: &[&str]) -> Output {
        let mut command = self.command();
        command.current_dir(self.at(folder)).arg("new").args(words);
        command.output().unwrap()
    }

    /// A workspace with a project `data-engineering`, files only.
    fn workspace(&self) {
        let words = ["workspace", "acme", "--dagster", DAGSTER, "--project"];
        let rest = ["data-engineering", "--no-git", "--no-sync"];
        succeeds(&self.new_in("", &[&words[..], &rest].concat()));
    }

    /// Every file and folder with what it holds.
    fn contents(&self) -> Vec<(PathBuf, Option<Vec<u8>>)> {
        let mut all = Vec::new();
        let mut folders = vec![self.at("")];
        while let Some(folder) = folders.pop() {
            for entry in fs_err::read_dir(folder).unwrap().flatten() {
                let path = entry.path();
                if entry.file_type().unwrap().is_dir() {
                    folders.push(path.clone());
                    all.push((path, None));
                } else {
                    let bytes = fs_err::read(&path).unwrap();
                    all.push((path, Some(bytes)));
                }
            }
        }
        all.sort();
        all
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub(crate) fn succeeds(output: &Output) {
    let (told, said) = (printed(output), said(output));
    assert_eq!(output.status.code(), Some(0), "{told}\n{said}");
}

#[test]
fn a_project_alone_is_made_where_no_workspace_is() {
    let bench = Bench::new();
    let words = [
        "project",
        "alone",
        "--dagster",
        DAGSTER,
        "--no-sync",
        "--no-git",
    ];
    succeeds(&bench.new_in("", &words));
    for file in ["pyproject.toml", "README.md", "src/alone/definitions.py"] {
        assert!(bench.at("alone").join(file).is_file(), "{file}");
    }
    let status = bench
        .command()
        .args(["status", "alone", "--json"])
        .output()
        .unwrap();
    let status: Value = serde_json::from_str(&printed(&status)).unwrap();
    assert_eq!(status["locations"][0]["name"], "alone");
}

#[test]
fn a_project_of_a_workspace_is_made_by_its_owner_wherever_it_is_named_from() {
    let bench = Bench::new();
    bench.workspace();
    let whole = bench.at("acme/projects/c").display().to_string();
    let owned = dagdeck::owner_lock(&bench.0.join("state"), &bench.at("acme"));
    assert!(!owned.exists(), "it is not run to be made");
    fs_err::os::unix::fs::symlink(bench.at("acme"), bench.at("link")).unwrap();
    for (folder, path, name) in [
        ("acme", "projects/a", "a"),
        ("", "acme/projects/b", "b"),
        ("", &whole, "c"),
        ("", "link/projects/d", "d"),
    ] {
        let words = ["project", path, "--dagster", DAGSTER, "--no-sync"];
        succeeds(&bench.new_in(folder, &words));
        let config = fs_err::read_to_string(bench.at("acme/dg.toml")).unwrap();
        assert!(config.contains(&format!("projects/{name}")), "{config}");
        // Who owns it makes this; the next one is to make it anew.
        none_is_left(bench.0.path());
        fs_err::remove_file(&owned).unwrap();
    }
}

#[test]
fn a_workspace_that_is_made_through_a_link_is_trusted_by_its_real_path_too() {
    let bench = Bench::new();
    fs_err::create_dir(bench.at("real")).unwrap();
    fs_err::os::unix::fs::symlink(bench.at("real"), bench.at("link")).unwrap();
    let words = ["workspace", "link/acme", "--dagster", DAGSTER];
    let rest = ["--no-git", "--no-sync"];
    succeeds(&bench.new_in("", &[&words[..], &rest].concat()));
    let words = ["project", "projects/a", "--dagster", DAGSTER, "--no-sync"];
    succeeds(&bench.new_in("real/acme", &words));
}

/// create-dagster lists where a link leads, and refuses a link that leaves the workspace only after it has begun.
#[test]
fn a_project_that_is_named_through_a_link_is_made_where_the_link_leads() {
    let bench = Bench::new();
    bench.workspace();
    fs_err::create_dir(bench.at("acme/code")).unwrap();
    fs_err::create_dir(bench.at("elsewhere")).unwrap();
    for (link, to) in [
        ("code", "acme/linked"),
        ("../elsewhere", "acme/out"),
        ("gone", "acme/dead"),
    ] {
        fs_err::os::unix::fs::symlink(link, bench.at(to)).unwrap();
    }
    let made = |path: &str, more: &[&str]| {
        let words = ["project", path, "--dagster", DAGSTER, "--no-sync"];
        bench.new_in("acme", &[&words[..], more].concat())
    };
    let planned = printed(&made("linked/a", &["--dry-run"]));
    assert!(planned.contains("path = \"code/a\""), "{planned}");
    succeeds(&made("linked/a", &[]));
    let config = bench.at("acme/dg.toml");
    let listed = fs_err::read_to_string(&config).unwrap();
    assert!(listed.contains("path = \"code/a\""), "{listed}");
    for (path, why) in [
        ("out/b", "outside the workspace"),
        ("dead/b", "leads nowhere"),
    ] {
        for more in [&["--dry-run"][..], &[]] {
            let refused = made(path, more);
            let told = said(&refused);
            assert_eq!(refused.status.code(), Some(2), "{path}: {told}");
            assert!(told.contains(why), "{path}: {told}");
        }
    }
    assert_eq!(fs_err::read_to_string(&config).unwrap(), listed);
}

/// Writes a workspace that nobody has trusted.
fn untrusted(bench: &Bench, folder: &str) {
    fs_err::create_dir_all(bench.at(folder)).unwrap();
    let config = "directory_type = \"workspace\"\n\n[workspace]\n";
    fs_err::write(bench.at(folder).join("dg.toml"), config).unwrap();
}

#[test]
fn a_workspace_is_trusted_with_what_is_made_in_it_and_not_with_what_is_not() {
    let bench = Bench::new();
    untrusted(&bench, "acme");
    untrusted(&bench, "acme/inner");
    fs_err::create_dir(bench.at("elsewhere")).unwrap();
    let made = |path: &str, more: &[&str]| {
        let words = ["project", path, "--dagster", DAGSTER, "--no-sync"];
        bench.new_in("acme", &[&words[..], more].concat())
    };
    let is_trusted = |path: &str| match made(path, &["--dry-run"]).status.code() {
        Some(0) => true,
        Some(2) => false,
        other => panic!("{path}: {other:?}"),
    };
    let planned = made("projects/a", &["--trust", "--dry-run"]);
    succeeds(&planned);
    let told = printed(&planned);
    assert!(told.contains("is trusted with this"), "{told}");
    for refused in ["../elsewhere/a", "projects/1a", "dg.toml/a"] {
        assert_eq!(made(refused, &["--trust"]).status.code(), Some(2));
    }
    let refused = made("projects/a", &[]);
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(said.contains("--trust"), "{said}");
    assert!(!is_trusted("projects/a") && !is_trusted("inner/projects/a"));
    succeeds(&made("inner/projects/a", &["--trust"]));
    assert!(!is_trusted("projects/a") && is_trusted("inner/projects/b"));
    let listed = |folder: &str| fs_err::read_to_string(bench.at(folder).join("dg.toml")).unwrap();
    assert!(listed("acme/inner").contains("projects/a") && !listed("acme").contains("projects"));
    let made_now = made("projects/a", &["--trust"]);
    succeeds(&made_now);
    // Without packages there is nothing to launch yet.
    let told = printed(&made_now);
    assert!(
        told.contains("dagdeck sync ") && !told.contains("dagdeck up"),
        "{told}"
    );
    assert!(is_trusted("projects/b"));
    // A path from a folder in it is a name in it.
    let words = ["project", "../b", "--dagster", DAGSTER, "--dry-run"];
    let planned = printed(&bench.new_in("acme/projects", &words));
    assert!(planned.contains("  b/pyproject.toml"), "{planned}");
}

/// Each shape of the list of projects that the scaffolder takes.
const SHAPES: &[&str] = &[
    "directory_type = \"workspace\"\n\n[workspace]\n",
    "directory_type = \"workspace\"\n\n[workspace]\n\n[[workspace.projects]]\npath = \"a\" # the first\n",
    "directory_type = \"workspace\"\n[workspace]\nprojects = [{ path = \"a\" }]\n",
    "directory_type = \"workspace\"\n[workspace]\nprojects = [\n  { path = \"a\" },\n]\n",
    "directory_type = \"workspace\"\r\n[workspace]\r\n[[workspace.projects]]\r\npath = \"a\"\r\n",
    "directory_type = \"workspace\"\n[workspace]\n[[workspace.projects]]\npath = \"a\"",
];

/// The review shows what the scaffolder then does to dg.toml, byte for byte.
#[test]
fn the_change_that_is_shown_is_the_change_that_is_made() {
    for shape in SHAPES {
        let bench = Bench::new();
        bench.workspace();
        let config = bench.at("acme/dg.toml");
        fs_err::rename(
            bench.at("acme/projects/data-engineering"),
            bench.at("acme/a"),
        )
        .unwrap();
        fs_err::write(&config, shape).unwrap();
        let words = ["project", "projects/b", "--dagster", DAGSTER, "--no-sync"];
        let planned = bench.new_in("acme", &[&words[..], &["--dry-run", "--json"]].concat());
        succeeds(&planned);
        let plan: Value = serde_json::from_str(&printed(&planned)).unwrap();
        let lines = plan["edits"][0]["diff"].as_array().unwrap().iter();
        let lines = lines.map(|line| line.as_str().unwrap());
        let shown: Vec<&str> = lines
            .filter(|line| !line.starts_with('-'))
            .map(|line| &line[1..])
            .collect();
        assert_eq!(
            fs_err::read_to_string(&config).unwrap(),
            *shape,
            "a plan writes nothing"
        );
        succeeds(&bench.new_in("acme", &words));
        let made = fs_err::read_to_string(&config).unwrap();
        let made: Vec<&str> = made.lines().collect();
        // A diff leaves out what is far from the change, and here the change is at the end.
        assert_eq!(made[made.len() - shown.len()..], shown, "{shape}");
    }
}

/// Where it is run, what is asked for, and what is said.
const BAD: &[(&str, &[&str], &str)] = &[
    (
        "acme",
        &["project", "projects/data-engineering"],
        "has a project at projects/data-engineering already",
    ),
    ("", &["project", "plain"], "There is a file or folder at"),
    ("", &["workspace", "plain"], "There is a file or folder at"),
    (
        "acme",
        &["project", "projects/data_engineering"],
        "has the Python package data_engineering already",
    ),
    (
        "acme",
        &["project", "data-engineering"],
        "is the code location \"data-engineering\" already",
    ),
    (
        "acme",
        &["project", "projects/bad name"],
        "can't hold a space",
    ),
    (
        "acme",
        &["project", "projects/123abc"],
        "begins with a letter",
    ),
    ("acme", &["project", "projects/we!rd$"], "can't hold \"!\""),
    (
        "acme",
        &["project", "projects/class"],
        "word of the Python language",
    ),
    (
        "acme",
        &["project", "projects/dagster"],
        "a package that Dagster projects use",
    ),
    ("acme", &["project", "projects/json"], "comes with Python"),
    ("acme", &["project", "projects/été"], "can't hold \"é\""),
    ("acme", &["project", ""], "a value is required"),
    ("acme", &["project", "."], "is a place, not a name"),
    ("acme", &["project", "../x"], "is outside the workspace"),
    (
        "acme/projects/data-engineering",
        &["project", "new"],
        "A project can't be in another",
    ),
    ("acme", &["workspace", "sub"], "is a workspace already"),
    ("acme", &["workspace", "."], "is a place, not a name"),
    ("untyped", &["project", "new"], "directory_type"),
    ("broken", &["project", "new"], "has to be put right first"),
    (
        "acme",
        &["project", "projects/new", "--dagster", "9.9.9"],
        "has no Dagster 9.9.9",
    ),
    (
        "acme",
        &["project", "projects/new", "--dagster", "newest"],
        "is no version",
    ),
    (
        "acme",
        &["project", "projects/new", "--python", "3.8"],
        "There is no Python 3.8",
    ),
    ("", &["project"], "Usage"),
];

#[test]
fn what_can_t_be_made_is_told_and_leaves_nothing() {
    let bench = Bench::new();
    bench.workspace();
    fs_err::create_dir(bench.at("plain")).unwrap();
    for (folder, text) in [
        ("untyped", "[workspace]\n"),
        ("broken", "directory_type = \n"),
    ] {
        fs_err::create_dir(bench.at(folder)).unwrap();
        fs_err::write(bench.at(folder).join("dg.toml"), text).unwrap();
    }
    let before = bench.contents();
    for (folder, words, expected) in BAD {
        let mut all = words.to_vec();
        if !words.contains(&"--dagster") {
            all.extend(["--dagster", DAGSTER]);
        }
        let output = bench.new_in(folder, &all);
        let said = said(&output);
        assert_eq!(output.status.code(), Some(2), "{folder} {words:?}: {said}");
        assert!(said.contains(expected), "{folder} {words:?}: {said}");
        assert_eq!(bench.contents(), before, "{folder} {words:?}");
    }
}

/// What stands in the way, what is said, and the code it ends with.
#[test]
fn each_obstacle_has_its_own_words_and_a_next_step() {
    let bench = Bench::new();
    let run = |set: &[(&str, &Path)], words: &[&str]| {
        let mut command = bench.command();
        command.args(["new", "workspace", "acme"]).args(words);
        for (name, value) in set {
            command.env(name, value);
        }
        let output = command.output().unwrap();
        (output.status.code(), said(&output))
    };
    let cache = bench.0.make("cache");
    let offline: [(&str, &Path); 2] = [("UV_OFFLINE", Path::new("1")), ("UV_CACHE_DIR", &cache)];
    let (code, said) = run(&offline, &[]);
    assert_eq!(code, Some(2), "{said}");
    assert!(
        said.contains("told to stay offline") && said.contains("try again"),
        "{said}"
    );
    // A version that is named may be in the cache; here it is not.
    let (code, said) = run(&offline, &["--dagster", DAGSTER]);
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("told to stay offline") && said.contains("Try again with the network on"),
        "{said}"
    );
    let closed = Path::new("http://127.0.0.1:9");
    let proxy = [
        ("HTTPS_PROXY", closed),
        ("HTTP_PROXY", closed),
        ("ALL_PROXY", closed),
        ("NO_PROXY", Path::new("")),
        ("UV_HTTP_RETRIES", Path::new("0")),
        ("UV_CACHE_DIR", &cache),
    ];
    let (code, said) = run(&proxy, &[]);
    assert_eq!(code, Some(2), "{said}");
    assert!(
        said.contains("can't be reached") && said.contains("HTTPS_PROXY"),
        "{said}"
    );
    let empty = bench.0.make("home");
    let (code, said) = run(
        &[("PATH", Path::new("/usr/bin:/bin")), ("HOME", &empty)],
        &[],
    );
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("uv isn't installed") && said.contains("install uv yourself"),
        "{said}"
    );
    assert_eq!(bench.contents(), []);
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_can_t_be_written_is_refused_before_anything_runs() {
    let bench = Bench::new();
    let locked = bench.at("locked");
    fs_err::create_dir(&locked).unwrap();
    let new = [
        program().to_str().unwrap().to_owned(),
        "new".into(),
        "workspace".into(),
        "locked/acme".into(),
    ];
    // Root may write in any folder, but not on what is mounted read-only.
    let root = nix_is_root();
    let mut command = if root {
        let mut command = Command::new("unshare");
        let script = format!(
            "mount -t tmpfs -o ro tmpfs '{}' && exec \"$0\" \"$@\"",
            locked.display()
        );
        command.args(["--mount", "sh", "-c", &script]).args(&new);
        command
    } else {
        let status = Command::new("chmod")
            .arg("555")
            .arg(&locked)
            .status()
            .unwrap();
        assert!(status.success());
        let mut command = Command::new(&new[0]);
        command.args(&new[1..]);
        command
    };
    let output = command
        .env("DAGDECK_STATE", bench.0.join("state"))
        .current_dir(bench.at(""))
        .output()
        .unwrap();
    let told = said(&output);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(
        told.contains("Nothing can be written in") && told.contains("a folder of your own"),
        "{told}"
    );
}

#[cfg(target_os = "linux")]
fn nix_is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout == b"0\n"
}
