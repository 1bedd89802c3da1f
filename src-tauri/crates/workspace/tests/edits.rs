//! Edits of dg.toml: what they change, and that every other byte stays.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use workspace::edit::{
    Edit, EditError, ListChange, change, register, rename, rename_location, unregister,
};
use workspace::{ReadOptions, read};

fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dg.toml");
    fs::write(&path, text).unwrap();
    (folder, path)
}

fn paths(path: &Path) -> Vec<String> {
    let reading = read(path.parent().unwrap(), &ReadOptions::default());
    reading
        .projects
        .into_iter()
        .map(|project| project.path)
        .collect()
}

fn after(text: &str, change: impl Fn(&Path) -> Result<Edit, EditError>) -> String {
    let (_folder, path) = file(text);
    change(&path).unwrap().after
}

const TABLES: &str = "# ours\ndirectory_type = \"workspace\"\n\n[workspace]\n\n[[workspace.projects]]\npath = \"a\" # first\n\n[[workspace.projects]]\npath = 'b'\n\n[cli] # last\nverbose = false\n";

#[test]
fn registers_after_the_last_one() {
    insta::assert_snapshot!(after(TABLES, |path| register(path, "projects/c")));
}

#[test]
fn registers_into_a_bare_workspace_and_into_an_empty_file() {
    let bare = "directory_type = \"workspace\"\n\n[workspace]\n";
    assert_eq!(
        after(bare, |path| register(path, "c")),
        format!("{bare}\n[[workspace.projects]]\npath = \"c\"\n")
    );
    assert_eq!(
        after("", |path| register(path, "c")),
        "[[workspace.projects]]\npath = \"c\"\n"
    );
    assert_eq!(
        after("[workspace]", |path| register(path, "c")),
        "[workspace]\n\n[[workspace.projects]]\npath = \"c\"\n"
    );
}

#[test]
fn keeps_the_form_that_is_there() {
    let with = |text: &str| after(text, |path| register(path, "c"));
    assert_eq!(
        with("[workspace]\nprojects = [{ path = \"a\" }] # x\n"),
        "[workspace]\nprojects = [{ path = \"a\" }, { path = \"c\" }] # x\n"
    );
    assert_eq!(
        with("[workspace]\nprojects = [\"a\",]\n"),
        "[workspace]\nprojects = [\"a\", \"c\",]\n"
    );
    assert_eq!(
        with("[workspace]\nprojects = []\n"),
        "[workspace]\nprojects = [{ path = \"c\" }]\n"
    );
    assert_eq!(
        with("[workspace]\nprojects = [\n  { path = \"a\" }, # one\n  # end\n]\n"),
        "[workspace]\nprojects = [\n  { path = \"a\" }, # one\n  { path = \"c\" },\n  # end\n]\n"
    );
    assert_eq!(
        with("[workspace]\nprojects = [\n  { path = \"a\" } # one\n]\n"),
        "[workspace]\nprojects = [\n  { path = \"a\" },\n  { path = \"c\" } # one\n]\n"
    );
    assert_eq!(
        with("[workspace]\nprojects = [\n]\n"),
        "[workspace]\nprojects = [\n    { path = \"c\" },\n]\n"
    );
}

#[test]
fn keeps_line_ends_and_the_byte_order_mark() {
    let text = format!("\u{feff}{}", TABLES.replace('\n', "\r\n"));
    let new = after(&text, |path| register(path, "c"));
    assert!(new.starts_with('\u{feff}'));
    assert_eq!(new.matches('\n').count(), new.matches("\r\n").count());
    let back = after(&new, |path| unregister(path, "c"));
    assert_eq!(back, text);
}

#[test]
fn unregisters_in_each_form() {
    insta::assert_snapshot!(after(TABLES, |path| unregister(path, "a")));
    let with = |text: &str, project: &str| after(text, |path| unregister(path, project));
    assert_eq!(
        with(
            "[workspace]\nprojects = [{ path = \"a\" }, { path = \"b\" }]\n",
            "b"
        ),
        "[workspace]\nprojects = [{ path = \"a\" }]\n"
    );
    assert_eq!(
        with("[workspace]\nprojects = [\"a\", \"b\"]\n", "a"),
        "[workspace]\nprojects = [\"b\"]\n"
    );
    assert_eq!(
        with(
            "[workspace]\nprojects = [\n  \"a\",\n  \"b\", # gone\n]\n",
            "b"
        ),
        "[workspace]\nprojects = [\n  \"a\",\n]\n"
    );
    assert_eq!(
        with("[workspace]\nprojects = [\"a\"]\n", "./a/"),
        "[workspace]\nprojects = []\n"
    );
}

#[test]
fn renames_only_the_path() {
    let new = after(TABLES, |path| rename(path, "b", "it's b"));
    assert_eq!(new, TABLES.replace("'b'", "\"it's b\""));
    let (folder, path) = file(TABLES);
    rename(&path, "a", "z/a").unwrap().write().unwrap();
    assert_eq!(paths(&path), ["z/a", "b"]);
    drop(folder);
}

#[test]
fn names_a_location() {
    let text = "directory_type = \"project\"\n\n[project] # mine\nroot_module = \"a\"\n";
    let named = after(text, |path| rename_location(path, Some("x y")));
    assert_eq!(
        named,
        text.replace("# mine\n", "# mine\ncode_location_name = \"x y\"\n")
    );
    let again = after(&named, |path| rename_location(path, Some("z")));
    assert_eq!(again, named.replace("x y", "z"));
    assert_eq!(after(&again, |path| rename_location(path, None)), text);
}

