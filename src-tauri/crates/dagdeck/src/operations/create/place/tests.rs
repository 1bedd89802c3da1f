use std::path::Path;

use super::*;

const WORKSPACE: &str = "directory_type = \"workspace\"\n\n[workspace]\n\n[[workspace.projects]]\n\
    path = \"projects/data-engineering\"\n\n[[workspace.projects]]\npath = \"projects/ghost\"\n";

/// A folder with a workspace `acme` (a project `data-engineering`, and a listed one whose folder is gone), a project
/// `alone`, and a plain folder `plain`.
struct Disk(tempfile::TempDir);

impl Disk {
    fn new() -> Self {
        let disk = Self(tempfile::tempdir().unwrap());
        disk.write("acme/dg.toml", WORKSPACE);
        disk.project("acme/projects/data-engineering", "data_engineering");
        disk.project("alone", "alone");
        disk.write("plain/notes.txt", "");
        disk
    }

    fn write(&self, path: &str, text: &str) {
        let file = self.0.path().join(path);
        fs_err::create_dir_all(file.parent().unwrap()).unwrap();
        fs_err::write(file, text).unwrap();
    }

    fn project(&self, path: &str, package: &str) {
        let text = format!(
            "[project]\nname = \"{package}\"\nversion = \"0.1.0\"\n\n[tool.dg]\ndirectory_type = \"project\"\n\n\
             [tool.dg.project]\nroot_module = \"{package}\"\n"
        );
        self.write(&format!("{path}/pyproject.toml"), &text);
        self.write(&format!("{path}/src/{package}/definitions.py"), "");
    }

    /// Everything in it.
    fn listing(&self) -> Vec<PathBuf> {
        let mut all = Vec::new();
        let mut folders = vec![self.0.path().to_path_buf()];
        while let Some(folder) = folders.pop() {
            for entry in fs_err::read_dir(folder).unwrap().flatten() {
                if entry.path().is_dir() {
                    folders.push(entry.path());
                }
                all.push(entry.path());
            }
        }
        all.sort();
        all
    }

    fn spec(&self, kind: CreateKind, parent: &str, name: &str) -> CreateSpec {
        CreateSpec {
            kind,
            parent: self.0.path().join(parent).display().to_string(),
            name: name.to_owned(),
            ..CreateSpec::default()
        }
    }

    fn remarks(&self, kind: CreateKind, parent: &str, name: &str) -> Vec<CreateRemark> {
        find(&self.spec(kind, parent, name), Path::new("/home/ann")).1
    }
}

/// Kind, folder, name, what is said, what is offered instead (`~` stands for the test's folder).
type PlaceCase = (
    CreateKind,
    &'static str,
    &'static str,
    &'static str,
    Option<&'static str>,
);

const P: CreateKind = CreateKind::Project;
const W: CreateKind = CreateKind::Workspace;

