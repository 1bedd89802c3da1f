//! What `dagdeck new` makes is served.

use std::time::Duration;

use serde_json::Value;
use testkit::{Graphql, wait_until_none_mentions};

use crate::command::{Up, printed};
use crate::new::{Bench, DAGSTER, succeeds};

#[tokio::test(flavor = "multi_thread")]
async fn a_new_workspace_and_a_second_project_are_served() {
    let bench = Bench::new();
    let words = ["workspace", "acme", "--dagster", DAGSTER, "--project"];
    succeeds(&bench.new_in("", &[&words[..], &["inventory"]].concat()));
    assert!(bench.at("acme/.git").is_dir());
    let ignored = fs_err::read_to_string(bench.at("acme/.gitignore")).unwrap();
    assert!(ignored.contains(".venv/"), "{ignored}");
    let words = ["project", "projects/orders-2", "--dagster", DAGSTER];
    let output = bench.new_in("acme", &[&words[..], &["--json"]].concat());
    succeeds(&output);
    let creation: Value = serde_json::from_str(&printed(&output)).unwrap();
    assert_eq!(creation["state"], "succeeded");
    assert_eq!(creation["root"], bench.at("acme").to_str().unwrap());
    let states = creation["steps"].as_array().unwrap().iter();
    assert!(states.clone().count() == 2 && states.clone().all(|step| step["state"] == "succeeded"));

    // Trusted with what made it: nothing is asked.
    let mut up = bench.command();
    up.arg("up").arg(bench.at("acme"));
    let mut up = Up::started(up);
    Graphql::new(&up.address())
        .wait_until_loaded(&["inventory", "orders-2"], Duration::from_secs(240))
        .await;
    up.signal("TERM");
    up.ended(Duration::from_secs(60)).await;
    crate::doctor::nothing_above_a_note(&bench.at("acme"), &bench.0.join("state"));
    wait_until_none_mentions(&[bench.0.path()]).await;
}
