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
