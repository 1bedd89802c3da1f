//! Changing the Python of a project whose code is served.

use std::process::Command;

use api::PythonRequest;
use testkit::{TestWorkspace, skipped};

use crate::launched::Launched;
use crate::python::{FILE, NO_OTHER, another, change, minor, offers, version};

#[tokio::test(flavor = "multi_thread")]
async fn a_served_location_gets_another_python_and_its_own_back() {
    let launched = Launched::of(TestWorkspace::copy()).await;
    let folder = launched.workspace.project("data-science");
    let offers = offers(&launched.deck, "data-science").await;
    assert_eq!((&offers.pinned, &offers.fault), (&None, &None));
    let first = minor(offers.now.as_deref().unwrap()).to_owned();
    let Some(other) = another(&offers) else {
        skipped(NO_OTHER);
        return;
    };

    let request = PythonRequest {
        location: Some("data-science".into()),
        python: other.clone(),
    };
    let plan = launched.deck.python_plan(request).await.unwrap();
    assert_eq!(plan.sync.failure, None);
    assert_eq!(
        (plan.pin.as_str(), plan.sync.downloads),
        (other.as_str(), false)
    );
    assert_eq!(plan.edits[0].diff, [format!("+{other}")]);
    assert!(
        plan.sync.anew && plan.sync.stops == ["data-science"],
        "{plan:?}"
    );
    assert_eq!(plan.sync.python.as_ref(), Some(&plan.python));
    let commands = plan.sync.commands.iter();
    let lines: Vec<&str> = commands
        .map(|one| one.line.split_once(' ').unwrap().1)
        .collect();
    assert_eq!(
        lines[0],
        format!("python pin --no-python-downloads {other}")
    );
    assert!(
        lines[1].starts_with("sync --compile-bytecode --python /"),
        "{lines:?}"
    );
    let file = folder.join(FILE);
    assert!(!file.exists(), "planning writes nothing");
    assert_eq!(minor(&version(&folder.join(".venv"))), first);

    let pid = launched.location("data-science").await.process.unwrap().pid;
    change(&launched, &other).await;
    assert_ne!(
        launched.location("data-science").await.process.unwrap().pid,
        pid
    );
    assert_eq!(fs_err::read_to_string(&file).unwrap(), format!("{other}\n"));
    assert_eq!(minor(&version(&folder.join(".venv"))), other);
    let terminal = Command::new("uv")
        .args(["sync", "--check"])
        .current_dir(&folder)
        .output()
        .unwrap();
    assert!(
        terminal.status.success(),
        "a plain uv sync keeps it: {}",
        String::from_utf8_lossy(&terminal.stderr)
    );

    change(&launched, &first).await;
    assert_eq!(fs_err::read_to_string(&file).unwrap(), format!("{first}\n"));
    assert_eq!(minor(&version(&folder.join(".venv"))), first);
    launched.end().await;
}
