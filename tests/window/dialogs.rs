//! What is asked before a workspace changes: sync, packages, projects in and out, another Python. Each dialog is answered
//! with clicks and typing, and what it promised is looked for on disk.

use std::path::{Path, PathBuf};
use std::process::Command;

use testkit::{TestWorkspace, wait_until, wait_until_none_mentions};

use crate::app::{App, STARTING};
use crate::main_job::SCIENCE;
use crate::screens::taken;

const MARKETING: &str = "projects/marketing";
/// A package that Dagster needs and that is imported only when it is used.
const LOST: &str = "humanfriendly";
/// A small package that nothing here needs.
const ADDED: &str = "humanize";

/// The Pythons that can be chosen.
const OFFERED: &str = "return [...document.querySelectorAll('input[name=create-python]:enabled')]
    .map((one) => one.value)";

#[tokio::test(flavor = "multi_thread")]
async fn each_change_is_shown_then_made() {
    let workspace = TestWorkspace::copy();
    workspace.own_packages(&workspace.project("data-science"));
    workspace.add_project_without_environment("marketing");
    // The trash lies in the data folder: a test must not fill the person's.
    let data = workspace.around().join("data");
    fs_err::create_dir_all(&data).unwrap();
    let more = [("XDG_DATA_HOME", data.as_path())];
    let app = App::start_with(&workspace.state(), workspace.around(), &[], &more).await;
    sample(&app).await;
    app.open_by_typed_path(&workspace).await;
    sync_two(&app, &workspace).await;
    add_a_package(&app, &workspace).await;
    choose_a_python(&app).await;
    add_move_and_take_out(&app, &workspace).await;
    remove_to_the_trash(&app, &workspace, &data).await;
    taken(&app, "39-operations").await;
    app.click("stop-all").await;
    app.location_is(SCIENCE, "stopped").await;
    app.close().await;
    wait_until_none_mentions(&[workspace.around()]).await;
}

/// The card on Welcome shows all that the sample would make, and leads back.
async fn sample(app: &App) {
    app.click("try-sample").await;
    app.find_within("create-start", STARTING).await;
    taken(app, "30-sample-review").await;
    app.click("create-close").await;
    app.find("open-path-input").await;
}

/// One environment lost a package under a running location, the other was never there.
async fn sync_two(app: &App, workspace: &TestWorkspace) {
    row_menu(app, SCIENCE, "play").await;
    app.location_is(SCIENCE, "running").await;
    uninstall(&workspace.project("data-science"), LOST);
    app.click("nav-health").await;
    app.click("health-check").await;
    app.click("nav-overview").await;
    environment_is(app, SCIENCE, "outOfSync").await;
    environment_is(app, MARKETING, "missing").await;

    app.click("sync-all").await;
    app.find_within("sync-start", STARTING).await;
    app.find(&format!("change-{LOST}")).await;
    let plan = app.text("plan-data-science").await;
    assert!(
        plan.contains("Stops meanwhile and starts again: data-science."),
        "{plan}"
    );
    let anew = app.text("plan-marketing").await;
    assert!(anew.contains("The environment is made anew"), "{anew}");
    taken(app, "31-sync-preview").await;
    app.click("sync-start").await;
    // It takes a few seconds, and may be over by now.
    let either = ["syncing", "ready"];
    app.wait_for_state(&format!("env-{MARKETING}"), &either, STARTING)
        .await;
    taken(app, "32-sync-running").await;
    for location in [SCIENCE, MARKETING] {
        environment_is(app, location, "ready").await;
    }
    for project in ["data-science", "marketing"] {
        let environment = workspace.project(project).join(".venv");
        assert!(installed(&environment, LOST), "{project} has no {LOST}");
    }
    app.location_is(SCIENCE, "running").await;
}

async fn add_a_package(app: &App, workspace: &TestWorkspace) {
    let project = workspace.project("data-science");
    app.open_location(SCIENCE).await;
    app.click("tab-environment").await;
    app.click("packages-open").await;
    app.paste_into("packages-word", ADDED).await;
    app.find_within("packages-diff", STARTING).await;
    let asked = || fs_err::read_to_string(project.join("pyproject.toml")).unwrap();
    let diff = app.text("packages-diff").await;
    assert!(diff.contains(&format!("+    \"{ADDED}>=")), "{diff}");
    assert!(!asked().contains(ADDED), "the diff is only shown");
    taken(app, "33-packages").await;
    app.click("packages-run").await;
    wait_until("the package is installed", STARTING, async || {
        installed(&project.join(".venv"), ADDED)
    })
    .await;
    assert!(asked().contains(ADDED), "{}", asked());
    environment_is(app, SCIENCE, "ready").await;
    app.click("nav-overview").await;
    app.location_is(SCIENCE, "running").await;
}

