//! Pythons and packages that don't fit the project.

use std::path::Path;
use std::process::Command;

use api::{FindingView, FixDoes, FixScreen, Severity};
use testkit::{TestWorkspace, recording, skipped};

use super::environments::{edit, site_packages};
use super::{Checked, lines};

/// The project that faults are made in.
const PROJECT: &str = "data-science";

async fn checked(workspace: &TestWorkspace) -> Checked {
    Checked::of(&workspace.path(), &workspace.state()).await
}

/// Installs a version of a package without a look at what the others need, as `pip` in a terminal does.
fn force(workspace: &TestWorkspace, package: &str) {
    let uv = process::tools::find("uv").unwrap().path;
    let installed = Command::new(uv)
        .args(["pip", "install", "--quiet", "--no-deps", "--python"])
        .arg(workspace.python(PROJECT))
        .arg(package)
        .current_dir(workspace.around())
        .status()
        .unwrap();
    assert!(installed.success(), "{package}");
}

/// What an environment's own Python says of a line of code.
fn runs(python: &Path, code: &str) -> Result<(), String> {
    let output = Command::new(python)
        .args(["-I", "-c", code])
        .env_remove("PYTHONDONTWRITEBYTECODE")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    output.status.success().then_some(()).ok_or(text)
}

/// The one folder of a package's files in site-packages whose name begins so.
fn installed(workspace: &TestWorkspace, start: &str) -> std::path::PathBuf {
    let packages = fs_err::read_dir(site_packages(workspace, PROJECT)).unwrap();
    let mut found = packages.flatten().map(|entry| entry.path());
    let named = |path: &std::path::PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        name.starts_with(start)
    };
    found.find(named).unwrap()
}

async fn the_finding(checked: &Checked, check: &str, title: &str) -> FindingView {
    let finding = checked.the_finding(check).await;
    assert_eq!(finding.title, title);
    assert_eq!(finding.location.as_deref(), Some("projects/data-science"));
    finding
}

