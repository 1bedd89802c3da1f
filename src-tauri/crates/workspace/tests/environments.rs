//! Environments built from files, in each state that is found in the wild.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use workspace::{
    BrokenReason, Environment, EnvironmentSource, EnvironmentState, ProblemCode, Project,
    ReadOptions, lock_is_fresh, read,
};

const PYPROJECT: &str = "[project]\nname = \"p\"\nversion = \"0.1.0\"\nrequires-python = \">=3.10,<3.15\"\ndependencies = [\"dagster==1.13.27\"]\n\n[dependency-groups]\ndev = [\"dagster-dg-cli\", \"dagster-webserver\"]\n\n[tool.dg]\ndirectory_type = \"project\"\n[tool.dg.project]\nroot_module = \"p\"\n";

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.write("pyproject.toml", PYPROJECT);
        folder.write("p/definitions.py", "");
        folder
    }

    fn path(&self) -> PathBuf {
        fs::canonicalize(self.0.path()).unwrap()
    }

    fn write(&self, name: &str, text: &str) {
        write(&self.path().join(name), text);
    }

    fn project(&self) -> Project {
        self.project_with(&options())
    }

    fn project_with(&self, options: &ReadOptions) -> Project {
        read(&self.path(), options).projects.remove(0)
    }

    fn environment(&self) -> Environment {
        self.project().environment
    }
}

