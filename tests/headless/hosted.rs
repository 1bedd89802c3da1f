//! A workspace that an owner's process runs, as its hosts see it: what a test says and waits for.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use api::protocol::frozen::HostKind;
use api::{ApiError, Envelope, LaunchRequest, LocationView, Nothing, Snapshot, Step};
use attach::{Attached, Introduction, News, Owner, Subscription};
use serve::Reach;
use testkit::{TestWorkspace, eventually, mentioning};
use tokio::time::timeout;

use crate::launched::{STARTING, is_ready};

/// How long all that an owner ran may take to be gone once nobody holds it, or once it was killed.
pub(crate) const GONE: Duration = Duration::from_secs(5);

/// How often an owner looks whether it can still be found.
pub(crate) const LOOKS: Duration = Duration::from_secs(15);

/// A window, with which what runs ends.
pub(crate) const WINDOW: Introduction = Introduction {
    kind: HostKind::Window,
    holds: true,
};
/// A terminal in the foreground, with which what runs ends.
pub(crate) const TERMINAL: Introduction = Introduction {
    kind: HostKind::Terminal,
    holds: true,
};
/// A terminal that only looks.
pub(crate) const LOOKING: Introduction = Introduction {
    kind: HostKind::Terminal,
    holds: false,
};

/// The way to the owner of a workspace, which keeps its state in this folder.
pub(crate) fn reach(root: &Path, state: &Path) -> Reach {
    Reach {
        state_folder: state.to_owned(),
        root: root.to_owned(),
        program: crate::command::program(),
        environment: std::env::vars_os()
            .filter(|(name, _)| name != "DAGSTER_HOME" && name != "PYTHONDONTWRITEBYTECODE")
            .chain([("DAGDECK_STATE".into(), state.into())])
            .collect(),
    }
}

/// A host at the owner of any version, which is started where there is none.
pub(crate) async fn owner(reach: &Reach, host: Introduction) -> Result<Owner, ApiError> {
    let find = |socket| async move { Ok(Owner::find(socket, host).await?) };
    reach.existing_or_new(find).await
}

/// A host at an owner of this version, which is started where there is none.
pub(crate) async fn host(reach: &Reach, host: Introduction) -> Attached {
    owner(reach, host).await.unwrap().attach().unwrap()
}

/// Whether nobody owns a workspace and nothing of a former owner holds it.
pub(crate) fn is_free(reach: &Reach) -> bool {
    let lock = |path: PathBuf| File::options().read(true).write(true).open(path);
    let own = lock(dagdeck::owner_lock(&reach.state_folder, &reach.root)).unwrap();
    let guards = lock(dagdeck::guard_lock(&reach.state_folder, &reach.root)).unwrap();
    own.try_lock().is_ok() && guards.try_lock().is_ok()
}

/// Waits until no process has to do with a folder any more; answers how long that took.
pub(crate) async fn gone(around: &Path) -> Duration {
    let begun = Instant::now();
    let left = || -> Vec<_> {
        let left = mentioning(&[around]);
        left.iter()
            .map(|process| format!("{} {}", process.pid, process.line()))
            .collect()
    };
    let none = async || left().is_empty().then(|| begun.elapsed());
    let took = eventually(GONE * 4, none).await;
    took.unwrap_or_else(|| panic!("still running after {:?}:\n{}", GONE * 4, left().join("\n")))
}

/// The owners that have to do with a folder.
pub(crate) fn owners(around: &Path) -> Vec<u32> {
    let all = mentioning(&[around]);
    let owners = all.iter().filter(|process| {
        let words = &process.arguments;
        words.get(1).is_some_and(|word| word == serve::OWNER)
    });
    owners.map(|process| process.pid).collect()
}

/// Trusts the workspace, launches it and waits until every location is ready.
pub(crate) async fn launch(host: &Attached) {
    host.workspace_trust(Nothing {}).await.unwrap();
    host.launch(LaunchRequest::default()).await.unwrap();
    Current::of(host)
        .await
        .until("the launch has settled", |snapshot| {
            let workspace = snapshot.workspace.as_ref().unwrap();
            let mut locations = workspace.locations.iter();
            !workspace.launch.active && locations.all(is_ready)
        })
        .await;
}

/// How everything stands for one host, kept current by what it is told.
pub(crate) struct Current {
    news: Subscription,
    pub(crate) snapshot: Snapshot,
    /// Every event that was heard.
    pub(crate) heard: Vec<Envelope>,
}

impl Current {
    pub(crate) async fn of(host: &Attached) -> Self {
        let (snapshot, news) = host.subscribe().await.unwrap();
        Self {
            news,
            snapshot,
            heard: Vec::new(),
        }
    }

    pub(crate) fn location(&self, name: &str) -> &LocationView {
        let workspace = self.snapshot.workspace.as_ref().unwrap();
        let mut locations = workspace.locations.iter();
        locations.find(|location| location.name == name).unwrap()
    }

    /// Hears until it stands as `condition` says.
    pub(crate) async fn until(&mut self, what: &str, condition: impl Fn(&Snapshot) -> bool) {
        let hearing = async {
            while !condition(&self.snapshot) {
                match self.news.next().await.unwrap() {
                    News::Snapshot(snapshot) => self.snapshot = *snapshot,
                    News::Events(events) => {
                        for envelope in events {
                            assert_eq!(api::step(&self.snapshot, &envelope), Step::Next);
                            self.heard.push(envelope.clone());
                            api::apply(&mut self.snapshot, envelope);
                        }
                    }
                    News::Hosts(_) => {}
                }
            }
        };
        let heard = timeout(STARTING, hearing).await;
        heard.unwrap_or_else(|_| panic!("heard in vain until {what}"));
    }

    /// Hears until a location is as `condition` says.
    pub(crate) async fn until_location(
        &mut self,
        name: &str,
        what: &str,
        condition: impl Fn(&LocationView) -> bool,
    ) {
        self.until(&format!("{name}: {what}"), |snapshot| {
            let workspace = snapshot.workspace.as_ref().unwrap();
            let mut locations = workspace.locations.iter();
            locations.any(|location| location.name == name && condition(location))
        })
        .await;
    }
}

/// A launched workspace, which ends with the last host that holds it.
pub(crate) struct Hosted {
    pub(crate) workspace: TestWorkspace,
    pub(crate) reach: Reach,
}

impl Hosted {
    pub(crate) fn of(workspace: TestWorkspace) -> Self {
        let reach = reach(&workspace.path(), &workspace.state());
        Self { workspace, reach }
    }

    pub(crate) async fn host(&self, introduction: Introduction) -> Attached {
        host(&self.reach, introduction).await
    }

    /// Sees that all is gone within the time that there is for it, and that another could own the workspace.
    pub(crate) async fn is_gone(&self, after: &str) {
        let took = gone(self.workspace.around()).await;
        println!("all is gone {took:?} after {after}");
        assert!(took < GONE, "{took:?} after {after}");
        assert!(is_free(&self.reach), "the lock is free after {after}");
    }
}