const ROWS: &[PlaceCase] = &[
    (
        P,
        "acme",
        "projects/data-engineering",
        "has a project at projects/data-engineering already",
        Some("projects/data-engineering-2"),
    ),
    (
        P,
        "plain",
        "notes.txt",
        "can't hold \".\"",
        Some("notes-txt"),
    ),
    (
        P,
        "",
        "plain",
        "There is a file or folder at ~/plain already",
        Some("plain-2"),
    ),
    (
        W,
        "",
        "plain",
        "There is a file or folder at ~/plain already",
        Some("plain-2"),
    ),
    (
        P,
        "acme",
        "projects/data_engineering",
        "has the Python package data_engineering already",
        Some("projects/data_engineering-2"),
    ),
    (
        P,
        "acme",
        "data-engineering",
        "is the code location \"data-engineering\" already",
        Some("data-engineering-2"),
    ),
    (
        P,
        "acme",
        "projects/ghost",
        "though its folder is not there",
        Some("projects/ghost-2"),
    ),
    (
        P,
        "acme",
        "projects/bad name",
        "can't hold a space",
        Some("projects/bad-name"),
    ),
    (
        P,
        "acme",
        "projects/123abc",
        "begins with a letter",
        Some("projects/project-123abc"),
    ),
    (
        P,
        "acme",
        "projects/we!rd$",
        "can't hold \"!\"",
        Some("projects/we-rd"),
    ),
    (
        P,
        "acme",
        "projects/class",
        "word of the Python language",
        Some("projects/class-project"),
    ),
    (
        P,
        "acme",
        "projects/dagster",
        "a package that Dagster projects use",
        Some("projects/dagster-project"),
    ),
    (
        P,
        "acme",
        "projects/json",
        "comes with Python",
        Some("projects/json-project"),
    ),
    (
        P,
        "acme",
        "projects/été",
        "can't hold \"é\"",
        Some("projects/ete"),
    ),
    (P, "acme", "", "Type a name", None),
    (P, "acme", ".", "is a place, not a name", None),
    (P, "acme", "projects/..", "is a place, not a name", None),
    (
        P,
        "acme",
        "../outside",
        "is outside the workspace",
        Some("projects/outside"),
    ),
    (
        P,
        "acme",
        "/elsewhere/outside",
        "is outside the workspace",
        Some("projects/outside"),
    ),
    (
        P,
        "acme",
        "/outside",
        "is outside the workspace",
        Some("projects/outside"),
    ),
    (
        P,
        "plain",
        "../up",
        "is not in the folder that was chosen",
        Some("up"),
    ),
    (
        P,
        "acme/projects/data-engineering",
        "new",
        "inside the project",
        Some("~/acme"),
    ),
    (
        P,
        "acme",
        "projects/data-engineering/src/new",
        "inside the project projects/data-engineering",
        Some("projects/new"),
    ),
    (P, "alone/src", "new", "inside the project", Some("~")),
    (W, "acme", "sub", "is a workspace already", Some("~")),
    (
        W,
        "acme/projects",
        "sub",
        "is a workspace already",
        Some("~"),
    ),
    (
        W,
        "alone",
        "sub",
        "is a project. A workspace holds projects",
        Some("~"),
    ),
    (W, "", ".", "is a place, not a name", None),
    (
        W,
        "",
        "my workspace",
        "can't hold a space",
        Some("my-workspace"),
    ),
    (
        W,
        "nowhere/at/all",
        "new",
        "There is no folder at ~/nowhere/at/all",
        Some("~"),
    ),
    (
        P,
        "plain/notes.txt",
        "new",
        "is a file, not a folder",
        Some("~/plain"),
    ),
];

#[test]
fn bad_answers_are_told_with_what_would_do_and_nothing_is_written() {
    let disk = Disk::new();
    let before = disk.listing();
    let home = disk.0.path().display().to_string();
    for (kind, parent, name, said, instead) in ROWS {
        let remarks = disk.remarks(*kind, parent, name);
        let [remark] = remarks.as_slice() else {
            panic!("{parent} {name:?}: {remarks:?}");
        };
        let words = remark.message.replace(&home, "~");
        assert!(words.contains(said), "{parent} {name:?}: {words}");
        assert!(remark.blocks, "{words}");
        let offered = remark.instead.as_ref().map(|text| text.replace(&home, "~"));
        assert_eq!(offered.as_deref(), *instead, "{parent} {name:?}: {words}");
    }
    assert_eq!(disk.listing(), before);
}

/// What is offered is no new fault.
#[test]
fn what_is_offered_instead_can_be_used() {
    let disk = Disk::new();
    for (kind, parent, name, ..) in ROWS {
        for remark in disk.remarks(*kind, parent, name) {
            let Some(instead) = remark.instead else {
                continue;
            };
            let spec = CreateSpec {
                kind: *kind,
                parent: if remark.field == CreateField::Parent {
                    instead.clone()
                } else {
                    disk.0.path().join(parent).display().to_string()
                },
                name: if remark.field == CreateField::Name {
                    instead.clone()
                } else {
                    (*name).to_owned()
                },
                ..CreateSpec::default()
            };
            let again = find(&spec, Path::new("/home/ann")).1;
            assert!(
                again.is_empty(),
                "{parent} {name:?} -> {instead:?}: {again:?}"
            );
        }
    }
}

