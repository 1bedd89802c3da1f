//! Health: three faults made for real, put right from the window, and then the workspace launches.

use std::net::TcpListener;
use std::time::Duration;

use testkit::{TestWorkspace, wait_until, wait_until_none_mentions};

use crate::app::{App, STARTING};
use crate::main_job::{ENGINEERING, SCIENCE};

const BARE: &str = "projects/marketing";
/// How long a fix may take: it installs packages.
const FIXING: Duration = Duration::from_secs(180);

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_put_right_with_fix_all_safe_and_two_more_clicks() {
    let workspace = TestWorkspace::copy();
    workspace.add_project_without_environment("marketing");
    let settings = workspace.project("data-science").join("pyproject.toml");
    let asked = fs_err::read_to_string(&settings).unwrap();
    let dagster = "\"dagster==1.13.27\",";
    assert!(asked.contains(dagster), "{asked}");
    let more = asked.replace(dagster, &format!("{dagster}\n    \"humanize\","));
    fs_err::write(&settings, more).unwrap();
    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();

    let app = App::start(&workspace, &[]).await;
    app.resize(1440, 900).await;
    app.open_by_typed_path(&workspace).await;
    app.click("nav-settings").await;
    app.type_into("settings-port", &port).await;
    app.click("nav-health").await;
    let bare = format!("finding-environment-present:{BARE}:");
    let lock = format!("lockfile-fresh:{SCIENCE}:");
    for finding in [&bare, &format!("finding-{lock}"), "finding-port-free::"] {
        app.wait_for_state(finding, &["open"], STARTING).await;
    }
    let plan = app.text("safe-plan").await;
    assert!(
        plan.contains("sync") && plan.contains("marketing"),
        "{plan}"
    );
    assert!(!plan.contains("data-science"), "{plan}");
    app.shoot("health-found").await;

    app.click("fix-all-safe").await;
    for finding in [bare.as_str(), "finding-port-free::"] {
        app.wait_for_state(finding, &["fixed"], FIXING).await;
    }
    app.shoot("health-safe-fixed").await;
    app.click(&format!("fix-{lock}")).await;
    wait_until("uv said what would change", FIXING, async || {
        let off = app.attribute("fix-review-run", "aria-disabled").await;
        off.as_deref() == Some("false")
    })
    .await;
    let review = app.text("fix-review").await;
    assert!(review.contains("humanize"), "{review}");
    app.shoot("health-review").await;
    app.click("fix-review-run").await;
    app.wait_for_state(&format!("finding-{lock}"), &["fixed"], FIXING)
        .await;
    let pill = app.text("health-pill").await;
    assert!(pill == "Healthy" || pill.contains("note"), "{pill}");
    app.shoot("health-all-fixed").await;

    app.click("nav-overview").await;
    app.click("launch").await;
    for location in [ENGINEERING, SCIENCE, BARE] {
        app.location_is(location, "running").await;
    }
    app.wait_for_state("service-webserver", &["running"], STARTING)
        .await;
    app.click("stop-all").await;
    for location in [ENGINEERING, SCIENCE, BARE] {
        app.location_is(location, "stopped").await;
    }
    app.close().await;
    wait_until_none_mentions(&[workspace.around()]).await;
}