fn options() -> ReadOptions {
    ReadOptions {
        user_config: Some(PathBuf::from("/no/such/file.toml")),
        ..ReadOptions::default()
    }
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Makes what uv makes: a link, pyvenv.cfg, scripts, dist-info folders.
fn make_venv(venv: &Path, version: &str, packages: &[&str]) {
    let base = venv.join("base-python");
    write(&base, "");
    fs::create_dir_all(venv.join("bin")).unwrap();
    symlink(&base, venv.join("bin/python")).unwrap();
    write(
        &venv.join("pyvenv.cfg"),
        &format!("home = /usr/bin\nversion_info = {version}\nuv = 0.13.8\n"),
    );
    let short = version.rsplit_once('.').unwrap().0;
    let site = venv.join(format!("lib/python{short}/site-packages"));
    fs::create_dir_all(&site).unwrap();
    for package in packages {
        fs::create_dir(site.join(format!("{package}.dist-info"))).unwrap();
    }
    let script = format!("#!{}\n", venv.join("bin/python").display());
    write(&venv.join("bin/dagster"), &script);
}

const PACKAGES: [&str; 4] = [
    "dagster-1.13.27",
    "dagster_webserver-1.13.27",
    "dagster_dg_cli-1.13.27",
    "six-1.17.0",
];

#[test]
fn ready_with_all_that_files_tell() {
    let folder = Folder::new();
    make_venv(&folder.path().join(".venv"), "3.12.1", &PACKAGES);
    folder.write("uv.lock", "");
    let environment = folder.environment();
    assert_eq!(environment.state, EnvironmentState::Ready);
    assert_eq!(environment.source, EnvironmentSource::Own);
    assert_eq!(environment.python.as_deref(), Some("3.12.1"));
    let source = folder.path().join(".venv/pyvenv.cfg");
    assert_eq!(
        environment.python_source,
        Some(source.display().to_string())
    );
    assert_eq!(environment.requires_python_met, Some(true));
    assert_eq!(environment.packages, Some(4));
    assert_eq!(environment.installed.dagster.as_deref(), Some("1.13.27"));
    assert_eq!(environment.installed.webserver.as_deref(), Some("1.13.27"));
    assert_eq!(environment.installed.dg_cli.as_deref(), Some("1.13.27"));
    assert_eq!(
        environment.interpreter,
        Some(folder.path().join(".venv/bin/python"))
    );
    assert_eq!(
        environment.lockfile.as_ref().map(|lock| lock.fresh),
        Some(None)
    );
    assert!(environment.can_run());
}

#[test]
fn missing() {
    let environment = Folder::new().environment();
    assert_eq!(environment.state, EnvironmentState::Missing);
    assert!(!environment.can_run());
    assert_eq!(environment.interpreter, None);
    assert!(!environment.choices[0].exists);
}

fn reason(environment: &Environment) -> &BrokenReason {
    match &environment.state {
        EnvironmentState::Broken { reason } => reason,
        other => panic!("not broken but {other:?}"),
    }
}

#[test]
fn a_dangling_interpreter_is_broken() {
    let folder = Folder::new();
    let venv = folder.path().join(".venv");
    make_venv(&venv, "3.12.1", &PACKAGES);
    fs::remove_file(venv.join("base-python")).unwrap();
    let environment = folder.environment();
    let target = venv.join("base-python");
    assert_eq!(
        reason(&environment),
        &BrokenReason::DanglingInterpreter { target }
    );
    assert!(!environment.can_run());
    assert_eq!(environment.python.as_deref(), Some("3.12.1"));
}

#[test]
fn a_file_in_its_place_is_broken() {
    let folder = Folder::new();
    folder.write(".venv", "oops");
    assert_eq!(reason(&folder.environment()), &BrokenReason::NotAFolder);
}

#[test]
fn a_folder_without_pyvenv_cfg_is_broken() {
    let folder = Folder::new();
    folder.write(".venv/notes.txt", "mine");
    assert_eq!(
        reason(&folder.environment()),
        &BrokenReason::NotAnEnvironment
    );
}

#[test]
fn what_an_ended_uv_left_is_told_from_what_a_person_put_there() {
    let folder = Folder::new();
    let venv = folder.path().join(".venv");
    let half_made = || workspace::is_half_made(&venv);
    assert!(!half_made(), "there is nothing");
    fs::create_dir_all(venv.join("bin")).unwrap();
    assert_eq!(reason(&folder.environment()), &BrokenReason::HalfMade);
    #[cfg(unix)]
    std::os::unix::fs::symlink("/usr/bin/python3", venv.join("bin/python")).unwrap();
    for file in ["bin/activate", ".gitignore", "pyvenv.cfg"] {
        folder.write(&format!(".venv/{file}"), "");
        assert_eq!(reason(&folder.environment()), &BrokenReason::HalfMade);
        assert!(half_made() && !folder.environment().can_run(), "{file}");
    }
    folder.write(".venv/lib/python3.12/site-packages/a.py", "");
    assert!(half_made());
    folder.write(".venv/lib/python3.12/os.py", "");
    assert!(!half_made(), "it is a Python itself");
    fs::remove_file(venv.join("lib/python3.12/os.py")).unwrap();
    folder.write(".venv/bin/python3.12", "");
    assert!(!half_made(), "it is a Python itself");
    fs::remove_file(venv.join("bin/python3.12")).unwrap();
    assert!(half_made());
    folder.write(".venv/pyvenv.cfg", "home = /usr/bin\n");
    assert!(!half_made(), "it was finished");
    fs::remove_file(venv.join("pyvenv.cfg")).unwrap();
    folder.write(".venv/notes.txt", "mine");
    assert!(!half_made(), "something else is in it");
    assert_eq!(
        reason(&folder.environment()),
        &BrokenReason::NotAnEnvironment
    );
}

#[test]
fn an_empty_one_is_broken() {
    let folder = Folder::new();
    make_venv(&folder.path().join(".venv"), "3.12.1", &[]);
    assert_eq!(reason(&folder.environment()), &BrokenReason::Empty);
}

#[test]
fn no_python_in_it_is_broken() {
    let folder = Folder::new();
    let venv = folder.path().join(".venv");
    make_venv(&venv, "3.12.1", &PACKAGES);
    fs::remove_file(venv.join("bin/python")).unwrap();
    assert_eq!(reason(&folder.environment()), &BrokenReason::NoInterpreter);
}

#[test]
fn a_moved_one_is_broken_but_can_run() {
    let folder = Folder::new();
    let old = folder.path().join("old/.venv");
    make_venv(&old, "3.12.1", &PACKAGES);
    let base = folder.path().join("python3.12");
    write(&base, "");
    fs::remove_file(old.join("bin/python")).unwrap();
    symlink(&base, old.join("bin/python")).unwrap();
    fs::rename(&old, folder.path().join(".venv")).unwrap();
    let environment = folder.environment();
    assert_eq!(reason(&environment), &BrokenReason::Moved { from: old });
    assert!(environment.can_run());
}

#[test]
fn one_reached_through_a_link_has_not_moved() {
    let folder = Folder::new();
    make_venv(&folder.path().join(".venv"), "3.12.1", &PACKAGES);
    let other = tempfile::tempdir().unwrap();
    let link = other.path().join("link");
    symlink(folder.path(), &link).unwrap();
    let reading = read(&link, &options());
    assert_eq!(
        reading.projects[0].environment.state,
        EnvironmentState::Ready
    );
    // The path is the one that was opened: interpreters are never resolved.
    let interpreter = reading.projects[0].environment.interpreter.clone();
    assert_eq!(interpreter, Some(link.join(".venv/bin/python")));
}

#[test]
fn another_dagster_than_asked_for_is_out_of_sync() {
    let folder = Folder::new();
    make_venv(&folder.path().join(".venv"), "3.12.1", &["dagster-1.12.22"]);
    let project = folder.project();
    assert_eq!(project.environment.state, EnvironmentState::OutOfSync);
    let found = project
        .problems
        .iter()
        .find(|p| p.code == ProblemCode::RequirementUnmet)
        .unwrap();
    assert_eq!((found.line, found.column), (Some(5), Some(17)));
}

#[test]
fn python_and_dagster_that_do_not_answer_are_out_of_sync() {
    let folder = Folder::new();
    make_venv(&folder.path().join(".venv"), "3.9.18", &["six-1.0"]);
    let project = folder.project();
    assert_eq!(project.environment.state, EnvironmentState::OutOfSync);
    assert_eq!(project.environment.requires_python_met, Some(false));
    let codes: Vec<_> = project
        .problems
        .iter()
        .map(|problem| problem.code)
        .collect();
    assert!(codes.contains(&ProblemCode::PythonVersionUnmet));
    assert!(codes.contains(&ProblemCode::DagsterNotInstalled));
}

#[test]
fn dot_env_names_another_interpreter() {
    let folder = Folder::new();
    make_venv(&folder.path().join(".venv"), "3.12.1", &PACKAGES);
    make_venv(&folder.path().join("envs/mine"), "3.11.7", &PACKAGES);
    folder.write(
        ".env",
        "DG_PROJECT_PYTHON_EXECUTABLE=envs/mine/bin/python\n",
    );
    let environment = folder.environment();
    assert_eq!(environment.source, EnvironmentSource::DotEnv);
    assert_eq!(environment.python.as_deref(), Some("3.11.7"));
    assert_eq!(
        environment.interpreter,
        Some(folder.path().join("envs/mine/bin/python"))
    );
    let chosen: Vec<_> = environment
        .choices
        .iter()
        .map(|c| (c.source, c.exists, c.chosen))
        .collect();
    assert_eq!(
        chosen,
        [
            (EnvironmentSource::Own, true, false),
            (EnvironmentSource::DotEnv, true, true)
        ]
    );
}

#[test]
fn a_picked_folder_goes_before_all_others() {
    let folder = Folder::new();
    make_venv(&folder.path().join(".venv"), "3.12.1", &PACKAGES);
    make_venv(&folder.path().join("other"), "3.11.7", &PACKAGES);
    folder.write(".env", "DG_PROJECT_PYTHON_EXECUTABLE=nowhere/bin/python\n");
    let pick = |path: &str| ReadOptions {
        picked: BTreeMap::from([(".".to_owned(), folder.path().join(path))]),
        ..options()
    };
    let other = folder.project_with(&pick("other")).environment;
    assert_eq!(other.source, EnvironmentSource::Picked);
    assert_eq!(other.python.as_deref(), Some("3.11.7"));
    let own = folder.project_with(&pick(".venv")).environment;
    assert_eq!(own.source, EnvironmentSource::Own);
    assert_eq!(own.state, EnvironmentState::Ready);
}

#[test]
fn a_uv_workspace_member_uses_the_root_environment_until_it_has_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let root = fs::canonicalize(folder.path()).unwrap();
    let member = root.join("projects/p");
    write(&member.join("pyproject.toml"), PYPROJECT);
    write(&member.join("p/definitions.py"), "");
    let list = "[tool.uv.workspace]\nmembers = [\"projects/*\"]\n";
    write(&root.join("pyproject.toml"), list);
    write(&root.join("uv.lock"), "");
    make_venv(&root.join(".venv"), "3.12.1", &PACKAGES);
    let read_it = || read(&member, &options()).projects.remove(0);
    let project = read_it();
    assert_eq!(project.environment.source, EnvironmentSource::UvWorkspace);
    assert_eq!(project.environment.path, root.join(".venv"));
    assert_eq!(project.environment.state, EnvironmentState::Ready);
    assert_eq!(
        project.environment.lockfile.unwrap().path,
        root.join("uv.lock")
    );
    assert!(
        project
            .problems
            .iter()
            .any(|p| p.code == ProblemCode::UvWorkspaceEnvironment)
    );

    make_venv(&member.join(".venv"), "3.11.7", &PACKAGES);
    let environment = read_it().environment;
    assert_eq!(environment.source, EnvironmentSource::Own);
    assert_eq!(environment.choices.len(), 2);

    write(
        &root.join("pyproject.toml"),
        &format!("{list}exclude = [\"projects/p\"]\n"),
    );
    assert_eq!(read_it().environment.choices.len(), 1);
}