/// The list and the plan; a change itself is the headless tests' matter.
async fn choose_a_python(app: &App) {
    app.open_location(SCIENCE).await;
    app.click("tab-environment").await;
    app.click("python-open").await;
    let other = app
        .within("another Python is offered", STARTING, async || {
            let now = app.text("python").await;
            // What the location has is asked apart from what there is.
            now.contains("It has Python ").then_some(())?;
            let offered = app.script(OFFERED).await;
            let versions = offered.as_array()?.iter().filter_map(|one| one.as_str());
            let mut others = versions.filter(|one| !now.contains(&format!("It has Python {one};")));
            others.next().map(str::to_owned)
        })
        .await;
    app.click(&format!("python-{other}")).await;
    app.find_within("python-diff", STARTING).await;
    let plan = app.text("plan-data-science").await;
    assert!(
        plan.contains(&format!("made anew with Python {other}")),
        "{plan}"
    );
    taken(app, "38-change-python").await;
    app.press_escape().await;
    app.click("nav-overview").await;
}

async fn add_move_and_take_out(app: &App, workspace: &TestWorkspace) {
    let listed = || fs_err::read_to_string(workspace.path().join("dg.toml")).unwrap();
    let before = listed();
    workspace.make_project_without_environment("reporting");
    app.click("workspace-menu").await;
    app.click("menu-add-projects").await;
    app.find_within("projects-diff", STARTING).await;
    assert_eq!(listed(), before, "the diff is only shown");
    taken(app, "34-add-existing").await;
    app.click("add-go").await;
    app.find("row-projects/reporting").await;
    assert!(listed().contains("\"projects/reporting\""), "{}", listed());

    fs_err::rename(workspace.project("reporting"), workspace.project("reports")).unwrap();
    wait_until("the menu offers to find it", STARTING, async || {
        app.click("row-menu-projects/reporting").await;
        let there = app.is_there("row-menu-search").await;
        if !there {
            app.press_escape().await;
        }
        there
    })
    .await;
    app.click("row-menu-search").await;
    app.find_within("projects-diff", STARTING).await;
    taken(app, "35-move").await;
    app.click("move-go").await;
    app.find("row-projects/reports").await;
    assert!(listed().contains("\"projects/reports\""), "{}", listed());
    assert!(!listed().contains("projects/reporting"), "{}", listed());

    row_menu(app, "projects/reports", "minus").await;
    app.find_within("projects-diff", STARTING).await;
    taken(app, "36-take-out").await;
    app.click("remove-go").await;
    app.is_gone("row-projects/reports").await;
    assert_eq!(listed(), before);
    assert!(
        workspace
            .project("reports")
            .join("pyproject.toml")
            .is_file()
    );
}

async fn remove_to_the_trash(app: &App, workspace: &TestWorkspace, data: &Path) {
    row_menu(app, MARKETING, "trash").await;
    app.find_within("projects-diff", STARTING).await;
    app.find("remove-folder").await;
    taken(app, "37-remove").await;
    app.click("remove-go").await;
    app.is_gone(&format!("row-{MARKETING}")).await;
    let folder = workspace.project("marketing");
    wait_until("its folder is gone", STARTING, async || !folder.exists()).await;
    let trashed = data.join("Trash/files/marketing/pyproject.toml");
    assert!(trashed.is_file(), "{} is not there", trashed.display());
    let config = fs_err::read_to_string(workspace.path().join("dg.toml")).unwrap();
    assert!(!config.contains("marketing"), "{config}");
}

async fn row_menu(app: &App, location: &str, verb: &str) {
    app.click(&format!("row-menu-{location}")).await;
    app.click(&format!("row-menu-{verb}")).await;
}

async fn environment_is(app: &App, location: &str, state: &str) {
    app.wait_for_state(&format!("env-{location}"), &[state], STARTING)
        .await;
}

fn uninstall(project: &Path, package: &str) {
    let output = Command::new("uv")
        .args(["pip", "uninstall", "--python", ".venv/bin/python", package])
        .current_dir(project)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}

/// Whether an environment holds a package: its dist-info is there.
fn installed(environment: &Path, package: &str) -> bool {
    let start = format!("{package}-");
    let libraries = fs_err::read_dir(environment.join("lib")).unwrap();
    libraries.flatten().any(|library| {
        let packages: PathBuf = library.path().join("site-packages");
        fs_err::read_dir(packages).unwrap().flatten().any(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            name.starts_with(&start) && name.ends_with(".dist-info")
        })
    })
}