#[tokio::test(flavor = "multi_thread")]
async fn an_environment_of_another_python_is_made_anew() {
    let workspace = TestWorkspace::of(PROJECT);
    let checked = checked(&workspace).await;
    let offers = crate::python::offers(&checked.opened.deck, PROJECT).await;
    let Some(other) = crate::python::another(&offers) else {
        skipped(crate::python::NO_OTHER);
        return;
    };
    let pin = workspace.project(PROJECT).join(".python-version");
    fs_err::write(&pin, format!("{other}\n")).unwrap();
    let finding = checked.the_finding("environment-python").await;
    let now = format!("The environment has Python {}", offers.now.unwrap());
    assert!(finding.title.starts_with(&now), "{}", finding.title);
    assert_eq!(
        finding.subject.as_ref().unwrap().path,
        pin.to_str().unwrap()
    );
    assert!(finding.fix.as_ref().unwrap().safe, "{finding:?}");
    checked.fixed(&finding).await;
    let python = workspace.python(PROJECT);
    let (major, minor) = other.split_once('.').unwrap();
    let code = format!("import sys; assert sys.version_info[:2] == ({major}, {minor})");
    runs(&python, &code).unwrap();
    checked.opened.deck.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_python_that_nobody_has_is_told_before_a_sync_fails() {
    let found = Command::new("uv")
        .args(["python", "find", "--no-python-downloads", "3.14"])
        .output()
        .unwrap();
    if found.status.success() {
        skipped("this machine has a Python 3.14");
        return;
    }
    let workspace = TestWorkspace::of(PROJECT);
    let project = workspace.project(PROJECT);
    let pin = project.join(".python-version");
    fs_err::write(&pin, "3.14\n").unwrap();
    let checked = checked(&workspace).await;
    let title = "No Python on this machine fits the project";
    let finding = the_finding(&checked, "python-available", title).await;
    let line = &lines(&finding)[0];
    assert!(line.contains(" python install --no-bin 3.14."), "{line}");
    assert!(finding.fix.as_ref().unwrap().safe);
    let rebuild = checked.the_finding("environment-python").await;
    assert_eq!(rebuild.fix, None, "a sync would fail before there is one");

    fs_err::remove_file(&pin).unwrap();
    let pyproject = project.join("pyproject.toml");
    let asked = fs_err::read_to_string(&pyproject).unwrap();
    edit(&pyproject, |text| text.replace(">=3.10,<3.15", "==3.99.*"));
    let title = "No Python fits the project, here or for download";
    let finding = the_finding(&checked, "python-available", title).await;
    let FixDoes::Open { subject } = finding.fix.unwrap().does else {
        panic!("only the person can say which Python is meant");
    };
    assert_eq!(subject.path, pyproject.to_str().unwrap());

    fs_err::write(&pyproject, asked).unwrap();
    assert_eq!(checked.found("python-available").await, []);
    assert_eq!(checked.found("environment-python").await, []);
    checked.opened.deck.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lockfile_that_is_not_there_is_written() {
    let workspace = TestWorkspace::of(PROJECT);
    let lockfile = workspace.project(PROJECT).join("uv.lock");
    fs_err::remove_file(&lockfile).unwrap();
    let checked = checked(&workspace).await;
    let finding = the_finding(&checked, "lockfile-present", "No uv.lock yet").await;
    assert_eq!(finding.severity, Severity::Note);
    assert!(finding.fix.as_ref().unwrap().safe, "it is a new file");
    checked.fixed(&finding).await;
    assert!(lockfile.is_file());
    checked.opened.deck.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_environment_without_dagster_gets_it() {
    let workspace = TestWorkspace::of(PROJECT);
    workspace.own_packages(&workspace.project(PROJECT));
    fs_err::remove_dir_all(installed(&workspace, "dagster-1")).unwrap();
    fs_err::remove_dir_all(site_packages(&workspace, PROJECT).join("dagster")).unwrap();
    let checked = checked(&workspace).await;
    let title = "Dagster isn’t installed in the environment";
    let finding = the_finding(&checked, "dagster-installed", title).await;
    assert_eq!(finding.severity, Severity::Blocker);
    checked.fixed(&finding).await;
    runs(&workspace.python(PROJECT), "import dagster").unwrap();
    checked.opened.deck.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn packages_of_different_dagster_releases_are_named() {
    let workspace = TestWorkspace::of(PROJECT);
    workspace.own_packages(&workspace.project(PROJECT));
    force(&workspace, "dagster-shared==1.13.26");
    let checked = checked(&workspace).await;
    let title = "The packages of Dagster are of different releases";
    let finding = the_finding(&checked, "dagster-versions", title).await;
    let words = "dagster 1.13.27 needs dagster-shared==1.13.27, 1.13.26 is installed";
    assert!(finding.evidence.contains(&words.to_owned()), "{finding:?}");
    assert!(finding.fix.as_ref().unwrap().safe, "{finding:?}");
    checked.fixed(&finding).await;
    checked.opened.deck.shut_down().await;
}

/// A release that was recorded as published without some of its packages. A project asks for all but the scaffolder.
#[tokio::test(flavor = "multi_thread")]
async fn a_release_that_is_not_whole_is_told_before_a_sync_fails() {
    let recording = recording();
    let (partial, lacking) = recording.a_partial().unwrap();
    let pin = |version: &str| format!("dagster=={version}");
    let workspace = TestWorkspace::of(PROJECT);
    let file = workspace.project(PROJECT).join("pyproject.toml");
    edit(&file, |text| text.replace(&pin("1.13.27"), &pin(partial)));
    let checked = checked(&workspace).await;
    let title = format!("Dagster {partial} isn’t published whole yet");
    let finding = the_finding(&checked, "release-whole", &title).await;
    assert_eq!(finding.severity, Severity::Blocker);
    let asked = lacking
        .iter()
        .filter(|package| **package != "create-dagster");
    let told: Vec<String> = asked
        .map(|package| format!("{package} has no {partial}"))
        .collect();
    assert!(!told.is_empty());
    assert_eq!(finding.evidence, told);
    let FixDoes::Show { screen, .. } = finding.fix.unwrap().does else {
        panic!("only the person can say which version is meant");
    };
    assert_eq!(screen, FixScreen::Packages);
    edit(&file, |text| text.replace(&pin(partial), &pin("1.13.27")));
    assert_eq!(checked.found("release-whole").await, []);
    checked.opened.deck.shut_down().await;
}

/// A real pair: Dagster can be imported and no code server can start.
#[tokio::test(flavor = "multi_thread")]
async fn a_protobuf_older_than_generated_code_is_replaced() {
    const SERVER: &str = "import dagster._grpc.server";
    let workspace = TestWorkspace::of(PROJECT);
    workspace.own_packages(&workspace.project(PROJECT));
    let python = workspace.python(PROJECT);
    for (package, title, words) in [
        (
            "protobuf==5.29.5",
            "protobuf 5.29.5 is too old for the code generated for it",
            "Protobuf Gencode/Runtime",
        ),
        (
            "grpcio==1.70.0",
            "grpcio 1.70.0 is too old for the code generated for it",
            "The grpc package installed is at version 1.70.0",
        ),
    ] {
        force(&workspace, package);
        runs(&python, "import dagster").unwrap();
        let error = runs(&python, SERVER).unwrap_err();
        assert!(error.contains(words), "{error}");
        let checked = checked(&workspace).await;
        let finding = the_finding(&checked, "generated-code", title).await;
        assert_eq!(finding.severity, Severity::Blocker);
        checked.fixed(&finding).await;
        runs(&python, SERVER).unwrap();
        checked.opened.deck.shut_down().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_locked_too_old_is_shown_where_packages_are_chosen() {
    let workspace = TestWorkspace::of(PROJECT);
    workspace.own_packages(&workspace.project(PROJECT));
    let project = workspace.project(PROJECT);
    edit(&project.join("pyproject.toml"), |text| {
        text.to_owned() + "\n[tool.uv]\noverride-dependencies = [\"protobuf==5.29.5\"]\n"
    });
    let uv = process::tools::find("uv").unwrap().path;
    let python = fs_err::canonicalize(workspace.python(PROJECT)).unwrap();
    let synced = Command::new(uv)
        .args(["sync", "--quiet", "--python"])
        .arg(python)
        .current_dir(&project)
        .status()
        .unwrap();
    assert!(synced.success());
    let checked = checked(&workspace).await;
    let title = "protobuf 5.29.5 is too old for the code generated for it";
    let finding = the_finding(&checked, "generated-code", title).await;
    let fix = finding.fix.unwrap();
    let FixDoes::Show { screen, .. } = fix.does else {
        panic!("a sync would install the same: {fix:?}");
    };
    assert_eq!(screen, FixScreen::Packages);
    checked.opened.deck.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_module_that_is_not_there_is_named_with_the_file_that_asks_for_it() {
    let workspace = TestWorkspace::of(PROJECT);
    let module = workspace
        .project(PROJECT)
        .join("src/data_science/definitions.py");
    let away = module.with_extension("away");
    fs_err::rename(&module, &away).unwrap();
    let checked = checked(&workspace).await;
    let title = "The module data_science.definitions is not in the project; loading it may fail";
    let finding = the_finding(&checked, "definitions-module", title).await;
    let file = finding.subject.unwrap();
    assert!(
        file.path.ends_with("data-science/pyproject.toml"),
        "{file:?}"
    );
    fs_err::rename(&away, &module).unwrap();
    assert_eq!(checked.found("definitions-module").await, []);
    checked.opened.deck.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_package_with_the_name_of_another_is_told() {
    let workspace = TestWorkspace::of(PROJECT);
    let project = workspace.project(PROJECT);
    let mut name = "data_science".to_owned();
    let rename = |from: &str, to: &str| {
        let source = project.join("src");
        fs_err::rename(source.join(from), source.join(to)).unwrap();
        edit(&project.join("pyproject.toml"), |text| {
            let module = |name: &str| format!("root_module = \"{name}\"");
            text.replace(&module(from), &module(to))
        });
    };
    let checked = checked(&workspace).await;
    for (taken, title) in [
        (
            "json",
            "The package json has the name of one that comes with Python",
        ),
        (
            "tabulate",
            "The package tabulate has the name of an installed one",
        ),
    ] {
        rename(&name, taken);
        taken.clone_into(&mut name);
        let finding = the_finding(&checked, "module-name", title).await;
        assert_eq!(finding.severity, Severity::Blocker);
        assert!(matches!(finding.fix.unwrap().does, FixDoes::Open { .. }));
    }
    rename(&name, "data_science");
    assert_eq!(checked.found("module-name").await, []);
    checked.opened.deck.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_that_its_environment_can_not_import_is_installed_again() {
    const IMPORT: &str = "import data_science";
    let workspace = TestWorkspace::of(PROJECT);
    let python = workspace.python(PROJECT);
    let checked = checked(&workspace).await;

    fs_err::remove_file(installed(&workspace, "_editable_impl_data_science")).unwrap();
    runs(&python, IMPORT).unwrap_err();
    let title = "The environment’s link to the project is gone";
    let finding = the_finding(&checked, "package-importable", title).await;
    assert!(lines(&finding)[0].contains("--reinstall-package data-science"));
    checked.fixed(&finding).await;
    runs(&python, IMPORT).unwrap();

    fs_err::remove_dir_all(installed(&workspace, "data_science-0.1.0")).unwrap();
    let title = "The project itself isn’t installed in its environment";
    let finding = the_finding(&checked, "package-importable", title).await;
    checked.fixed(&finding).await;

    let elsewhere = workspace.around().join("elsewhere");
    let origin = installed(&workspace, "data_science-0.1.0").join("direct_url.json");
    edit(&origin, |text| {
        text.replace(
            workspace.project(PROJECT).to_str().unwrap(),
            elsewhere.to_str().unwrap(),
        )
    });
    let title = "The environment links the project to another folder";
    let finding = the_finding(&checked, "package-importable", title).await;
    assert_eq!(finding.evidence, [elsewhere.to_str().unwrap()]);
    checked.fixed(&finding).await;
    checked.opened.deck.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_environment_without_bytecode_has_it_compiled() {
    let workspace = TestWorkspace::of(PROJECT);
    workspace.own_packages(&workspace.project(PROJECT));
    let dagster = site_packages(&workspace, PROJECT).join("dagster");
    fs_err::remove_dir_all(dagster.join("__pycache__")).unwrap();
    let checked = checked(&workspace).await;
    let title = "The first start will be slow";
    let finding = the_finding(&checked, "bytecode-compiled", title).await;
    assert_eq!(finding.severity, Severity::Note);
    checked.fixed(&finding).await;
    assert!(dagster.join("__pycache__").is_dir());
    checked.opened.deck.shut_down().await;
}
