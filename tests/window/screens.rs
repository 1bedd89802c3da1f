//! Every screen in both themes and in two sizes, on real data. That a screen is reached is asserted; how it looks, people judge by the pictures.

use std::path::Path;

use testkit::{TestWorkspace, recording, wait_until_none_mentions};

use crate::app::{App, MAKING, SOON, STARTING};
use crate::main_job::{ENGINEERING, SCIENCE};

/// A large window and a small one, in pixels.
const SIZES: [(u32, u32); 2] = [(1440, 900), (1024, 700)];

#[tokio::test(flavor = "multi_thread")]
async fn every_screen_in_both_themes() {
    let workspace = TestWorkspace::copy();
    workspace.add_project_without_environment("marketing");
    let app = App::start(&workspace, &[]).await;
    app.find("open-path-input").await;
    taken(&app, "01-welcome").await;
    new_workspace(&app).await;
    app.type_into("open-path-input", workspace.path().to_str().unwrap())
        .await;
    app.click("open-path-go").await;
    app.find("trust-accept").await;
    taken(&app, "02-trust").await;
    app.click("trust-browse").await;
    app.click("nav-health").await;
    reached(&app, "health").await;
    taken(&app, "29-health-untrusted").await;
    app.click("untrusted").await;
    app.click("trust-accept").await;
    app.click("nav-overview").await;
    app.find("launch").await;
    taken(&app, "03-overview-stopped").await;
    app.click("launch").await;
    taken(&app, "04-overview-launching").await;
    for location in [ENGINEERING, SCIENCE] {
        app.location_is(location, "running").await;
    }
    app.wait_for_state("service-webserver", &["running"], STARTING)
        .await;
    app.wait_for_state("service-daemon", &["running"], STARTING)
        .await;
    app.launch_is_over().await;
    taken(&app, "05-overview-running").await;
    location(&app).await;
    for (number, view) in [("11", "logs"), ("12", "health"), ("13", "settings")] {
        app.click(&format!("nav-{view}")).await;
        reached(&app, view).await;
        taken(&app, &format!("{number}-{view}")).await;
    }
    app.click("nav-webserver").await;
    reached(&app, "service").await;
    taken(&app, "14-service").await;
    app.click("open-palette").await;
    taken(&app, "15-palette").await;
    app.press_escape().await;
    failures(&app, &workspace).await;
    app.click("nav-overview").await;
    app.click("stop-all").await;
    for location in [ENGINEERING, SCIENCE] {
        app.location_is(location, "stopped").await;
    }
    taken(&app, "18-overview-stopped-last-known").await;
    new_project(&app).await;
    app.close().await;
    wait_until_none_mentions(&[workspace.around()]).await;
}

/// The first question, with an answer that can't be.
async fn new_workspace(app: &App) {
    app.click("new-workspace").await;
    app.find("create-name").await;
    taken(app, "20-new-workspace").await;
    app.type_into("create-first-project", "import").await;
    app.find("remarks-first-blocks").await;
    taken(app, "21-new-workspace-name-refused").await;
    app.click("create-close").await;
    app.find("open-path-input").await;
}

/// Every step of a project in the open workspace, from the first question to the end, stopped once on the way.
async fn new_project(app: &App) {
    let (width, height) = SIZES[0];
    app.resize(width, height).await;
    app.click("side-new-project").await;
    app.find("create-name").await;
    taken(app, "22-new-project-where").await;
    app.click("create-next").await;
    app.find("create-sync").await;
    app.find_within("dagster-another", SOON).await;
    taken(app, "23-new-project-versions").await;
    half_published(app).await;
    app.click("create-next").await;
    app.find_within("create-start", STARTING).await;
    taken(app, "24-new-project-review").await;
    app.click("create-start").await;
    app.find("creation-cancel").await;
    app.click("creation-cancel").await;
    app.find("creation-retry").await;
    taken(app, "25-new-project-stopped").await;
    app.click("creation-retry").await;
    app.find("creation-cancel").await;
    taken(app, "26-new-project-running").await;
    app.find_within("creation-launch", MAKING).await;
    taken(app, "27-new-project-ready").await;
    app.click("creation-open").await;
    app.find("row-projects/my-project").await;
}

