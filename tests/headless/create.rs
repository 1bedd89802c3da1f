//! Making workspaces and projects for real: the index, the scaffolder, uv.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use api::{
    ApiError, CreateFormRequest, CreateKind, CreatePlan, CreateSpec, CreateStart, Creation,
    CreationState, ErrorCode, FolderRequest, Nothing, StepState,
};
use dagdeck::{Deck, DeckOptions};
use process::GuardProgram;
use testkit::{FakeTool, TestDir, recording, wait_until, wait_until_none_mentions};

use crate::command::program;

/// How long making something may take on a busy machine.
const MAKING: Duration = Duration::from_secs(240);

/// A deck with a folder to make things in.
pub(crate) struct Maker {
    pub(crate) deck: Deck,
    pub(crate) folder: TestDir,
}

impl Maker {
    pub(crate) async fn new() -> Self {
        Self::with(&[]).await
    }

    /// The same in an environment with more variables.
    pub(crate) async fn with(variables: &[(&str, &str)]) -> Self {
        Self::at(TestDir::new(), variables).await
    }

    /// The same once more: what is only known while a deck lives is forgotten.
    async fn again(self) -> Self {
        self.deck.shut_down().await;
        Self::at(self.folder, &[]).await
    }

    async fn at(folder: TestDir, variables: &[(&str, &str)]) -> Self {
        let guard = GuardProgram {
            program: program(),
            arguments: vec!["guard".into()],
        };
        let mut options = DeckOptions::from_environment(guard);
        options.state_folder = folder.make("state");
        options.home = folder.make("home");
        for (name, value) in variables {
            let (name, value) = ((*name).to_owned(), (*value).to_owned());
            options.environment.insert(name, value);
        }
        let deck = Deck::start(options).await.unwrap();
        Self { deck, folder }
    }

    /// The answers as a form gives them, in the test's folder.
    pub(crate) async fn spec(&self, kind: CreateKind, name: &str) -> CreateSpec {
        let parent = Some(self.folder.make("made").display().to_string());
        let request = CreateFormRequest {
            kind,
            parent,
            name: None,
        };
        let form = self.deck.create_form(request).await.unwrap();
        assert_eq!(form.blocked, None);
        CreateSpec {
            name: name.to_owned(),
            dagster: "1.13.27".to_owned(),
            git: false,
            ..form.spec
        }
    }

    /// Begins to make what a plan of it shows now.
    pub(crate) async fn start(&self, spec: CreateSpec) -> Result<(), ApiError> {
        let CreatePlan { basis, .. } = self.deck.create_plan(spec.clone()).await?;
        let start = CreateStart { spec, basis };
        self.deck.create_start(start).await.map(drop)
    }

    async fn creation(&self) -> Option<Creation> {
        self.deck.snapshot_get(Nothing {}).await.unwrap().creation
    }

    /// Waits until it no longer runs.
    pub(crate) async fn made(&self) -> Creation {
        wait_until("it is made", MAKING, async || {
            self.creation()
                .await
                .is_none_or(|creation| creation.state != CreationState::Running)
        })
        .await;
        self.creation().await.unwrap()
    }

    /// Uses a uv from now on that stops where it is asked for something like `what`, once it has done it or before it begins,
    /// until the answered file is gone.
    async fn hold(&self, what: &str, done: bool) -> PathBuf {
        let held = self.folder.join("held");
        let made = Command::new("mkfifo").arg(&held).status();
        assert!(made.unwrap().success());
        let uv = process::tools::find("uv").unwrap().path;
        let (uv, stop) = (uv.display(), format!("cat '{}'", held.display()));
        let order = if done {
            format!("'{uv}' \"$@\"; {stop}; exit")
        } else {
            format!("{stop}; exec '{uv}' \"$@\"")
        };
        let body = format!(
            "[ -e '{}' ] && case \"$*\" in {what}) {order};; esac\nexec '{uv}' \"$@\"",
            held.display()
        );
        let uv = FakeTool::new(&self.folder.make("tools"), "uv", &body);
        let path = uv.program().display().to_string();
        self.deck.uv_pick(FolderRequest { path }).await.unwrap();
        held
    }

