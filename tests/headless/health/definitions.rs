//! Definitions that can't be loaded, or not as meant.

use std::path::{Path, PathBuf};

use api::{
    FindingView, FixDoes, FixScreen, LocationRequest, LocationView, Readiness, Severity,
    StopLocationRequest,
};
use testkit::{TestDir, TestWorkspace, within};

use super::{Checked, environments::edit};
use crate::launched::{STARTING, is_ready};

const PROJECT: &str = "data-science";
const LOCATION: &str = "projects/data-science";

async fn checked(workspace: &TestWorkspace) -> Checked {
    Checked::of(&workspace.path(), &workspace.state()).await
}

fn module(workspace: &TestWorkspace) -> PathBuf {
    let project = workspace.project(PROJECT);
    project.join("src/data_science/definitions.py")
}

fn request() -> LocationRequest {
    LocationRequest {
        location: LOCATION.to_owned(),
    }
}

/// Waits until the location is as `condition` says.
async fn until(checked: &Checked, what: &str, condition: impl Fn(&LocationView) -> bool) {
    within(what.to_owned(), STARTING, async || {
        Some(checked.opened.location(PROJECT).await).filter(&condition)
    })
    .await;
}

fn failed(location: &LocationView) -> bool {
    matches!(location.readiness, Readiness::LoadError { .. })
}

