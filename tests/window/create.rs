//! From an empty folder to a materialised asset in a running Dagster, by clicks and typing in Dagdeck alone.

use std::cell::Cell;
use std::path::Path;
use std::time::Duration;

use testkit::{TestDir, wait_until_none_mentions};

use crate::app::{App, MAKING, SOON, STARTING};

const RUN: Duration = Duration::from_secs(240);

const PROJECT: &str = "projects/inventory";

/// What a person does, counted.
struct Person<'a> {
    app: &'a App,
    clicks: Cell<u32>,
    fields: Cell<u32>,
}

impl Person<'_> {
    async fn click(&self, id: &str) {
        self.clicks.set(self.clicks.get() + 1);
        self.app.click(id).await;
    }

    async fn fill(&self, id: &str, text: &str) {
        self.fields.set(self.fields.get() + 1);
        self.app.type_into(id, text).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn from_an_empty_folder_to_a_materialised_asset() {
    let folder = TestDir::new();
    let app = App::start_in(&folder.make("state"), folder.path(), &[]).await;
    let person = Person {
        app: &app,
        clicks: Cell::new(0),
        fields: Cell::new(0),
    };
    new_workspace(&person, &folder.make("work")).await;
    person.click("creation-launch").await;
    app.location_is(PROJECT, "running").await;
    app.wait_for_state("service-webserver", &["running"], STARTING)
        .await;
    app.wait_for_state("service-daemon", &["running"], STARTING)
        .await;
    app.launch_is_over().await;
    app.shoot("create-launched").await;
    let asset = add_asset(&person).await;
    app.find("open-dagster-ui").await;
    let graphql = app.graphql().await;
    app.within("the webserver serves the asset", STARTING, async || {
        let served = graphql.locations().await.ok()?;
        served
            .iter()
            .any(|entry| entry.loaded && entry.assets.contains(&asset))
            .then_some(())
    })
    .await;
    let run = graphql.materialise("inventory", &asset).await.unwrap();
    graphql.wait_for_run(&run, "SUCCESS", RUN).await;
    // Opening the Dagster UI is the one click more that a person needs to see it.
    let clicks = person.clicks.get() + 1;
    println!("{clicks} clicks and {} fields", person.fields.get());
    assert!(clicks <= 8, "{clicks} clicks");
    app.click("stop-all").await;
    app.location_is(PROJECT, "stopped").await;
    app.close().await;
    wait_until_none_mentions(&[folder.path()]).await;
}

/// Makes `work/analytics` with the project `inventory`.
async fn new_workspace(person: &Person<'_>, work: &Path) {
    person.click("new-workspace").await;
    person.fill("create-name", "analytics").await;
    person.fill("create-parent", work.to_str().unwrap()).await;
    person.fill("create-first-project", "inventory").await;
    person.click("create-to-review").await;
    person.app.find_within("review", STARTING).await;
    person.app.shoot("create-review").await;
    let files = "return document.querySelector('[data-testid=review-files]').textContent";
    let files = person.app.script(files).await;
    assert!(files.to_string().contains("definitions.py"), "{files}");
    assert!(
        fs_err::read_dir(work).unwrap().next().is_none(),
        "something was written before the review was accepted"
    );
    person.click("create-start").await;
    person.app.find_within("creation-cancel", SOON).await;
    person.app.shoot("create-running").await;
    person.app.find_within("creation-launch", MAKING).await;
    person.app.shoot("create-done").await;
    assert!(work.join("analytics/dg.toml").is_file());
    assert!(work.join("analytics/.git").is_dir());
}

/// Adds the asset that `dg` suggests, from the location's own menu, and answers its name.
async fn add_asset(person: &Person<'_>) -> String {
    person.click(&format!("row-menu-{PROJECT}")).await;
    person.click("row-menu-plus").await;
    person.app.find_within("type-dagster.asset", STARTING).await;
    // dg is run in a copy first, to show what it writes.
    let shown = "what dg would write is shown";
    person
        .app
        .within(shown, STARTING, async || {
            let script = "return document.querySelector('.preview pre')?.textContent ?? ''";
            let text = person.app.script(script).await;
            text.as_str()?.contains("def assets").then_some(())
        })
        .await;
    person.app.shoot("create-add-definition").await;
    person.click("add-definition-run").await;
    "assets".to_owned()
}