    pub(crate) fn path(&self, relative: &str) -> std::path::PathBuf {
        self.folder.join("made").join(relative)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_uv_that_did_not_say_which_pythons_there_are_is_asked_again() {
    let maker = Maker::new().await;
    let busy = maker.folder.make("busy");
    let body = format!(
        "case \"$*\" in 'python list'*) [ ! -e '{}' ] || exit 2;; esac\nexec '{}' \"$@\"",
        busy.display(),
        process::tools::find("uv").unwrap().path.display()
    );
    let uv = FakeTool::new(&maker.folder.make("tools"), "uv", &body);
    let path = uv.program().display().to_string();
    maker.deck.uv_pick(FolderRequest { path }).await.unwrap();
    let maker = maker.again().await;
    let pythons = async || {
        let request = CreateFormRequest {
            kind: CreateKind::Workspace,
            parent: None,
            name: None,
        };
        maker.deck.create_form(request).await.unwrap().pythons
    };
    assert_eq!(pythons().await, []);
    fs_err::remove_dir(busy).unwrap();
    assert_ne!(pythons().await, []);
    maker.deck.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_step_goes_on_and_the_rest_is_made() {
    let maker = Maker::new().await;
    let mut spec = maker.spec(CreateKind::Workspace, "acme").await;
    spec.first_project = Some("inventory".to_owned());
    let held = maker.hold("sync*", true).await;
    let webserver = maker.path("acme/deployments/local/.venv/bin/dagster-webserver");
    maker.start(spec.clone()).await.unwrap();
    let installing = async || {
        let creation = maker.creation().await.unwrap();
        assert_eq!(creation.state, CreationState::Running, "{creation:?}");
        let runs = |at: usize| {
            let step = &creation.steps[at];
            step.state == StepState::Running && !step.tail.is_empty()
        };
        runs(2) && runs(3) && webserver.exists()
    };
    let other = maker.start(spec).await.unwrap_err();
    assert_eq!(other.code, ErrorCode::Precondition, "one at a time");
    wait_until("packages are being installed", MAKING, installing).await;
    maker.deck.create_cancel(Nothing {}).await.unwrap();
    let creation = maker.made().await;
    assert_eq!(creation.state, CreationState::Cancelled);
    assert_eq!(creation.steps[2].state, StepState::Cancelled);
    assert_eq!(creation.steps[3].state, StepState::Cancelled, "beside it");
    assert_eq!(creation.failure, None);
    assert_eq!(creation.made, [maker.path("acme").display().to_string()]);
    wait_until_none_mentions(&[&maker.path("acme/deployments")]).await;

    fs_err::remove_file(held).unwrap();
    let packages = half_installed(
        &maker.path("acme/deployments/local/.venv"),
        &creation.spec.dagster,
    );

    maker.deck.create_retry(Nothing {}).await.unwrap();
    let creation = maker.made().await;
    assert_eq!(creation.state, CreationState::Succeeded, "{creation:?}");
    let ran = creation.steps[2].command.as_ref().unwrap();
    assert!(
        ran.shell.contains("--reinstall-package dagster_webserver"),
        "{}",
        ran.shell
    );
    assert!(packages.join("__init__.py").is_file());
    let [ui, project] = [2, 3].map(|at| &creation.steps[at]);
    let ui_ended = ui.started_at.unwrap() + ui.took.unwrap();
    assert!(project.started_at.unwrap() < ui_ended, "side by side");
    assert!(
        creation
            .steps
            .iter()
            .all(|step| step.state == StepState::Succeeded)
    );
    assert!(webserver.exists());
    for there in [
        "acme/projects/inventory/.venv/bin/python",
        "acme/projects/inventory/uv.lock",
    ] {
        assert!(maker.path(there).exists(), "{there}");
    }
    let path = creation.root.clone();
    let opened = maker
        .deck
        .workspace_open(FolderRequest { path })
        .await
        .unwrap();
    let workspace = opened.workspace.unwrap();
    assert!(workspace.trusted, "what Dagdeck made may run");
    assert_eq!(workspace.problems, []);
    assert_eq!(workspace.locations[0].name, "inventory");
    maker.deck.create_dismiss(Nothing {}).await.unwrap();
    assert_eq!(maker.creation().await, None);
    maker.deck.shut_down().await;
}

/// Leaves of the webserver what a sync that was ended may leave: a name without files, which uv takes for installed.
/// Answers where its files belong.
fn half_installed(environment: &Path, version: &str) -> PathBuf {
    let mut libraries = fs_err::read_dir(environment.join("lib")).unwrap();
    let library = libraries.next().unwrap().unwrap().path();
    let packages = library.join("site-packages");
    let info = packages.join(format!("dagster_webserver-{version}.dist-info"));
    let _absent_if_not_reached = fs_err::remove_dir_all(&info);
    let _absent_if_not_reached = fs_err::remove_dir_all(packages.join("dagster_webserver"));
    fs_err::create_dir(&info).unwrap();
    let metadata = format!("Metadata-Version: 2.1\nName: dagster-webserver\nVersion: {version}\n");
    fs_err::write(info.join("METADATA"), metadata).unwrap();
    packages.join("dagster_webserver")
}

/// What the wizards offer is the newest release that was recorded whole, and what is newer is told with what it lacks.
#[tokio::test(flavor = "multi_thread")]
async fn the_newest_version_is_one_of_which_every_package_is_published() {
    let recording = recording();
    let maker = Maker::new().await;
    let versions = maker.deck.create_versions(Nothing {}).await.unwrap();
    assert_eq!(versions.unreachable, None);
    assert_eq!(versions.newest.as_deref(), Some(recording.newest_whole()));
    let skipped = versions.skipped.as_ref();
    let skipped = skipped.map(|one| (one.version.as_str(), one.missing.clone()));
    let partial = recording.newest_partial();
    let partial = partial.map(|(version, lacking)| {
        let lacking: Vec<String> = lacking.into_iter().map(str::to_owned).collect();
        (version, lacking)
    });
    assert_eq!(skipped, partial);
    // Typed by hand, it is refused with the packages named and the working version one click away.
    let (partial, lacking) = recording.a_partial().unwrap();
    let mut spec = maker.spec(CreateKind::Workspace, "acme").await;
    partial.clone_into(&mut spec.dagster);
    let plan = maker.deck.create_plan(spec.clone()).await.unwrap();
    let remark = plan.remarks.iter().find(|remark| remark.blocks).unwrap();
    assert!(
        lacking
            .iter()
            .all(|package| remark.message.contains(package)),
        "{remark:?}"
    );
    assert_eq!(remark.instead.as_deref(), Some(recording.newest_whole()));
    let refused = maker.start(spec).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Invalid);
    assert!(!maker.path("acme").exists());
    maker.deck.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_cancelled_can_be_removed_and_dg_toml_is_as_it_was() {
    let maker = Maker::new().await;
    let mut spec = maker.spec(CreateKind::Workspace, "acme").await;
    spec.sync = false;
    // What came in between is named, and left alone.
    let CreatePlan { basis, .. } = maker.deck.create_plan(spec.clone()).await.unwrap();
    let start = CreateStart {
        spec: spec.clone(),
        basis,
    };
    fs_err::create_dir(maker.path("acme")).unwrap();
    let refused = maker.deck.create_start(start.clone()).await.unwrap_err();
    let place = format!("The folder {} changed since", maker.path("acme").display());
    assert!(refused.message.starts_with(&place), "{refused:?}");
    fs_err::remove_dir(maker.path("acme")).unwrap();
    maker.deck.create_start(start).await.unwrap();
    assert_eq!(maker.made().await.state, CreationState::Succeeded);
    let refused = maker.deck.create_remove(Nothing {}).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Precondition, "it is whole");
    let config = maker.path("acme/dg.toml");
    let text = fs_err::read_to_string(&config).unwrap() + "# a person's own line\n";
    fs_err::write(&config, &text).unwrap();

    let mut spec = maker.spec(CreateKind::Project, "projects/doomed").await;
    spec.parent = maker.path("acme").display().to_string();
    maker.hold("sync*", false).await;
    maker.start(spec).await.unwrap();
    let syncing = async || {
        let steps = maker.creation().await.unwrap().steps;
        steps
            .iter()
            .any(|step| step.title.starts_with("Install") && step.state == StepState::Running)
    };
    wait_until("it syncs", MAKING, syncing).await;
    assert!(
        fs_err::read_to_string(&config)
            .unwrap()
            .contains("projects/doomed")
    );
    let refused = maker.deck.create_remove(Nothing {}).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Precondition, "it runs");
    maker.deck.create_cancel(Nothing {}).await.unwrap();
    let creation = maker.made().await;
    let folder = maker.path("acme/projects/doomed");
    assert_eq!(creation.made, [folder.display().to_string()]);
    maker.deck.create_remove(Nothing {}).await.unwrap();
    assert_eq!(maker.creation().await, None);
    assert!(!folder.exists());
    assert_eq!(fs_err::read_to_string(&config).unwrap(), text);
    #[cfg(target_os = "linux")]
    {
        use trash::os_limited::{list, purge_all};
        let items = list().unwrap().into_iter();
        let ours: Vec<_> = items
            .filter(|item| item.original_path() == folder)
            .collect();
        assert_eq!(ours.len(), 1, "it is in the trash");
        purge_all(ours).unwrap();
    }
    maker.deck.shut_down().await;
}

/// Cancelled in the step of the scaffolder, whatever that left: the same button goes on.
#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_scaffolder_begins_again() {
    let maker = Maker::new().await;
    let mut spec = maker.spec(CreateKind::Workspace, "acme").await;
    spec.sync = false;
    let held = maker.hold("*create-dagster*", false).await;
    maker.start(spec).await.unwrap();
    let running = async || maker.creation().await.unwrap().steps[0].state == StepState::Running;
    wait_until("the scaffolder runs", MAKING, running).await;
    maker.deck.create_cancel(Nothing {}).await.unwrap();
    let creation = maker.made().await;
    assert_eq!(creation.state, CreationState::Cancelled);
    assert!(creation.made.is_empty() && !maker.path("acme").exists());
    // As if it had been stopped between two files.
    fs_err::create_dir_all(maker.path("acme/deployments/local")).unwrap();
    fs_err::write(maker.path("acme/dg.toml"), "directory_type = \"work").unwrap();
    fs_err::remove_file(held).unwrap();
    maker.deck.create_retry(Nothing {}).await.unwrap();
    let creation = maker.made().await;
    assert_eq!(creation.state, CreationState::Succeeded, "{creation:?}");
    assert!(
        maker
            .path("acme/deployments/local/pyproject.toml")
            .is_file()
    );
    maker.deck.shut_down().await;
}

/// What the scaffolder does not write is never taken away.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_put_there_meanwhile_is_left_alone() {
    let maker = Maker::new().await;
    let mut spec = maker.spec(CreateKind::Workspace, "acme").await;
    spec.sync = false;
    let held = maker.hold("*create-dagster*", false).await;
    maker.start(spec).await.unwrap();
    let running = async || maker.creation().await.unwrap().steps[0].state == StepState::Running;
    wait_until("the scaffolder runs", MAKING, running).await;
    maker.deck.create_cancel(Nothing {}).await.unwrap();
    maker.made().await;
    fs_err::create_dir_all(maker.path("acme")).unwrap();
    fs_err::write(maker.path("acme/thesis.txt"), "years of work").unwrap();
    fs_err::remove_file(held).unwrap();
    maker.deck.create_retry(Nothing {}).await.unwrap();
    let creation = maker.made().await;
    assert_eq!(creation.state, CreationState::Failed);
    let failure = creation.failure.unwrap();
    assert!(failure.message.contains("thesis.txt"), "{failure:?}");
    assert!(!failure.hints.is_empty());
    assert!(maker.path("acme/thesis.txt").is_file());
    maker.deck.shut_down().await;
}
