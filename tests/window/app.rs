//! The app under test: what a person sees and does, by the window's test ids.

use std::path::{Path, PathBuf};
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use testkit::{Graphql, Running, TestWorkspace, mentioning, within};

use crate::driver::Driver;

/// How long a screen may take to follow a click, on a loaded machine.
const SOON: Duration = Duration::from_secs(15);
/// How long a whole Dagster may take to start, on a loaded machine.
pub(crate) const STARTING: Duration = Duration::from_secs(90);

/// The app, started with a state folder of its own.
pub(crate) struct App {
    client: Client,
    around: PathBuf,
    _driver: Driver,
}

impl App {
    /// Starts it with the workspace's state folder and these arguments.
    pub(crate) async fn start(workspace: &TestWorkspace, arguments: &[&str]) -> App {
        App::start_in(&workspace.state(), workspace.around(), arguments).await
    }

    /// Starts it with this state folder; `around` is what every process of this test mentions.
    pub(crate) async fn start_in(state: &Path, around: &Path, arguments: &[&str]) -> App {
        App::start_with(state, around, arguments, &[]).await
    }

    /// The same, with more variables.
    pub(crate) async fn start_with(
        state: &Path,
        around: &Path,
        arguments: &[&str],
        more: &[(&str, &Path)],
    ) -> App {
        let environment = [&[("DAGDECK_STATE", state)], more].concat();
        let driver = Driver::start(&environment).await;
        let capabilities = json!({
            "browserName": "wry",
            "webkitgtk:browserOptions": {"binary": program(), "args": arguments},
        });
        let Value::Object(capabilities) = capabilities else {
            unreachable!("an object was written above")
        };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&driver.address())
            .await
            .expect("the window did not open");
        App {
            client,
            around: around.to_path_buf(),
            _driver: driver,
        }
    }

    /// The folder that holds its workspace and its state.
    pub(crate) fn around(&self) -> &Path {
        &self.around
    }

    /// Opens the workspace as a person does: types its path, and trusts it.
    pub(crate) async fn open_by_typed_path(&self, workspace: &TestWorkspace) {
        self.type_into("open-path-input", workspace.path().to_str().unwrap())
            .await;
        self.click("open-path-go").await;
        self.find("trust-accept").await;
        // What is asked about the machine runs in Dagdeck's own folder, and may be under way.
        let mut inside = mentioning(&[&workspace.path()]);
        inside.retain(|process| process.program != program());
        assert_eq!(inside, [], "something runs before trust was given");
        self.shoot("trust").await;
        self.click("trust-accept").await;
        self.find("launch").await;
    }

    /// Waits for an element in sight.
    pub(crate) async fn find(&self, id: &str) -> Element {
        self.find_within(id, SOON).await
    }

    /// Waits for an element in sight, as long as it takes.
    pub(crate) async fn find_within(&self, id: &str, limit: Duration) -> Element {
        let css = format!("[data-testid=\"{id}\"]");
        within(format!("`{id}` is in sight"), limit, async || {
            let element = self.client.find(Locator::Css(&css)).await.ok()?;
            element
                .is_displayed()
                .await
                .unwrap_or(false)
                .then_some(element)
        })
        .await
    }

    /// Waits until a launch has settled: there is nothing left of it to cancel.
    pub(crate) async fn launch_is_over(&self) {
        self.is_gone("launch-cancel").await;
    }

    /// Whether an element is there now.
    pub(crate) async fn is_there(&self, id: &str) -> bool {
        // The page answers: a handle to an element that goes meanwhile can't be made.
        let script = "return document.querySelector(`[data-testid=\"${arguments[0]}\"]`) !== null";
        let found = self.client.execute(script, vec![json!(id)]).await;
        found.unwrap() == json!(true)
    }

    /// Waits until an element is no longer there.
    pub(crate) async fn is_gone(&self, id: &str) {
        within(format!("`{id}` is gone"), STARTING, async || {
            (!self.is_there(id).await).then_some(())
        })
        .await;
    }

    /// Clicks, once it can be clicked.
    pub(crate) async fn click(&self, id: &str) {
        self.click_css(&format!("[data-testid=\"{id}\"]")).await;
    }

    async fn click_css(&self, css: &str) {
        within(format!("`{css}` can be clicked"), SOON, async || {
            let element = self.client.find(Locator::Css(css)).await.ok()?;
            let refused = element.attr("aria-disabled").await.ok()?;
            let ready = element.is_enabled().await.unwrap_or(false);
            let ready = ready && refused.as_deref() != Some("true");
            (ready && element.click().await.is_ok()).then_some(())
        })
        .await;
    }

    /// Opens a location's own screen from the overview, by its name.
    pub(crate) async fn open_location(&self, id: &str) {
        self.click_css(&format!("[data-testid=\"row-{id}\"] button.name"))
            .await;
        self.find("tab-logs").await;
    }

    /// Presses Escape wherever the keyboard is.
    pub(crate) async fn press_escape(&self) {
        let focused = self.client.active_element().await.unwrap();
        focused.send_keys("\u{e00c}").await.unwrap();
    }

    /// Replaces what is in a field.
    pub(crate) async fn type_into(&self, id: &str, text: &str) {
        let field = within(format!("`{id}` can be typed into"), SOON, async || {
            let field = self.find(id).await;
            field.clear().await.ok()?;
            field.send_keys(text).await.ok().map(|()| field)
        })
        .await;
        within(format!("`{id}` holds what was typed"), SOON, async || {
            let value = field.prop("value").await.ok()??;
            (value == text).then_some(())
        })
        .await;
    }

    /// An attribute of an element that is there.
    pub(crate) async fn attribute(&self, id: &str, name: &str) -> Option<String> {
        // It may be drawn anew between the two questions.
        within(format!("`{id}` is asked for {name}"), SOON, async || {
            self.find(id).await.attr(name).await.ok()
        })
        .await
    }

    /// The text of an element.
    pub(crate) async fn text(&self, id: &str) -> String {
        within(format!("`{id}` is read"), SOON, async || {
            self.find(id).await.text().await.ok()
        })
        .await
    }

    /// Waits until an element's `data-state` is one of these and answers which.
    pub(crate) async fn wait_for_state(
        &self,
        id: &str,
        wanted: &[&str],
        limit: Duration,
    ) -> String {
        let css = format!("[data-testid=\"{id}\"]");
        within(format!("`{id}` is {wanted:?}"), limit, async || {
            let element = self.client.find(Locator::Css(&css)).await.ok()?;
            let state = element.attr("data-state").await.ok()??;
            wanted.contains(&state.as_str()).then_some(state)
        })
        .await
    }

    /// Waits until a location is in a state.
    pub(crate) async fn location_is(&self, id: &str, state: &str) {
        self.wait_for_state(&format!("state-{id}"), &[state], STARTING)
            .await;
    }

    /// Runs a script in the page.
    pub(crate) async fn script(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap()
    }

    /// Makes the window as large as this, in pixels.
    pub(crate) async fn resize(&self, width: u32, height: u32) {
        self.client.set_window_size(width, height).await.unwrap();
        let size = json!([width, height]);
        within(format!("the window is {size}"), SOON, async || {
            let now = self.script("return [innerWidth, innerHeight]").await;
            (now == size).then_some(())
        })
        .await;
    }

    /// Shows a theme, and waits until it is painted.
    pub(crate) async fn show_theme(&self, theme: &str) {
        let script = "const [theme, done] = arguments;
            document.documentElement.dataset.theme = theme;
            requestAnimationFrame(() => requestAnimationFrame(() => done(null)));";
        self.client
            .execute_async(script, vec![json!(theme)])
            .await
            .unwrap();
    }

    /// Keeps a picture under target/shots.
    pub(crate) async fn shoot(&self, name: &str) -> Vec<u8> {
        let picture = self.client.screenshot().await.unwrap();
        assert!(picture.len() > 1_000, "the picture of {name} is empty");
        let folder = shots();
        fs_err::create_dir_all(&folder).unwrap();
        fs_err::write(folder.join(format!("{name}.png")), &picture).unwrap();
        picture
    }

    /// The app's own process.
    pub(crate) fn process(&self) -> Running {
        let name = program();
        let mut found: Vec<Running> = mentioning(&[&self.around])
            .into_iter()
            .filter(|process| process.program == name)
            .filter(|process| {
                !process
                    .arguments
                    .iter()
                    .skip(1)
                    .any(|word| word.contains("guard"))
            })
            .collect();
        // A child between fork and exec still looks like its parent.
        let pids: Vec<u32> = found.iter().map(|process| process.pid).collect();
        found.retain(|process| !pids.contains(&process.parent));
        assert_eq!(found.len(), 1, "the app's processes: {found:?}");
        found.remove(0)
    }

    /// What it runs now: every process of this test less the app and its guard.
    pub(crate) fn children(&self) -> Vec<Running> {
        let name = program();
        let mut children = mentioning(&[&self.around]);
        children.retain(|process| process.program != name);
        children
    }

    /// Waits for the webserver and speaks to its GraphQL.
    pub(crate) async fn graphql(&self) -> Graphql {
        let port = within("the webserver was told its port", STARTING, async || {
            self.children().iter().find_map(port_of_webserver)
        })
        .await;
        Graphql::new(&format!("http://127.0.0.1:{port}"))
    }

    /// Ends the app with no warning.
    pub(crate) fn kill(&self) {
        let pid = self.process().pid.to_string();
        let status = std::process::Command::new("kill")
            .args(["-KILL", &pid])
            .status()
            .unwrap();
        assert!(status.success());
    }

    /// Closes the window.
    pub(crate) async fn close(self) {
        let _ = self.client.close().await;
    }
}

/// The port in a webserver's command line.
fn port_of_webserver(process: &Running) -> Option<u16> {
    let is_webserver = process
        .arguments
        .iter()
        .any(|word| word.contains("dagster_webserver") || word.ends_with("dagster-webserver"));
    if !is_webserver {
        return None;
    }
    let mut words = process.arguments.iter();
    words.find(|word| matches!(word.as_str(), "-p" | "--port"))?;
    words.next()?.parse().ok()
}

/// The app that was built.
fn program() -> PathBuf {
    let program = std::env::var_os("DAGDECK_WINDOW").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../target/debug/dagdeck-desktop"),
        PathBuf::from,
    );
    fs_err::canonicalize(program)
        .expect("the app is not built: run `cargo xtask test --only window`")
}

fn shots() -> PathBuf {
    std::env::var_os("DAGDECK_SHOTS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../target/shots"),
        PathBuf::from,
    )
}
