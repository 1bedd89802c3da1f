//! Changing the Python of a project, with the real uv and the Pythons of this machine.

use std::path::Path;
use std::process::Command;

use api::{
    EnvironmentState, OperationRequest, OperationState, PythonOf, PythonOffers, PythonRequest,
    PythonStart,
};
use dagdeck::Deck;
use testkit::{TestWorkspace, skipped, wait_until};

use crate::command::program;
use crate::launched::{Launched, is_ready};
use crate::opened::{Opened, SYNCING, ended};
use crate::sync_failures::Demo;

pub(crate) const FILE: &str = ".python-version";
pub(crate) const NO_OTHER: &str = "this machine has no second Python from 3.10 to 3.14";

pub(crate) async fn offers(deck: &Deck, location: &str) -> PythonOffers {
    let location = Some(location.to_owned());
    deck.python_offers(PythonOf { location }).await.unwrap()
}

pub(crate) fn minor(version: &str) -> &str {
    version.rsplit_once('.').unwrap().0
}

/// The minor version of another Python on this machine that fits.
pub(crate) fn another(offers: &PythonOffers) -> Option<String> {
    let now = minor(offers.now.as_deref().unwrap());
    let fits = offers
        .pythons
        .iter()
        .filter(|one| one.fault.is_none() && one.path.is_some());
    let mut others = fits
        .map(|one| minor(&one.version))
        .filter(|one| *one != now);
    others.next().map(str::to_owned)
}

pub(crate) fn version(environment: &Path) -> String {
    let python = Command::new(environment.join("bin/python"))
        .arg("--version")
        .output()
        .unwrap();
    let said = String::from_utf8(python.stdout).unwrap();
    said.trim().trim_start_matches("Python ").to_owned()
}

