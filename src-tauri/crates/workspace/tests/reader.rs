//! One folder read again and again: the answer is that of a whole reading, and what was not touched is not looked at.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::Path;

use tempfile::TempDir;
use workspace::{ReadOptions, Reader, Reading, Touched, read};

const MEMBER: &str = "[project]\nname = \"NAME\"\nversion = \"1\"\n[tool.dg]\ndirectory_type = \"project\"\n[tool.dg.project]\nroot_module = \"NAME\"\n";

fn write(dir: &TempDir, path: &str, text: impl AsRef<[u8]>) {
    let path = dir.path().join(path);
    make(dir, path.parent().unwrap());
    std::fs::write(path, text).unwrap();
}

fn make(dir: &TempDir, path: impl AsRef<Path>) {
    std::fs::create_dir_all(dir.path().join(path)).unwrap();
}

/// A workspace of three projects.
fn three() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let paths = ["a", "b", "c"].map(|name| {
        write(
            &dir,
            &format!("{name}/pyproject.toml"),
            MEMBER.replace("NAME", name),
        );
        make(&dir, format!("{name}/.venv"));
        format!("{{path=\"{name}\"}}")
    });
    list(&dir, &paths.join(","));
    dir
}

fn list(dir: &TempDir, entries: &str) {
    write(
        dir,
        "dg.toml",
        format!("directory_type = \"workspace\"\n[workspace]\nprojects = [{entries}]\n"),
    );
}

fn options() -> ReadOptions {
    ReadOptions {
        lock_freshness: true,
        ..ReadOptions::default()
    }
}

fn only(ids: &[&str]) -> Touched {
    Touched::Projects(
        ids.iter()
            .map(|id| (*id).to_owned())
            .collect::<BTreeSet<_>>(),
    )
}

fn module(reading: &Reading, id: &str) -> Option<String> {
    reading.project(id)?.root_module.clone()
}

#[test]
fn a_project_is_read_again_when_it_was_touched_and_no_other() {
    let (dir, reader) = (three(), Reader::default());
    assert_eq!(
        reader.read(dir.path(), &options(), &Touched::All),
        read(dir.path(), &options())
    );
    for name in ["a", "b"] {
        let text = MEMBER.replace("\"NAME\"\nversion", &format!("\"{name}\"\nversion"));
        write(
            &dir,
            &format!("{name}/pyproject.toml"),
            text.replace("NAME", "other"),
        );
    }
    let reading = reader.read(dir.path(), &options(), &only(&["a"]));
    assert_eq!(module(&reading, "a").as_deref(), Some("other"));
    assert_eq!(
        module(&reading, "b").as_deref(),
        Some("b"),
        "nobody said so"
    );
    let reading = reader.read(dir.path(), &options(), &only(&["b"]));
    assert_eq!(reading, read(dir.path(), &options()));
}

#[test]
fn what_projects_say_of_each_other_is_said_anew_each_time() {
    let (dir, reader) = (three(), Reader::default());
    reader.read(dir.path(), &options(), &Touched::All);
    // Two of one name: the second is blamed, and no longer once it has its own again.
    for name in ["a", "b"] {
        write(&dir, "b/pyproject.toml", MEMBER.replace("NAME", name));
        let reading = reader.read(dir.path(), &options(), &only(&["b"]));
        assert_eq!(reading, read(dir.path(), &options()), "b is called {name}");
    }
}

#[test]
fn projects_come_and_go_with_the_list() {
    let (dir, reader) = (three(), Reader::default());
    reader.read(dir.path(), &options(), &Touched::All);
    for entries in [
        "{path=\"c\"}",
        "{path=\"./b\"},{path=\"c\"},{path=\"nowhere\"}",
    ] {
        list(&dir, entries);
        let reading = reader.read(dir.path(), &options(), &only(&[]));
        assert_eq!(reading, read(dir.path(), &options()), "{entries}");
    }
}

#[test]
fn members_of_one_uv_workspace_are_read_together() {
    let dir = three();
    let root = MEMBER.replace("NAME", "a") + "[tool.uv.workspace]\nmembers = [\"inner\"]\n";
    write(&dir, "a/pyproject.toml", root);
    write(
        &dir,
        "a/inner/pyproject.toml",
        MEMBER.replace("NAME", "inner"),
    );
    write(
        &dir,
        "a/uv.lock",
        "version = 1\nrequires-python = \">=3.10\"\n",
    );
    list(&dir, "{path=\"a\"},{path=\"a/inner\"},{path=\"c\"}");
    let reader = Reader::default();
    reader.read(dir.path(), &options(), &Touched::All);
    let asks = MEMBER.replace("NAME", "inner").replace(
        "version = \"1\"",
        "version = \"1\"\ndependencies = [\"dagster\"]",
    );
    write(&dir, "a/inner/pyproject.toml", asks);
    let reading = reader.read(dir.path(), &options(), &only(&["a/inner"]));
    assert_eq!(reading, read(dir.path(), &options()));
    write(&dir, "a/uv.lock", "not a lockfile");
    let reading = reader.read(dir.path(), &options(), &only(&["a"]));
    assert_eq!(reading, read(dir.path(), &options()));
}

#[test]
fn a_reading_that_left_lockfiles_out_is_no_ground_for_the_next() {
    let (dir, reader) = (three(), Reader::default());
    let hasty = ReadOptions::default();
    assert!(!hasty.lock_freshness, "else this shows nothing");
    reader.read(dir.path(), &hasty, &Touched::All);
    let reading = reader.read(dir.path(), &options(), &only(&[]));
    assert_eq!(reading, read(dir.path(), &options()));
}