#[test]
fn works_in_pyproject() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pyproject.toml");
    fs::write(&path, "[tool.dg]\ndirectory_type = \"workspace\"\n").unwrap();
    register(&path, "a").unwrap().write().unwrap();
    assert_eq!(paths(&path), ["a"]);
}

#[test]
fn says_no_with_a_reason() {
    let (_folder, path) = file(TABLES);
    assert!(matches!(
        register(&path, "./a"),
        Err(EditError::Listed { .. })
    ));
    assert!(matches!(
        unregister(&path, "nope"),
        Err(EditError::NotListed { .. })
    ));
    assert!(matches!(
        rename(&path, "a", "b"),
        Err(EditError::Listed { .. })
    ));
    let (_folder, path) = file("[workspace");
    assert!(matches!(
        register(&path, "a"),
        Err(EditError::Unreadable { .. })
    ));
    let gone = path.with_file_name("gone.toml");
    assert!(matches!(
        register(&gone, "a"),
        Err(EditError::Missing { .. })
    ));
}

#[test]
fn refuses_to_overwrite_what_someone_else_wrote() {
    let (_folder, path) = file(TABLES);
    let edit = register(&path, "c").unwrap();
    fs::write(&path, "# theirs\n").unwrap();
    assert!(matches!(edit.write(), Err(EditError::Changed { .. })));
    assert_eq!(fs::read_to_string(&path).unwrap(), "# theirs\n");
}

#[cfg(unix)]
#[test]
fn writing_keeps_permissions_and_links() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, path) = file(TABLES);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let inner = folder.path().join("inner");
    fs::create_dir(&inner).unwrap();
    let link = inner.join("dg.toml");
    std::os::unix::fs::symlink("../dg.toml", &link).unwrap();
    register(&link, "c").unwrap().write().unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o640
    );
    assert_eq!(paths(&path), ["a", "b", "c"]);
    let names: Vec<_> = fs::read_dir(folder.path()).unwrap().flatten().collect();
    assert_eq!(names.len(), 2, "no temporary file is left");
}

#[test]
fn every_entry_of_a_project_goes_or_moves() {
    let text = "[workspace]\nprojects = [\"a\", { path = \"b\" }, { path = \"./a\" }]\n";
    assert_eq!(
        after(text, |path| unregister(path, "a")),
        "[workspace]\nprojects = [{ path = \"b\" }]\n"
    );
    assert_eq!(
        after(text, |path| rename(path, "a", "c")),
        "[workspace]\nprojects = [\"c\", { path = \"b\" }, { path = \"c\" }]\n"
    );
}

#[test]
fn a_workspace_stays_one_when_its_last_project_goes() {
    let text = "directory_type = \"workspace\"\n\n[[workspace.projects]]\npath = \"a\"\n";
    assert_eq!(
        after(text, |path| unregister(path, "a")),
        "directory_type = \"workspace\"\n\n[workspace]\n"
    );
}

#[test]
fn the_odd_shapes_that_are_read_can_be_edited() {
    let single = "[workspace]\nprojects = 'a' # one\n";
    assert_eq!(
        after(single, |path| register(path, "b")),
        "[workspace]\nprojects = [{ path = 'a' }, { path = \"b\" }] # one\n"
    );
    assert_eq!(
        after(single, |path| unregister(path, "a")),
        "[workspace]\nprojects = [] # one\n"
    );
    assert_eq!(
        after("workspace = {} # w\n", |path| register(path, "b")),
        "workspace = { projects = [{ path = \"b\" }] } # w\n"
    );
    assert_eq!(
        after("[workspace]\nprojects = [1]\n", |path| register(path, "b")),
        "[workspace]\nprojects = [1, { path = \"b\" }]\n"
    );
}

#[test]
fn what_is_under_an_entry_stays_with_it() {
    let text = "[[workspace.projects]]\npath = \"a\"\n[workspace.projects.more]\nx = 1\n";
    assert_eq!(
        after(text, |path| register(path, "b")),
        format!("{text}\n[[workspace.projects]]\npath = \"b\"\n")
    );
    let (_folder, path) = file(text);
    assert!(matches!(
        unregister(&path, "a"),
        Err(EditError::Shape { .. })
    ));
}

#[test]
fn several_changes_are_one_edit() {
    let (_folder, path) = file(TABLES);
    let changes = [
        ListChange::Register("c".to_owned()),
        ListChange::Unregister("a".to_owned()),
        ListChange::Rename("b".to_owned(), "../b".to_owned()),
    ];
    change(&path, &changes).unwrap().write().unwrap();
    let root = path.parent().unwrap();
    let beside = root.parent().unwrap().join("b").display().to_string();
    assert_eq!(paths(&path), [beside, "c".to_owned()]);
}

#[test]
fn a_folder_is_named_as_seen_from_the_workspace() {
    let named = |folder: &str| workspace::path_from(Path::new("/home/ada/acme"), Path::new(folder));
    assert_eq!(named("/home/ada/acme/projects/x"), "projects/x");
    assert_eq!(named("/home/ada/other/x"), "../other/x");
    assert_eq!(named("/srv/x"), "/srv/x");
    assert_eq!(named("/home/ada/acme/a/.."), ".");
}