#[test]
fn good_answers_are_left_alone() {
    let disk = Disk::new();
    for (kind, parent, name) in [
        (P, "acme", "projects/inventory"),
        (P, "acme", "inventory"),
        (P, "acme/projects", "inventory"),
        (P, "acme/teams/new", "inventory"),
        (P, "plain", "inventory"),
        (W, "", "second"),
        (W, "plain", "123.go"),
    ] {
        let remarks = disk.remarks(kind, parent, name);
        assert!(remarks.is_empty(), "{parent} {name}: {remarks:?}");
    }
}

#[test]
fn folders_in_a_name_may_lead_into_a_workspace() {
    let disk = Disk::new();
    let spec = |name: &str| CreateSpec {
        kind: P,
        parent: disk.0.path().display().to_string(),
        name: name.into(),
        ..CreateSpec::default()
    };
    let (place, remarks) = find(&spec("acme/projects/inventory"), Path::new("/home/ann"));
    assert!(remarks.is_empty(), "{remarks:?}");
    let place = place.unwrap();
    assert_eq!(place.base(), disk.0.path().join("acme"));
    assert_eq!(place.relative(), "projects/inventory");
    let (_, remarks) = find(&spec("alone/src/new"), Path::new("/home/ann"));
    assert_eq!(remarks[0].field, CreateField::Name);
    assert!(
        remarks[0].message.contains("inside the project"),
        "{remarks:?}"
    );
    let (_, remarks) = find(
        &spec("acme/projects/data-engineering"),
        Path::new("/home/ann"),
    );
    let instead = remarks[0].instead.as_deref();
    assert_eq!(
        instead,
        Some("acme/projects/data-engineering-2"),
        "{remarks:?}"
    );
}

/// Such a folder with links in it, and a project in the workspace that is listed through one.
#[cfg(unix)]
fn linked() -> Disk {
    let disk = Disk::new();
    disk.project("acme/code/listed", "listed");
    let entry = "\n[[workspace.projects]]\npath = \"linked/listed\"\n";
    disk.write("acme/dg.toml", &format!("{WORKSPACE}{entry}"));
    for (link, to) in [
        ("acme/linked", "code"),
        ("acme/engineering", "projects/data-engineering"),
        ("acme/out", "../plain"),
        ("acme/dead", "not/there"),
        ("acme/round", "round"),
        ("deep", "acme/projects"),
        ("dead", "not/there"),
    ] {
        std::os::unix::fs::symlink(to, disk.0.path().join(link)).unwrap();
    }
    disk
}

#[cfg(unix)]
#[test]
fn a_folder_is_where_its_links_lead() {
    let disk = linked();
    let root = fs_err::canonicalize(disk.0.path()).unwrap();
    for (kind, parent, name, folder) in [
        (P, "acme", "linked/inventory", "acme/code/inventory"),
        (P, "acme/linked", "inventory", "acme/code/inventory"),
        (P, "", "acme/linked/inventory", "acme/code/inventory"),
        (P, "acme/linked/new", "inventory", "acme/code/new/inventory"),
        // As the system has it, this is the folder above of what the link leads to.
        (P, "deep/..", "inventory", "acme/inventory"),
        (P, "", "deep/../inventory", "acme/inventory"),
        (W, "acme/out", "second", "plain/second"),
    ] {
        let spec = disk.spec(kind, parent, name);
        let (place, remarks) = find(&spec, Path::new("/home/ann"));
        assert!(remarks.is_empty(), "{parent} {name}: {remarks:?}");
        let place = place.unwrap();
        assert_eq!(place.folder, root.join(folder), "{parent} {name}");
        assert_eq!(place.base().join(place.relative()), place.folder);
    }
}

