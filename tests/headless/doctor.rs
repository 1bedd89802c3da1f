//! `dagdeck doctor` on a real workspace: what is wrong, put right, and told to be handed on.

use std::path::Path;

use serde_json::Value;
use testkit::TestWorkspace;

use crate::command::{dagdeck, dagdeck_with, printed};

/// Asserts that a workspace that Dagdeck made, and trusts, is well.
pub(crate) fn nothing_above_a_note(root: &Path, state: &Path) {
    let mut command = dagdeck_with(state);
    command.arg("doctor").arg(root).arg("--json");
    let output = command.output().unwrap();
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(above_notes(&answer), [""; 0], "{answer:#}");
}

/// What it answers as JSON, and the code it ends with.
fn doctor(workspace: &TestWorkspace, words: &[&str]) -> (Value, Option<i32>) {
    let mut command = dagdeck(workspace);
    command.arg("doctor").arg(workspace.path()).arg("--json");
    let output = command.args(words).output().unwrap();
    let answer = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!("{error}: {}", String::from_utf8_lossy(&output.stderr));
    });
    (answer, output.status.code())
}

/// Checks that tell of what other programs of this machine do, such as the window's tests, which run at the same time.
pub(crate) const OF_OTHERS: [&str; 4] = [
    "index-reachable",
    "memory-enough",
    "port-free",
    "processes-left",
];

/// The checks that find more than a note and have not put it right.
fn above_notes(answer: &Value) -> Vec<&str> {
    let findings = answer["findings"].as_array().unwrap().iter();
    let counts = |one: &&Value| one["severity"] != "note" && one["state"]["kind"] != "fixed";
    let checks = findings
        .filter(counts)
        .filter_map(|one| one["check"].as_str());
    checks.filter(|check| !OF_OTHERS.contains(check)).collect()
}

#[test]
fn a_blocker_ends_with_1_until_it_is_put_right() {
    let workspace = TestWorkspace::copy();
    workspace.add_project_without_environment("marketing");
    let (answer, code) = doctor(&workspace, &[]);
    assert_eq!((code, &answer["trusted"]), (Some(1), &Value::Bool(false)));
    assert_eq!(answer["blockers"], 1);
    assert_eq!(above_notes(&answer), ["environment-present"]);
    assert!(
        !workspace.project("marketing").join(".venv").exists(),
        "nothing runs in a folder that nobody trusts"
    );

    let (answer, code) = doctor(&workspace, &["--fix-safe", "--trust"]);
    assert_eq!(code, Some(0), "{answer:#}");
    assert_eq!(answer["blockers"], 0);
    let findings = answer["findings"].as_array().unwrap();
    let of_it = findings
        .iter()
        .find(|one| one["check"] == "environment-present");
    assert_eq!(of_it.unwrap()["state"]["kind"], "fixed");
    assert!(workspace.python("marketing").exists());
}

#[test]
fn a_fresh_workspace_has_nothing_above_a_note_touched_files_or_not() {
    let workspace = TestWorkspace::copy();
    let calm = |answer: &Value, code| {
        assert_eq!(code, Some(0), "{answer:#}");
        assert_eq!(above_notes(answer), [""; 0], "{answer:#}");
    };
    let (answer, code) = doctor(&workspace, &["--trust"]);
    calm(&answer, code);
    for project in ["data-engineering", "data-science"] {
        for file in ["pyproject.toml", "uv.lock"] {
            let path = workspace.project(project).join(file);
            let text = fs_err::read(&path).unwrap();
            fs_err::write(&path, text).unwrap();
        }
    }
    let (answer, code) = doctor(&workspace, &[]);
    calm(&answer, code);
}

#[test]
fn a_report_tells_what_is_wrong_and_no_secret() {
    let workspace = TestWorkspace::copy();
    workspace.add_project_without_environment("marketing");
    let env = "ACCOUNT=acme-eu-7\n";
    fs_err::write(workspace.project("data-science").join(".env"), env).unwrap();
    let broken = "raise RuntimeError('no such account acme-eu-7')\n";
    fs_err::write(workspace.definitions("data-science").join("odd.py"), broken).unwrap();
    let mut command = dagdeck(&workspace);
    command.args(["doctor", "--report", "--trust"]);
    let output = command.arg(workspace.path()).output().unwrap();
    let report = printed(&output);
    assert!(report.contains("[environment-present] projects/marketing"));
    assert!(report.contains("Dagdeck "), "{report}");
    assert!(!report.contains("acme-eu-7"), "{report}");
    // What Dagdeck itself did and what failed, as its processes wrote it.
    let own = report.split("## Last lines of Dagdeck’s own log").nth(1);
    let own = own.unwrap_or_default();
    assert!(
        own.contains("terminal[") && own.contains("began"),
        "{report}"
    );
}
