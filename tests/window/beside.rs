//! Folders that a person opens while another workspace runs: dropped, picked in the dialog, named by a second start of the
//! program. Each gets a window of its own and nothing stops; one that is shown already comes to the front.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use testkit::{
    Graphql, TestWorkspace, all_dagsters, dagsters, wait_until, wait_until_none_mentions, within,
};

use crate::app::{App, SOON, STARTING, program};
use crate::desktop::Desktop;
use crate::hosts::status;
use crate::main_job::launch_of;

/// The project of the workspace that runs.
const PROJECT: &str = "data-engineering";
/// What its window is called.
const RUNS: &str = "acme – Dagdeck";

/// A person's own folders. The app finds its state folder among them as it does on any machine, for only then is one app the
/// whole session's.
struct Home {
    folder: PathBuf,
    variables: [(&'static str, PathBuf); 3],
}

impl Home {
    fn beside(workspace: &TestWorkspace) -> Self {
        let folder = workspace.around().join("home");
        let variables = [
            ("XDG_STATE_HOME", "state"),
            ("XDG_DATA_HOME", "data"),
            ("XDG_CONFIG_HOME", "config"),
        ];
        let variables = variables.map(|(name, below)| (name, folder.join(below)));
        for (_, folder) in &variables {
            fs_err::create_dir_all(folder).unwrap();
        }
        Self { folder, variables }
    }

    fn state(&self) -> PathBuf {
        self.folder.join("state/dagdeck")
    }

    async fn start(&self, workspace: &TestWorkspace) -> App {
        let variables = self.variables.iter();
        let variables: Vec<(&str, &Path)> = variables
            .map(|(name, folder)| (*name, folder.as_path()))
            .collect();
        App::start_among(&variables, workspace.around(), &[]).await
    }

    /// Starts the program a second time, in `current` and naming a folder: it hands that over and ends.
    async fn start_again(&self, current: &Path, named: &str) {
        let variables = self.variables.iter();
        let mut second = Command::new(program())
            .arg(named)
            .current_dir(current)
            .env_remove("DAGDECK_STATE")
            .envs(variables.map(|(name, folder)| (name, folder)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let ended = within("the second start ends", SOON, async || {
            second.try_wait().unwrap()
        })
        .await;
        assert!(ended.success(), "{ended}");
    }
}

/// A workspace that runs in a window, and what of it must go on.
struct Beside<'a> {
    app: &'a App,
    home: &'a Home,
    workspace: &'a TestWorkspace,
    graphql: Graphql,
    running: Vec<u32>,
}

impl Beside<'_> {
    /// Another workspace, whose list is empty.
    fn another(&self, name: &str) -> PathBuf {
        let folder = self.workspace.around().join(name);
        fs_err::create_dir(&folder).unwrap();
        let listing = "directory_type = \"workspace\"\n\n[workspace]\n";
        fs_err::write(folder.join("dg.toml"), listing).unwrap();
        folder
    }

    /// Waits until a folder has a window in front that its owner knows of, the last of so many, and sees that what ran runs.
    /// It looks twice whether it is in front: a second start brings every window there before it opens what was named.
    async fn has_a_window(&self, desktop: &Desktop, folder: &Path, windows: usize) {
        let name = folder.file_name().unwrap().to_string_lossy();
        let title = format!("{name} – Dagdeck");
        desktop.is_in_front(&title).await;
        let what = format!("{name} has an owner with a window");
        wait_until(what, SOON, async || {
            let status = status(self.home.state(), folder).await;
            status.is_some_and(|status| status.windows == 1)
        })
        .await;
        assert_eq!(self.app.windows().await, windows, "with {name}");
        self.app.has_owners(windows).await;
        let running = dagsters(&self.workspace.path());
        assert_eq!(running, self.running, "{name} stopped or started something");
        self.graphql.wait_until_loaded(&[PROJECT], SOON).await;
        desktop.is_in_front(&title).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_dropped_picked_or_named_by_a_second_start_gets_a_window_and_stops_nothing() {
    let workspace = TestWorkspace::of(PROJECT);
    let home = Home::beside(&workspace);
    let app = home.start(&workspace).await;
    app.open_by_typed_path(&workspace).await;
    let graphql = launch_of(&app, &[PROJECT]).await;
    let running = all_dagsters(&workspace.path(), STARTING).await;
    let beside = Beside {
        app: &app,
        home: &home,
        workspace: &workspace,
        graphql,
        running,
    };
    let desktop = Desktop::open();

    let dropped = beside.another("dropped here");
    let drag = desktop.drag_over(RUNS, &dropped).await;
    app.find("drop-veil").await;
    drag.leave();
    app.is_gone("drop-veil").await;
    desktop.drop_on(RUNS, &dropped).await;
    beside.has_a_window(&desktop, &dropped, 2).await;

    let picked = beside.another("picked");
    app.click("workspace-menu").await;
    app.click("menu-open").await;
    desktop
        .answer("Open workspace", picked.to_str().unwrap())
        .await;
    beside.has_a_window(&desktop, &picked, 3).await;

    let named = beside.another("named");
    home.start_again(workspace.around(), "named").await;
    beside.has_a_window(&desktop, &named, 4).await;

    // What is shown already comes to the front, and no window is made.
    let root = workspace.path();
    home.start_again(Path::new("/"), root.to_str().unwrap())
        .await;
    beside.has_a_window(&desktop, &root, 4).await;
    desktop.drop_on("named – Dagdeck", &dropped).await;
    beside.has_a_window(&desktop, &dropped, 4).await;

    app.kill();
    wait_until_none_mentions(&[workspace.around()]).await;
}