pub(crate) async fn change(launched: &Launched, python: &str) {
    let deck = &launched.deck;
    let request = PythonRequest {
        location: Some("data-science".into()),
        python: python.to_owned(),
    };
    let plan = deck.python_plan(request.clone()).await.unwrap();
    let basis = Some(plan.basis);
    let begun = deck.python_change(PythonStart { request, basis }).await;
    let done = ended(deck, begun.unwrap().operations[0]).await;
    assert_eq!(done.state, OperationState::Succeeded, "{done:?}");
    assert!(
        done.title
            .starts_with(&format!("Changed data-science to Python {python}")),
        "{done:?}"
    );
    let back = launched
        .until_location("data-science", "it is served again", is_ready)
        .await;
    assert_eq!(back.environment.state, EnvironmentState::Ready);
    assert_eq!(minor(&back.environment.python.unwrap()), python);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_taken_back_puts_the_file_back_and_the_next_one_works() {
    let launched = Launched::opened(TestWorkspace::copy()).await;
    let deck = &launched.deck;
    let folder = launched.workspace.project("data-science");
    let offers = offers(deck, "data-science").await;
    let first = offers.now.clone().unwrap();
    let Some(other) = another(&offers) else {
        skipped(NO_OTHER);
        return;
    };
    let request = PythonRequest {
        location: Some("data-science".into()),
        python: other.clone(),
    };
    // What came in between is named, and nothing is done.
    let plan = deck.python_plan(request.clone()).await.unwrap();
    let start = PythonStart {
        request: request.clone(),
        basis: Some(plan.basis),
    };
    fs_err::write(folder.join(FILE), format!("{}\n", minor(&first))).unwrap();
    let refused = deck.python_change(start.clone()).await.unwrap_err();
    let file = format!("{FILE} of data-science changed since");
    assert!(refused.message.starts_with(&file), "{refused:?}");
    fs_err::remove_file(folder.join(FILE)).unwrap();
    let begun = deck.python_change(start).await.unwrap().operations[0];
    let again = deck
        .python_change(request.clone().into())
        .await
        .unwrap_err();
    assert!(again.message.contains("is being synced"), "{again:?}");
    let old = folder
        .join(".venv/lib")
        .join(format!("python{}", minor(&first)));
    wait_until("the old environment is gone", SYNCING, async || {
        !old.exists()
    })
    .await;
    assert!(folder.join(FILE).exists());
    let operation = OperationRequest { operation: begun };
    deck.operation_cancel(operation).await.unwrap();
    let sync = ended(deck, begun).await;
    assert_eq!(sync.state, OperationState::Cancelled, "{sync:?}");
    println!("{}", sync.title);
    // Where it stands depends on how far uv had come with taking the old one away and making the new one.
    let environment = folder.join(".venv");
    let written = fs_err::read_to_string(environment.join("pyvenv.cfg")).unwrap_or_default();
    let stands = if !environment.exists() {
        "was cancelled. The environment is gone"
    } else if sync.title.contains("answers its lockfile all the same") {
        // uv was faster than the person: all that was left to do was compiling.
        assert!(environment.join("bin/python").exists(), "{}", sync.title);
        "was cancelled. "
    } else if environment.join("bin/python").exists() && written.contains("home") {
        "was cancelled. The environment is half made"
    } else {
        "was cancelled. The environment can't be used as it is"
    };
    assert!(sync.title.contains(stands), "{}", sync.title);
    let back =
        format!("{FILE} is as it was. To go back to Python {first}, choose it in the same way.");
    assert!(sync.title.ends_with(&back), "{}", sync.title);
    assert!(!folder.join(FILE).exists(), "there was none");

    let back = PythonRequest {
        python: first.clone(),
        ..request
    };
    let begun = deck.python_change(back.into()).await.unwrap().operations[0];
    let done = ended(deck, begun).await;
    assert_eq!(done.state, OperationState::Succeeded, "{done:?}");
    assert_eq!(version(&folder.join(".venv")), first);
    launched.end().await;
}

#[test]
fn a_python_that_the_project_does_not_accept_is_refused() {
    let demo = Demo::new();
    demo.changed(">=3.10", ">=3.99");
    for more in [&["--python", "3"][..], &["--python", "3", "--dry-run"]] {
        let mut command = demo.command(program());
        let output = command.args(demo.arguments()).args(more).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("demo asks for Python >=3.99"), "{said}");
    }
    let mut command = demo.command(program());
    let nowhere = command
        .args(demo.arguments())
        .args(["--python", "3.98"])
        .output()
        .unwrap();
    let said = String::from_utf8(nowhere.stderr).unwrap();
    assert_eq!(nowhere.status.code(), Some(2), "{said}");
    assert!(said.contains("There is no Python 3.98 here"), "{said}");
    assert!(!demo.project().join(FILE).exists() && !demo.environment().exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_fails_leaves_the_file_as_it_was_and_says_where_things_stand() {
    let demo = Demo::synced();
    let file = demo.project().join(FILE);
    let first = version(&demo.environment());
    let pin = format!("# ours\r\n{}\r\n", minor(&first));
    fs_err::write(&file, &pin).unwrap();
    let state = demo.root().with_file_name("other-state");
    let opened = Opened::of(&demo.root(), &state).await;
    let offered = offers(&opened.deck, "demo").await;
    assert_eq!(offered.pinned.as_deref(), Some(minor(&first)));
    opened.deck.shut_down().await;
    let Some(other) = another(&offered) else {
        skipped(NO_OTHER);
        return;
    };
    let python = ["--python", other.as_str()];

    let cache = demo.root().with_file_name("cache").display().to_string();
    let offline = [("UV_CACHE_DIR", cache.as_str()), ("UV_OFFLINE", "1")];
    let told = demo.sync_to(&python, &offline);
    println!("{}", told.reason);
    assert_eq!(told.state, "failed", "{told:?}");
    assert!(
        told.reason.contains("A package isn't in the cache"),
        "{told:?}"
    );
    assert!(
        told.reason.contains("The environment is half made"),
        "{told:?}"
    );
    let back =
        format!("{FILE} is as it was. To go back to Python {first}, choose it in the same way.");
    assert!(told.reason.ends_with(&back), "{told:?}");
    assert_eq!(fs_err::read_to_string(&file).unwrap(), pin, "every byte");

    fs_err::remove_file(&file).unwrap();
    demo.syncs(&python);
    assert_eq!(minor(&version(&demo.environment())), other);
    assert!(demo.has("iniconfig-2.0.0"));
    fs_err::remove_file(&file).unwrap();
    let told = demo.sync_to(&["--python", &first], &offline);
    assert_eq!(told.state, "failed", "{told:?}");
    assert!(!file.exists(), "there was none");

    // What can't be resolved is found out while the old environment is still there.
    demo.syncs(&python);
    demo.changed("iniconfig==2.0.0", "iniconfig==99");
    let told = demo.sync_to(&["--python", &first], &[]);
    assert!(
        told.reason.ends_with("The environment is as it was."),
        "{told:?}"
    );
    assert_eq!(minor(&version(&demo.environment())), other);
    assert_eq!(fs_err::read_to_string(&file).unwrap(), format!("{other}\n"));
}