/// A release that is not whole, typed by hand: what is missing from the index is named, and what works is one click away.
async fn half_published(app: &App) {
    let recording = recording();
    let (partial, lacking) = recording.a_partial().unwrap();
    app.click("dagster-another").await;
    app.type_into("create-dagster", partial).await;
    // On the way what was typed so far may have been looked at.
    app.within("what is missing is named", STARTING, async || {
        let told = app.text("remarks-dagster-blocks").await;
        let mut words = lacking.iter().chain([&partial]);
        words.all(|word| told.contains(word)).then_some(())
    })
    .await;
    taken(app, "28-new-project-half-published").await;
    app.click("remarks-dagster-instead").await;
    let newest = format!("dagster-{}", recording.newest_whole());
    app.find(&newest).await;
    let chosen = format!("return document.querySelector('[data-testid=\"{newest}\"]').checked");
    app.within("the working version is chosen", SOON, async || {
        (app.script(&chosen).await == true).then_some(())
    })
    .await;
}

async fn location(app: &App) {
    app.open_location(ENGINEERING).await;
    reached(app, "location").await;
    for (number, tab) in [
        ("06", "logs"),
        ("07", "definitions"),
        ("08", "environment"),
        ("09", "files"),
    ] {
        app.click(&format!("tab-{tab}")).await;
        taken(app, &format!("{number}-location-{tab}")).await;
    }
    app.click("tab-definitions").await;
    app.click("add-definition-open").await;
    app.within("what would be written is shown", STARTING, async || {
        let off = app.attribute("add-definition-run", "aria-disabled").await;
        (off.as_deref() == Some("false")).then_some(())
    })
    .await;
    taken(app, "19-add-definition").await;
    app.press_escape().await;
    app.click("nav-overview").await;
    app.open_location("projects/marketing").await;
    app.click("tab-environment").await;
    taken(app, "10-location-without-environment").await;
}

async fn failures(app: &App, workspace: &TestWorkspace) {
    let file = workspace.definitions("data-science").join("forecast.py");
    let good = fs_err::read_to_string(&file).unwrap();
    fs_err::write(&file, format!("import no_such_library\n{good}")).unwrap();
    app.click("nav-overview").await;
    app.location_is(SCIENCE, "loadError").await;
    taken(app, "16-overview-load-error").await;
    app.open_location(SCIENCE).await;
    app.click("tab-logs").await;
    app.find("explanation").await;
    taken(app, "17-location-load-error").await;
    fs_err::write(&file, good).unwrap();
    app.location_is(SCIENCE, "running").await;
}

/// Waits until the main part shows this view.
async fn reached(app: &App, view: &str) {
    app.within(format!("the view {view} is shown"), SOON, async || {
        let shown = app
            .script("return document.querySelector('main[data-view]')?.dataset.view ?? null")
            .await;
        (shown == view).then_some(())
    })
    .await;
}

/// A script that shows the folders of this machine as a person's own, for the pictures are published. Nothing else is changed.
fn at_home(app: &App) -> String {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(3);
    let folders = serde_json::json!([
        [app.around(), "/home/ann"],
        [repository, "/home/ann/dagdeck"],
        [std::env::home_dir(), "/home/ann"],
    ]);
    format!(
        "const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {{
            let text = node.data;
            for (const [from, to] of {folders}) text = text.replaceAll(from, to);
            if (text !== node.data) node.data = text;
        }}
        for (const field of document.querySelectorAll('input')) {{
            for (const [from, to] of {folders}) field.value = field.value.replaceAll(from, to);
        }}
        return null"
    )
}

/// Takes the screen in both sizes and themes; the themes must differ, or one of them was not shown.
pub(crate) async fn taken(app: &App, name: &str) {
    app.within("the type faces are there", SOON, async || {
        let status = app.script("return document.fonts.status").await;
        (status == "loaded").then_some(())
    })
    .await;
    for (width, height) in SIZES {
        app.resize(width, height).await;
        app.script(&at_home(app)).await;
        let mut pictures = Vec::new();
        for theme in ["light", "dark"] {
            app.show_theme(theme).await;
            pictures.push(app.shoot(&format!("{name}-{width}-{theme}")).await);
        }
        assert_ne!(
            pictures[0], pictures[1],
            "{name} looks alike in both themes"
        );
    }
}
