//! Environments and lockfiles that are not as they should be.

use std::path::{Path, PathBuf};
use std::process::Command;

use api::{FindingView, Severity};
use testkit::TestWorkspace;

use super::{Checked, lines};
use crate::doctor::OF_OTHERS;

/// The project that faults are made in.
const PROJECT: &str = "data-science";

fn environment(workspace: &TestWorkspace) -> PathBuf {
    workspace.project(PROJECT).join(".venv")
}

/// The folder that a project's packages are in.
pub(super) fn site_packages(workspace: &TestWorkspace, project: &str) -> PathBuf {
    let lib = workspace.project(project).join(".venv/lib");
    let python = fs_err::read_dir(lib).unwrap().flatten().next().unwrap();
    python.path().join("site-packages")
}

async fn checked(workspace: &TestWorkspace) -> Checked {
    Checked::of(&workspace.path(), &workspace.state()).await
}

/// Changes a file as an editor does.
pub(super) fn edit(file: &Path, change: impl Fn(&str) -> String) {
    let text = fs_err::read_to_string(file).unwrap();
    let changed = change(&text);
    assert_ne!(text, changed, "{}", file.display());
    fs_err::write(file, changed).unwrap();
}

/// Asserts that a check finds one fault in the project, that its fix is a safe sync, and that the check then passes.
async fn is_mended_by_a_safe_sync(workspace: &TestWorkspace, check: &str, title: &str) {
    let checked = checked(workspace).await;
    let finding = checked.the_finding(check).await;
    assert_eq!(finding.title, title);
    assert_eq!(finding.location.as_deref(), Some("projects/data-science"));
    assert!(finding.fix.as_ref().unwrap().safe, "{finding:?}");
    assert!(lines(&finding)[0].contains(" sync "), "{finding:?}");
    checked.fixed(&finding).await;
    checked.opened.deck.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workspace_as_it_was_made_has_nothing_above_a_note() {
    let workspace = TestWorkspace::copy();
    let checked = checked(&workspace).await;
    let above_a_note = async || {
        let findings = checked.check().await.findings.into_iter();
        // This machine may lack what the workspace does not ask for.
        let counts = |one: &FindingView| {
            one.severity != Severity::Note && !OF_OTHERS.contains(&one.check.as_str())
        };
        let of_workspace = findings.filter(counts);
        of_workspace.collect::<Vec<FindingView>>()
    };
    assert_eq!(above_a_note().await, []);
    for project in ["data-engineering", "data-science"] {
        let folder = workspace.project(project);
        for file in ["pyproject.toml", "uv.lock"] {
            let bytes = fs_err::read(folder.join(file)).unwrap();
            fs_err::write(folder.join(file), bytes).unwrap();
        }
        let source = workspace.definitions(project).join("__init__.py");
        fs_err::write(&source, fs_err::read(&source).unwrap()).unwrap();
    }
    assert_eq!(above_a_note().await, [], "after files were only touched");
    checked.opened.deck.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_break_the_grammar_are_shown_with_their_line() {
    let workspace = TestWorkspace::of(PROJECT);
    let file = workspace.project(PROJECT).join("pyproject.toml");
    let whole = fs_err::read_to_string(&file).unwrap();
    edit(&file, |text| {
        text.replace("version = \"0.1.0\"", "version = = \"0.1.0\"")
    });
    let checked = checked(&workspace).await;
    let finding = checked.the_finding("project-settings").await;
    let line = whole.lines().position(|line| line.starts_with("version"));
    let line = line.map(|line| u32::try_from(line).unwrap() + 1);
    assert_eq!(finding.subject.as_ref().unwrap().line, line, "{finding:?}");
    assert!(finding.excerpt.is_some(), "{finding:?}");
    fs_err::write(&file, whole).unwrap();
    assert_eq!(checked.found("project-settings").await, []);
    checked.opened.deck.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_environment_whose_python_was_removed_is_made_anew() {
    let workspace = TestWorkspace::of(PROJECT);
    let python = workspace.python(PROJECT);
    fs_err::remove_file(&python).unwrap();
    std::os::unix::fs::symlink("/nowhere/python3.12", &python).unwrap();
    is_mended_by_a_safe_sync(
        &workspace,
        "environment-works",
        "The environment’s Python was removed",
    )
    .await;
    assert!(python.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_environment_without_a_python_is_made_anew() {
    let workspace = TestWorkspace::of(PROJECT);
    fs_err::remove_file(workspace.python(PROJECT)).unwrap();
    is_mended_by_a_safe_sync(
        &workspace,
        "environment-works",
        "The environment has no Python in it",
    )
    .await;
}

/// What a failed first sync leaves behind: a Python, and an empty site-packages.
#[tokio::test(flavor = "multi_thread")]
async fn an_environment_that_a_failed_sync_left_empty_is_filled() {
    let workspace = TestWorkspace::of(PROJECT);
    let packages = site_packages(&workspace, PROJECT);
    fs_err::remove_dir_all(&packages).unwrap();
    fs_err::create_dir(&packages).unwrap();
    is_mended_by_a_safe_sync(
        &workspace,
        "environment-works",
        "Nothing is installed in the environment",
    )
    .await;
}

/// What uv leaves when it is ended in its first milliseconds: a link to a Python, and no pyvenv.cfg.
#[tokio::test(flavor = "multi_thread")]
async fn an_environment_that_was_never_finished_is_made_anew() {
    let workspace = TestWorkspace::of(PROJECT);
    let environment = environment(&workspace);
    let python = fs_err::canonicalize(environment.join("bin/python")).unwrap();
    fs_err::remove_dir_all(&environment).unwrap();
    fs_err::create_dir_all(environment.join("bin")).unwrap();
    std::os::unix::fs::symlink(python, environment.join("bin/python")).unwrap();
    is_mended_by_a_safe_sync(
        &workspace,
        "environment-works",
        "The environment was never finished",
    )
    .await;
    assert!(environment.join("pyvenv.cfg").is_file());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moved_workspace_has_its_environments_made_for_the_new_place() {
    let workspace = TestWorkspace::copy();
    let moved = workspace.around().join("moved");
    fs_err::rename(workspace.path(), &moved).unwrap();
    let checked = Checked::of(&moved, &workspace.state()).await;
    let found = checked.found("environment-works").await;
    assert_eq!(found.len(), 2, "{found:?}");
    for finding in found {
        assert_eq!(finding.title, "The environment was made for another folder");
        assert_eq!(finding.severity, Severity::Warning);
        let request = super::as_shown(&[&finding]);
        checked.opened.deck.health_fix(request).await.unwrap();
    }
    assert_eq!(checked.found("environment-works").await, []);
    let dagster = moved.join("projects/data-science/.venv/bin/dagster");
    let script = fs_err::read_to_string(dagster).unwrap();
    assert!(script.contains(moved.to_str().unwrap()), "{script}");
    checked.opened.deck.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_in_the_environments_place_is_for_the_person_to_move() {
    let workspace = TestWorkspace::of(PROJECT);
    let environment = environment(&workspace);
    fs_err::remove_dir_all(&environment).unwrap();
    fs_err::write(&environment, "notes\n").unwrap();
    let checked = checked(&workspace).await;
    let finding = checked.the_finding("environment-works").await;
    assert_eq!(finding.title, ".venv is a file, not a folder");
    assert_eq!(finding.severity, Severity::Blocker);
    assert_eq!(finding.fix, None, "uv would fail, and the file is theirs");
    fs_err::remove_file(&environment).unwrap();
    let finding = checked.the_finding("environment-present").await;
    checked.fixed(&finding).await;
    assert_eq!(checked.found("environment-works").await, []);
    checked.opened.deck.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_package_that_was_removed_is_installed_again() {
    let workspace = TestWorkspace::of(PROJECT);
    workspace.own_packages(&workspace.project(PROJECT));
    let packages = site_packages(&workspace, PROJECT);
    let six = fs_err::read_dir(&packages)
        .unwrap()
        .flatten()
        .find(|entry| entry.file_name().to_string_lossy().starts_with("tabulate-"))
        .unwrap();
    fs_err::remove_dir_all(six.path()).unwrap();
    is_mended_by_a_safe_sync(
        &workspace,
        "environment-in-sync",
        "1 package differs from uv.lock",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_lockfile_is_remade_only_with_the_persons_word() {
    let workspace = TestWorkspace::of(PROJECT);
    let project = workspace.project(PROJECT);
    edit(&project.join("pyproject.toml"), |text| {
        text.replace(
            "\"dagster==1.13.27\",",
            "\"dagster==1.13.27\",\n    \"humanize\",",
        )
    });
    let checked = checked(&workspace).await;
    let finding = checked.the_finding("lockfile-fresh").await;
    assert_eq!(finding.title, "uv.lock is older than pyproject.toml");
    let fix = finding.fix.clone().unwrap();
    assert!(!fix.safe, "{fix:?}");
    assert_eq!(fix.note.as_deref(), Some("changes uv.lock"));
    checked.fixed(&finding).await;
    let locked = fs_err::read_to_string(project.join("uv.lock")).unwrap();
    assert!(locked.contains("name = \"humanize\""));
    let check = Command::new(workspace.python(PROJECT))
        .args(["-c", "import humanize"])
        .status()
        .unwrap();
    assert!(check.success());
    checked.opened.deck.shut_down().await;
}
