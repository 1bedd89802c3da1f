//! The app under test: what a person sees and does, by the window's test ids.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use testkit::{Graphql, ListedProcess, TestWorkspace, eventually, mentioning};

use crate::driver::Driver;

/// How long a page may leave a click unanswered before its window counts as out of sight.
const OUT_OF_SIGHT: Duration = Duration::from_secs(10);

/// How long a screen may take to follow a click, on a loaded machine.
pub(crate) const SOON: Duration = Duration::from_secs(60);
/// Whether an element is in sight.
const SEEN: &str = "
    const element = document.querySelector(arguments[0]);
    return element?.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) ?? false;";
/// The state that an element says it shows.
const STATE: &str = "return document.querySelector(arguments[0])?.dataset.state ?? null";
/// Has the page note whether the mouse is pressed on an element next; answers whether it stands still, from one painted frame to the next.
const LISTEN: &str = "
    const [css, done] = arguments;
    const place = () => JSON.stringify(document.querySelector(css)?.getBoundingClientRect());
    const before = place();
    requestAnimationFrame(() => requestAnimationFrame(() => {
        window.hit = false;
        const pressed = (event) => (window.hit = event.target.closest(css) !== null);
        // Not the click: a menu that opens takes what follows. Not of the element: it may be drawn anew.
        document.addEventListener('pointerdown', pressed, { capture: true, once: true });
        const note = (event) => window.heard.push([event.type, event.target.closest('[data-testid]')?.dataset.testid]);
        const kinds = window.heard ? [] : ['pointerdown', 'pointerup', 'pointercancel', 'click'];
        window.heard = [['listening for', css]];
        for (const kind of kinds) document.addEventListener(kind, note, { capture: true });
        done(before !== undefined && before === place());
    }));";