const LOCK: &str = "version = 1\nrevision = 5\nrequires-python = \">=3.10, <3.15\"\n\n[[package]]\nname = \"dagster\"\nversion = \"1.13.27\"\nsource = { registry = \"https://example.org/simple\" }\n\n[[package]]\nname = \"p\"\nversion = \"0.1.0\"\nsource = { editable = \".\" }\ndependencies = [\n    { name = \"dagster\" },\n]\n\n[package.metadata]\nrequires-dist = [{ name = \"dagster\", specifier = \"==1.13.27\" }]\n\n[package.metadata.requires-dev]\ndev = [\n    { name = \"dagster-dg-cli\" },\n    { name = \"dagster-webserver\" },\n]\n\n[[package]]\nname = \"six\"\nversion = \"1.0\"\n";

fn fresh_with(change: impl Fn(&str) -> String) -> Option<bool> {
    let folder = Folder::new();
    folder.write("uv.lock", LOCK);
    folder.write("pyproject.toml", &change(PYPROJECT));
    lock_is_fresh(&folder.path())
}

#[test]
fn a_lockfile_answers_until_a_requirement_changes() {
    let with =
        |from: &'static str, to: &'static str| fresh_with(move |text| text.replace(from, to));
    assert_eq!(with("", ""), Some(true));
    assert_eq!(
        with("\"dagster==1.13.27\"", "\"Dagster == 1.13.27\""),
        Some(true)
    );
    assert_eq!(with(">=3.10,<3.15", "<3.15, >=3.10"), Some(true));
    assert_eq!(with("1.13.27", "1.13.28"), Some(false));
    assert_eq!(
        with("\"dagster==1.13.27\"", "\"dagster==1.13.27\", \"six\""),
        Some(false)
    );
    assert_eq!(
        with("\"dagster==1.13.27\"", "\"dagster[x]==1.13.27\""),
        Some(false)
    );
    assert_eq!(
        with(
            "\"dagster==1.13.27\"",
            "\"dagster==1.13.27; sys_platform == 'linux'\""
        ),
        Some(false)
    );
    assert_eq!(
        with(
            "\"dagster==1.13.27\"",
            "\"dagster==1.13.27; python_version >= '3.8'\""
        ),
        Some(true)
    );
    assert_eq!(with("\"dagster-webserver\"]", "\"ruff\"]"), Some(false));
    assert_eq!(with("<3.15", "<3.14"), Some(false));
    assert_eq!(with("0.1.0", "0.2.0"), Some(false));
    assert_eq!(
        with("version = \"0.1.0\"\n", "dynamic = [\"dependencies\"]\n"),
        None
    );
    assert_eq!(with("name = \"p\"", "name = \"q\""), Some(false));
}

#[test]
fn no_lockfile_is_not_a_stale_one() {
    assert_eq!(lock_is_fresh(&Folder::new().path()), None);
}

#[test]
fn a_stale_lockfile_makes_it_out_of_sync_when_asked() {
    let folder = Folder::new();
    make_venv(&folder.path().join(".venv"), "3.12.1", &PACKAGES);
    folder.write("uv.lock", &LOCK.replace("0.1.0", "0.0.9"));
    assert_eq!(folder.environment().state, EnvironmentState::Ready);
    let asked = ReadOptions {
        lock_freshness: true,
        ..options()
    };
    let project = folder.project_with(&asked);
    assert_eq!(project.environment.state, EnvironmentState::OutOfSync);
    assert_eq!(project.environment.lockfile.unwrap().fresh, Some(false));
}