/// A fault of code that no code server runs yet: what it is called, where it is, and what shows on its line.
async fn is_tried(checked: &Checked, file: &Path, text: &str, title: &str, line: u32) {
    fs_err::write(file, text).unwrap();
    let finding = checked.the_finding("definitions-tried").await;
    assert_eq!(finding.title, title);
    assert_eq!(finding.severity, Severity::Blocker);
    assert_eq!(finding.location.as_deref(), Some(LOCATION));
    let place = finding.subject.clone().unwrap();
    assert_eq!(place.path, file.to_str().unwrap(), "{finding:?}");
    assert_eq!(place.line, Some(line), "{finding:?}");
    assert!(matches!(finding.fix.unwrap().does, FixDoes::Open { .. }));
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_are_found_without_a_launch() {
    let workspace = TestWorkspace::of(PROJECT);
    let file = module(&workspace);
    let whole = fs_err::read_to_string(&file).unwrap();
    let checked = checked(&workspace).await;
    is_tried(
        &checked,
        &file,
        "import dagster as dg\n\nfirst = dg.Definitions()\nsecond = dg.Definitions()\n",
        "Two Definitions objects in one module",
        4,
    )
    .await;
    is_tried(
        &checked,
        &file,
        "number = 1\n",
        "Nothing to load in this module",
        1,
    )
    .await;
    is_tried(
        &checked,
        &file,
        "import dagster as dg\n\nimport no_such_library\n",
        "no_such_library isn't installed",
        3,
    )
    .await;
    is_tried(
        &checked,
        &file,
        "class TooOdd(Exception): ...\n\nraise TooOdd(\"for words\")\n",
        "The definitions can’t be loaded: TooOdd",
        3,
    )
    .await;
    let odd = checked.the_finding("definitions-tried").await;
    assert_eq!(odd.evidence, ["TooOdd: for words (Dagster 1.13.27)"]);

    fs_err::write(&file, "import os\nos._exit(3)\n").unwrap();
    let ends = checked.the_finding("definitions-tried").await;
    assert_eq!(ends.title, "The code server ends while it loads the code");

    fs_err::write(&file, whole).unwrap();
    assert_eq!(checked.found("definitions-tried").await, []);
    let state = workspace.state();
    let mut folders = vec![state];
    while let Some(folder) = folders.pop() {
        for entry in fs_err::read_dir(folder).unwrap().flatten() {
            assert_ne!(entry.file_name(), "runs.db", "{}", entry.path().display());
            folders.extend(Some(entry.path()).filter(|path| path.is_dir()));
        }
    }
    checked.opened.deck.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trying_opens_no_instance_that_the_root_names() {
    let named = TestDir::new();
    for dot_env in [named.path().to_str().unwrap(), "not/absolute"] {
        let workspace = TestWorkspace::of(PROJECT);
        let dot_env = format!("DAGSTER_HOME=\"{dot_env}\"\n");
        fs_err::write(workspace.path().join(".env"), &dot_env).unwrap();
        let checked = checked(&workspace).await;
        assert_eq!(checked.found("definitions-tried").await, [], "{dot_env}");
        checked.opened.deck.shut_down().await;
    }
    let opened = fs_err::read_dir(named.path()).unwrap();
    assert_eq!(opened.count(), 0, "something opened it");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_location_could_not_load_is_a_finding_until_it_loads() {
    let workspace = TestWorkspace::of(PROJECT);
    let file = module(&workspace);
    let whole = fs_err::read_to_string(&file).unwrap();
    fs_err::write(&file, "import no_such_library\n").unwrap();
    let checked = checked(&workspace).await;
    let deck = &checked.opened.deck;
    deck.location_start(request()).await.unwrap();
    until(&checked, "its code can't be loaded", failed).await;
    let finding = checked.the_finding("definitions-load").await;
    assert_eq!(finding.title, "no_such_library isn't installed");
    let evidence = "ModuleNotFoundError: No module named 'no_such_library' (Dagster 1.13.27)";
    assert_eq!(finding.evidence, [evidence]);
    assert_eq!(finding.subject.unwrap().line, Some(1));
    let FixDoes::Show { screen, location } = finding.fix.unwrap().does else {
        panic!("only the person can mend their code");
    };
    assert_eq!(
        (screen, location.as_deref()),
        (FixScreen::Explanation, Some(LOCATION))
    );
    assert_eq!(checked.found("definitions-tried").await, [], "told once");

    fs_err::write(&file, whole).unwrap();
    deck.location_reload(request()).await.unwrap();
    until(&checked, "its code is loaded", is_ready).await;
    assert_eq!(checked.found("definitions-load").await, []);
    deck.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn variables_that_resources_name_are_asked_for() {
    const TITLE: &str = "DAGDECK_TEST_TOKEN isn’t set";
    let workspace = TestWorkspace::of(PROJECT);
    let code = "import dagster as dg\n\n\
        class Store(dg.ConfigurableResource):\n    token: str\n\n\
        @dg.definitions\ndef resources():\n    \
        return dg.Definitions(resources={\"store\": Store(token=dg.EnvVar(\"DAGDECK_TEST_TOKEN\"))})\n";
    fs_err::write(workspace.definitions(PROJECT).join("store.py"), code).unwrap();
    let checked = checked(&workspace).await;
    let deck = &checked.opened.deck;
    assert_eq!(checked.found("variables-set").await, [], "not loaded yet");
    deck.location_start(request()).await.unwrap();
    until(&checked, "its code is loaded", is_ready).await;
    let finding: FindingView = within(TITLE.to_owned(), STARTING, async || {
        checked.found("variables-set").await.pop()
    })
    .await;
    assert_eq!(finding.title, TITLE);
    let FixDoes::Copy { command } = finding.fix.unwrap().does else {
        panic!("only the person knows the value");
    };
    let stop = StopLocationRequest {
        location: LOCATION.to_owned(),
        force: false,
    };
    deck.location_stop(stop).await.unwrap();
    let done = std::process::Command::new("sh")
        .args(["-c", &command])
        .status();
    assert!(done.unwrap().success());
    let file = workspace.project(PROJECT).join(".env");
    edit(&file, |text| text.replace("TOKEN=", "TOKEN=secret"));
    assert_eq!(checked.found("variables-set").await, []);
    deck.shut_down().await;
}

/// One module of the project sleeps as long as a costly library computes.
#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_takes_seconds_names_what_costs_most() {
    let workspace = TestWorkspace::of(PROJECT);
    let costly = module(&workspace).with_file_name("costly.py");
    fs_err::write(&costly, "import time\n\ntime.sleep(5.5)\n").unwrap();
    edit(&module(&workspace), |text| {
        format!("import data_science.costly\n{text}")
    });
    let checked = checked(&workspace).await;
    let deck = &checked.opened.deck;
    deck.location_start(request()).await.unwrap();
    until(&checked, "its code is loaded", is_ready).await;
    let finding = within("the import is measured", STARTING, async || {
        checked.found("import-time").await.pop()
    })
    .await;
    let seconds = |told: &str, before: &str| -> f64 {
        let took = told
            .strip_prefix(before)
            .and_then(|it| it.strip_suffix(" s"));
        took.unwrap_or_else(|| panic!("{told}")).parse().unwrap()
    };
    assert_eq!(finding.severity, Severity::Warning);
    assert_eq!(finding.evidence.len(), 3, "{finding:?}");
    let named = finding.evidence.iter();
    let named = named
        .map(String::as_str)
        .find(|told| told.starts_with("data_science.costly"));
    let costly_took = seconds(named.unwrap(), "data_science.costly: ");
    let all_took = seconds(&finding.title, "Importing the code takes ");
    assert!(5.5 <= costly_took && costly_took < all_took, "{finding:?}");

    fs_err::write(&costly, "").unwrap();
    deck.location_restart(request()).await.unwrap();
    // On a machine that is busy enough the others still take their seconds.
    within("it costs nothing any more", STARTING, async || {
        let location = checked.opened.location(PROJECT).await;
        let found = checked.found("import-time").await;
        let mut named = found.iter().flat_map(|finding| &finding.evidence);
        (is_ready(&location) && !named.any(|told| told.contains("costly"))).then_some(())
    })
    .await;
    deck.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_server_that_ends_by_itself_is_a_finding_until_it_stays() {
    let workspace = TestWorkspace::of(PROJECT);
    let file = module(&workspace);
    let whole = fs_err::read_to_string(&file).unwrap();
    let ends = "import os, sys\n\nprint('no more', file=sys.stderr, flush=True)\nos._exit(3)\n";
    fs_err::write(&file, ends).unwrap();
    let checked = checked(&workspace).await;
    let deck = &checked.opened.deck;
    assert_eq!(checked.found("code-server-up").await, []);
    deck.location_start(request()).await.unwrap();
    // It is tried again after half a second, a second, two: in between nothing is wrong.
    let finding = within("its end is told", STARTING, async || {
        checked.found("code-server-up").await.pop()
    })
    .await;
    assert_eq!(finding.title, "The code server ended with code 3");
    let last = finding.evidence.iter().rev().take(2);
    let last: Vec<&str> = last.map(String::as_str).collect();
    assert_eq!(last, ["no more (Dagster 1.13.27)", "no more"], "to search");
    let FixDoes::Show { screen, .. } = finding.fix.unwrap().does else {
        panic!("its log is shown");
    };
    assert_eq!(screen, FixScreen::Explanation);

    fs_err::write(&file, whole).unwrap();
    deck.location_restart(request()).await.unwrap();
    until(&checked, "its code is loaded", is_ready).await;
    assert_eq!(checked.found("code-server-up").await, []);
    deck.shut_down().await;
}