/// How long a whole Dagster may take to start, on a loaded machine.
pub(crate) const STARTING: Duration = Duration::from_secs(240);
/// How long making a workspace may take: its environments, packages included, on a loaded machine.
pub(crate) const MAKING: Duration = Duration::from_secs(300);

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
        App::start_among(&environment, around, arguments).await
    }

    /// Starts it with these variables, which have it find the state folder.
    pub(crate) async fn start_among(
        environment: &[(&str, &Path)],
        around: &Path,
        arguments: &[&str],
    ) -> App {
        let driver = Driver::start(environment).await;
        let capabilities = json!({
            "browserName": "wry",
            "webkitgtk:browserOptions": {"binary": program(), "args": arguments},
        });
        let Value::Object(capabilities) = capabilities else {
            unreachable!("an object was written above")
        };
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let opening = builder.capabilities(capabilities);
        let opened = tokio::time::timeout(STARTING, opening.connect(&driver.address())).await;
        let client = opened
            .expect("the window did not open in time")
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
        inside.retain(|process| process.program != program() && !is_behind_the_window(process));
        assert_eq!(inside, [], "something runs before trust was given");
        self.shoot("trust").await;
        self.click("trust-accept").await;
        self.find("launch").await;
    }

    /// Asks until there is an answer and gives it. When it is waited for in vain, it is told what the page says then, and a picture
    /// is kept.
    pub(crate) async fn within<T>(
        &self,
        what: impl Display,
        limit: Duration,
        ask: impl AsyncFnMut() -> Option<T>,
    ) -> T {
        if let Some(answer) = eventually(limit, ask).await {
            return answer;
        }
        // A page that hangs says nothing.
        let told = tokio::time::timeout(SOON, self.told()).await;
        let told = told.unwrap_or_else(|_| "the page does not answer".to_owned());
        panic!("waited {limit:?} in vain until {what}\n{told}")
    }

    /// What the page says now, and where a picture of it is kept.
    async fn told(&self) -> String {
        let script = "return [document.body.innerText, 'of the last click it heard', window.heard]";
        let words = self.client.execute(script, Vec::new()).await;
        let words = words.map_or_else(|error| error.to_string(), |words| words.to_string());
        let test = std::thread::current();
        let test = test.name().unwrap_or("a test").replace("::", "-");
        let picture = match self.client.screenshot().await {
            Ok(picture) => {
                let file = keep(&format!("failed-{test}"), &picture);
                file.display().to_string()
            }
            Err(error) => error.to_string(),
        };
        format!("the page says: {words}\nits picture: {picture}")
    }

    /// Waits for an element in sight.
    pub(crate) async fn find(&self, id: &str) -> Element {
        self.find_within(id, SOON).await
    }

    /// Waits for an element in sight, as long as it takes.
    pub(crate) async fn find_within(&self, id: &str, limit: Duration) -> Element {
        let css = format!("[data-testid=\"{id}\"]");
        self.within(format!("`{id}` is in sight"), limit, async || {
            // The page answers by itself, for WebDriver's own word on what is displayed takes it long to work out.
            let seen = self.client.execute(SEEN, vec![json!(css)]).await.ok()?;
            if seen != json!(true) {
                return None;
            }
            self.client.find(Locator::Css(&css)).await.ok()
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
        let asked = self.client.execute(script, vec![json!(id)]);
        in_time("the page says what is there", asked).await == json!(true)
    }

    /// Waits until an element is no longer there.
    pub(crate) async fn is_gone(&self, id: &str) {
        self.within(format!("`{id}` is gone"), STARTING, async || {
            (!self.is_there(id).await).then_some(())
        })
        .await;
    }

    /// Clicks, once it can be clicked.
    pub(crate) async fn click(&self, id: &str) {
        self.click_css(&format!("[data-testid=\"{id}\"]")).await;
    }

    /// A click goes to a place, and what was there may have moved or be covered meanwhile: it is made once the element stands
    /// still, and again where it hit something else.
    async fn click_css(&self, css: &str) {
        self.within(format!("`{css}` can be clicked"), SOON, async || {
            let element = self.client.find(Locator::Css(css)).await.ok()?;
            let refused = element.attr("aria-disabled").await.ok()?;
            let ready = element.is_enabled().await.unwrap_or(false);
            if !ready || refused.as_deref() == Some("true") {
                return None;
            }
            let listening = self.client.execute_async(LISTEN, vec![json!(css)]).await;
            if listening.ok()? != json!(true) {
                return None;
            }
            let clicked = async {
                element.click().await.ok()?;
                let hit = self.client.execute("return window.hit", Vec::new()).await;
                // A page that is gone with the click was hit.
                hit.map_or(true, |hit| hit == true).then_some(())
            };
            // So was one that the click put out of sight: minimised, WebKit lets it answer nothing.
            let answered = tokio::time::timeout(OUT_OF_SIGHT, clicked).await;
            answered.unwrap_or(Some(()))
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
        // What has the keyboard may be drawn anew between the two questions.
        self.within("Escape is pressed", SOON, async || {
            let focused = self.client.active_element().await.ok()?;
            focused.send_keys("\u{e00c}").await.ok()
        })
        .await;
    }

    /// Replaces what is in a field.
    pub(crate) async fn type_into(&self, id: &str, text: &str) {
        self.within(format!("`{id}` can be typed into"), SOON, async || {
            let field = self.find(id).await;
            field.clear().await.ok()?;
            field.send_keys(text).await.ok()
        })
        .await;
        self.holds(id, text).await;
    }

    /// Replaces what is in a field at once, for one whose beginnings are looked at while they are typed.
    pub(crate) async fn paste_into(&self, id: &str, text: &str) {
        const PASTE: &str = "
            const [css, text] = arguments;
            const field = document.querySelector(css);
            field.value = text;
            field.dispatchEvent(new InputEvent('input', { bubbles: true }));";
        self.find(id).await;
        let css = format!("[data-testid=\"{id}\"]");
        let pasted = self.client.execute(PASTE, vec![json!(css), json!(text)]);
        in_time("the field takes a text", pasted).await;
        self.holds(id, text).await;
    }

    async fn holds(&self, id: &str, text: &str) {
        self.within(format!("`{id}` holds `{text}`"), SOON, async || {
            let value = self.find(id).await.prop("value").await.ok()??;
            (value == text).then_some(())
        })
        .await;
    }

    /// An attribute of an element that is there.
    pub(crate) async fn attribute(&self, id: &str, name: &str) -> Option<String> {
        // It may be drawn anew between the two questions.
        self.within(format!("`{id}` is asked for {name}"), SOON, async || {
            self.find(id).await.attr(name).await.ok()
        })
        .await
    }

    /// The text of an element.
    pub(crate) async fn text(&self, id: &str) -> String {
        self.within(format!("`{id}` is read"), SOON, async || {
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
        self.within(format!("`{id}` is {wanted:?}"), limit, async || {
            let state = self.client.execute(STATE, vec![json!(css)]).await.ok()?;
            let state = state.as_str()?;
            wanted.contains(&state).then(|| state.to_owned())
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
        in_time(
            "the page runs a script",
            self.client.execute(script, Vec::new()),
        )
        .await
    }

    /// Makes the window as large as this, in pixels.
    pub(crate) async fn resize(&self, width: u32, height: u32) {
        let asked = self.client.set_window_size(width, height);
        in_time("the window takes a size", asked).await;
        let size = json!([width, height]);
        self.within(format!("the window is {size}"), SOON, async || {
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
        let painted = self.client.execute_async(script, vec![json!(theme)]);
        in_time("the theme is painted", painted).await;
    }

    /// Keeps a picture under target/shots.
    pub(crate) async fn shoot(&self, name: &str) -> Vec<u8> {
        let picture = in_time("a picture is taken", self.client.screenshot()).await;
        assert!(picture.len() > 1_000, "the picture of {name} is empty");
        keep(name, &picture);
        picture
    }

    /// The app's own process.
    pub(crate) fn process(&self) -> ListedProcess {
        let name = program();
        let mut found = mentioning(&[&self.around]);
        found.retain(|process| process.program == name && !is_behind_the_window(process));
        drop_copies(&mut found);
        assert_eq!(found.len(), 1, "the app's processes: {found:?}");
        found.remove(0)
    }

    /// The processes that run its workspaces.
    pub(crate) fn owners(&self) -> Vec<ListedProcess> {
        let mut owners = mentioning(&[&self.around]);
        owners.retain(|process| process.arguments.iter().any(|word| word == "owner"));
        drop_copies(&mut owners);
        owners
    }

    /// Waits until so many processes run its workspaces, and answers them.
    pub(crate) async fn has_owners(&self, count: usize) -> Vec<ListedProcess> {
        self.within(format!("{count} owners run"), SOON, async || {
            Some(self.owners()).filter(|owners| owners.len() == count)
        })
        .await
    }

    /// What it runs now: every process of this test less the app, owners and guards.
    pub(crate) fn children(&self) -> Vec<ListedProcess> {
        let name = program();
        let mut children = mentioning(&[&self.around]);
        children.retain(|process| process.program != name && !is_behind_the_window(process));
        children
    }

    /// Waits for the webserver and speaks to its GraphQL.
    pub(crate) async fn graphql(&self) -> Graphql {
        // Until then it may still move to another port.
        self.wait_for_state("service-webserver", &["running"], STARTING)
            .await;
        let port = self
            .within("the webserver was told its port", STARTING, async || {
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

    /// Clicks the title bar's button that closes the window.
    pub(crate) async fn click_close_button(&self) {
        self.click_css(".wctl button.close").await;
    }

    /// How many windows it shows.
    pub(crate) async fn windows(&self) -> usize {
        in_time("the driver lists the windows", self.client.windows())
            .await
            .len()
    }

    /// Goes to the other one of two windows: what is looked for and clicked from now on is there.
    pub(crate) async fn to_the_other_window(&self) {
        let present = in_time(
            "the driver says in which window it is",
            self.client.window(),
        )
        .await;
        let all = in_time("the driver lists the windows", self.client.windows()).await;
        let other = all.into_iter().find(|window| *window != present).unwrap();
        let going = self.client.switch_to_window(other);
        in_time("the driver goes to the other window", going).await;
    }

    /// Closes the window.
    pub(crate) async fn close(self) {
        // The session ends with its window, or with the driver.
        let _ended = tokio::time::timeout(SOON, self.client.close()).await;
    }
}

/// What the window answers, which may hang.
async fn in_time<T>(what: &str, asked: impl Future<Output = Result<T, CmdError>>) -> T {
    let answer = tokio::time::timeout(STARTING, asked).await;
    let answer = answer.unwrap_or_else(|_| panic!("waited {STARTING:?} in vain until {what}"));
    answer.unwrap_or_else(|error| panic!("{what}: {error}"))
}

/// The port in a webserver's command line.
fn port_of_webserver(process: &ListedProcess) -> Option<u16> {
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

/// Leaves out what another of them is just starting: between fork and exec, some 20 ms, it still looks like its parent.
fn drop_copies(found: &mut Vec<ListedProcess>) {
    let pids: Vec<u32> = found.iter().map(|process| process.pid).collect();
    found.retain(|process| !pids.contains(&process.parent));
}

/// Whether it is one of Dagdeck's own behind the window: an owner or a guard, whichever program that is.
fn is_behind_the_window(process: &ListedProcess) -> bool {
    let word = process.arguments.get(1);
    word.is_some_and(|word| matches!(word.as_str(), "guard" | "owner"))
}

/// The app that was built.
pub(crate) fn program() -> PathBuf {
    let program = std::env::var_os("DAGDECK_WINDOW").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../target/debug/dagdeck-desktop"),
        PathBuf::from,
    );
    fs_err::canonicalize(program)
        .expect("the app is not built: run `cargo xtask test --only window`")
}

/// Keeps a picture and answers where.
fn keep(name: &str, picture: &[u8]) -> PathBuf {
    let folder = shots();
    fs_err::create_dir_all(&folder).unwrap();
    let file = folder.join(format!("{name}.png"));
    fs_err::write(&file, picture).unwrap();
    file
}

fn shots() -> PathBuf {
    std::env::var_os("DAGDECK_SHOTS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../target/shots"),
        PathBuf::from,
    )
}
