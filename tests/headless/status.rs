//! `dagdeck status`: reads, runs nothing, tells what scripts rely on.

use serde_json::Value;
use testkit::{TestDir, TestWorkspace};

use crate::command::{dagdeck, printed};

#[test]
fn tells_what_is_in_a_workspace() {
    let workspace = TestWorkspace::copy();
    workspace.add_project_without_environment("marketing");
    let output = dagdeck(&workspace)
        .arg("status")
        .arg(workspace.path())
        .arg("--json")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0));
    let told: Value = serde_json::from_str(&printed(&output)).unwrap();
    assert_eq!(told["root"], workspace.path().to_str().unwrap());
    let location = |path: &str| {
        let locations = told["locations"].as_array().unwrap();
        let found = locations.iter().find(|location| location["path"] == path);
        found
            .unwrap_or_else(|| panic!("no {path} in {told}"))
            .clone()
    };
    let engineering = location("projects/data-engineering");
    assert_eq!(engineering["name"], "data-engineering");
    assert_eq!(engineering["dagster"], "1.12.22");
    assert_eq!(engineering["environment"]["state"], "ready");
    assert!(engineering["environment"]["packages"].as_u64().unwrap() > 50);
    assert_eq!(engineering["problems"], serde_json::json!([]));
    assert_eq!(location("projects/data-science")["dagster"], "1.13.27");
    let marketing = location("projects/marketing");
    assert_eq!(marketing["environment"]["state"], "missing");
    assert_eq!(told["services"]["environment"]["state"], "ready");
}

#[test]
fn a_subfolder_leads_to_its_workspace() {
    let workspace = TestWorkspace::copy();
    let output = dagdeck(&workspace)
        .arg("status")
        .arg(workspace.path().join("projects"))
        .arg("--json")
        .output()
        .unwrap();
    let told: Value = serde_json::from_str(&printed(&output)).unwrap();
    assert_eq!(told["root"], workspace.path().to_str().unwrap());
}

#[test]
fn a_folder_that_is_no_workspace_is_refused() {
    let workspace = TestWorkspace::copy();
    let empty = TestDir::new();
    let output = dagdeck(&workspace)
        .arg("status")
        .arg(empty.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_path_that_leads_nowhere_is_told_as_what_it_is_and_never_means_what_is_around_it() {
    let workspace = TestWorkspace::of("data-science");
    let root = workspace.path();
    let (missing, dead) = (root.join("data-science"), root.join("dead"));
    fs_err::os::unix::fs::symlink(root.join("gone"), &dead).unwrap();
    let said = |words: &[&str], path: &std::path::Path| {
        let output = dagdeck(&workspace).args(words).arg(path).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code(), said, printed(&output))
    };
    for words in [
        &["status"][..],
        &["up", "--trust"],
        &["sync"],
        &["doctor"],
        &["wait", "--workspace"],
        &["logs", "--workspace"],
        &["stop", "--workspace"],
    ] {
        let (code, told, _) = said(words, &missing);
        assert_eq!(code, Some(2), "{words:?}: {told}");
        assert!(
            told.contains("data-science is not there."),
            "{words:?}: {told}"
        );
        let (code, told, _) = said(words, &dead);
        assert_eq!(code, Some(2), "{words:?}: {told}");
        assert!(
            told.contains("is a link that leads nowhere."),
            "{words:?}: {told}"
        );
    }
    // A workspace whose folder is gone may still run; this one never did.
    let (code, told, _) = said(&["down"], &missing);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("is not there."), "{told}");
}