#[cfg(unix)]
#[test]
fn links_that_lead_nowhere_or_out_or_to_what_is_there_are_told() {
    const NOWHERE: &str = "is a link that leads nowhere.";
    let disk = linked();
    let (of_name, of_parent) = (CreateField::Name, CreateField::Parent);
    for (kind, parent, name, field, said) in [
        (P, "acme", "out/a", of_name, "is outside the workspace"),
        (P, "acme", "dead/a", of_name, NOWHERE),
        (P, "acme", "dead/b/a", of_name, NOWHERE),
        (P, "acme", "round/a", of_name, NOWHERE),
        (P, "acme", "dead/../a", of_name, NOWHERE),
        (P, "acme/dead/..", "a", of_parent, NOWHERE),
        (P, "acme", "dg.toml/a", of_name, "is a file, not a folder."),
        (
            P,
            "plain",
            "notes.txt/b/a",
            of_name,
            "is a file, not a folder.",
        ),
        (
            P,
            "acme/dg.toml",
            "a",
            of_parent,
            "is a file, not a folder.",
        ),
        (P, "acme/dead", "a", of_parent, NOWHERE),
        (W, "dead", "a", of_parent, NOWHERE),
        (P, "acme", "dead", of_name, "There is a file or folder at"),
        (P, "acme", "engineering/a", of_name, "inside the project"),
        (
            P,
            "acme",
            "code/listed",
            of_name,
            "at linked/listed already",
        ),
        (P, "acme", "code/listed/a", of_name, "project linked/listed"),
    ] {
        let remarks = disk.remarks(kind, parent, name);
        let told = remarks
            .iter()
            .any(|one| one.blocks && one.field == field && one.message.contains(said));
        assert!(told, "{parent} {name}: {remarks:?}");
    }
}

#[test]
fn settings_that_the_scaffolder_stumbles_over_come_first() {
    for (text, said) in [
        ("directory_type = \"workspace\"\n[workspace\n", "line 2"),
        ("[workspace]\n", "directory_type"),
        (
            "directory_type = \"workspace\"\n[workspace]\nprojects = [\"a\"]\n",
            "has to be put right first",
        ),
    ] {
        let disk = Disk::new();
        disk.write("acme/dg.toml", text);
        let remarks = disk.remarks(P, "acme", "projects/inventory");
        let said_so = remarks
            .iter()
            .any(|remark| remark.blocks && remark.message.contains(said));
        assert!(said_so, "{text}: {remarks:?}");
    }
}

#[test]
fn a_first_project_is_judged_as_one() {
    let disk = Disk::new();
    let spec = CreateSpec {
        parent: disk.0.path().display().to_string(),
        name: "second".into(),
        first_project: Some("json".into()),
        ..CreateSpec::default()
    };
    let remarks = find(&spec, Path::new("/home/ann")).1;
    assert_eq!(remarks[0].field, CreateField::FirstProject);
    assert_eq!(remarks[0].instead.as_deref(), Some("json-project"));
}

#[test]
fn home_is_meant_by_a_tilde_and_a_relative_folder_by_nothing() {
    let home = Path::new("/home/ann");
    assert_eq!(expanded(" ~/work ", home), Some("/home/ann/work".into()));
    assert_eq!(expanded("~", home), Some(home.to_path_buf()));
    assert_eq!(expanded("work", home), None);
    assert_eq!(expanded("", home), None);
}

/// Held against what the system does, since root may write where nobody else may.
#[cfg(unix)]
#[test]
fn what_is_said_of_writing_is_what_writing_does() {
    use std::os::unix::fs::PermissionsExt;

    let disk = Disk::new();
    let locked = disk.0.path().join("plain");
    fs_err::set_permissions(&locked, std::fs::Permissions::from_mode(0o555)).unwrap();
    let folders = [locked.as_path(), disk.0.path(), Path::new("/proc/self")];
    for folder in folders {
        let probe = folder.join("dagdeck-probe");
        let written = fs_err::create_dir(&probe).is_ok();
        assert_eq!(
            parent_faults(folder, folder, false).is_none(),
            written,
            "{}",
            folder.display()
        );
    }
    fs_err::set_permissions(&locked, std::fs::Permissions::from_mode(0o755)).unwrap();
}
