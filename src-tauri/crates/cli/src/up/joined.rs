//! How a terminal comes to a workspace: it attaches to the owner, and holds what runs unless it ran before.

use std::collections::BTreeMap;
use std::path::Path;

use api::protocol::environment::Difference;
use api::protocol::frozen::{HostKind, Status};
use api::{ApiError, Lifecycle, Snapshot, WorkspaceKind, WorkspaceView};
use attach::{Attached, Introduction, News, Owner, Subscription};
use dagdeck::DeckOptions;
use process::GuardProgram;
use serve::Reach;

use super::{GONE, progress};
use crate::arguments::Up;
use crate::end::End;

/// A terminal looks, until it is known that nothing ran before.
const TERMINAL: Introduction = Introduction {
    kind: HostKind::Terminal,
    holds: false,
};

/// A terminal that is attached to a workspace.
pub(super) struct Joined {
    pub(super) attached: Attached,
    pub(super) news: Subscription,
    /// How everything stood then.
    pub(super) shown: Snapshot,
    pub(super) workspace: WorkspaceView,
    /// How the owner stood before.
    before: Status,
    /// In what its environment differs from this terminal's.
    differs: Vec<Difference>,
}

impl Joined {
    /// Attaches to the owner of the workspace at a path, which is started where there is none.
    pub(super) async fn to(path: &Path) -> Result<Self, End> {
        // Says in its own words why a folder is no workspace, and what is nearby.
        crate::status::read(path, false)?;
        let program = std::env::current_exe()
            .map_err(|error| End::Failed(format!("can't find its own program file: {error}")))?;
        let guard = GuardProgram {
            program: program.clone(),
            arguments: Vec::new(),
        };
        let options = DeckOptions::from_environment(guard);
        let folder = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let reach = Reach {
            state_folder: options.state_folder,
            root: dagdeck::folder::root_of(&folder),
            program,
            without: Vec::new(),
            with: BTreeMap::new(),
        };
        let find = |socket| async { Ok::<_, ApiError>(Owner::find(socket, TERMINAL).await?) };
        let owner = reach.existing_or_new(find).await?;
        let attached = owner.attach().map_err(ApiError::from)?;
        let before = owner.status().await?;
        let differs = if before.running > 0 {
            attached.compare(&options.environment).await?
        } else {
            attached.hold().await?;
            Vec::new()
        };
        let mut news = attached.subscribe().await?;
        let Some(News::Snapshot(shown)) = news.next().await else {
            return Err(End::Failed(GONE.to_owned()));
        };
        match shown.workspace.clone() {
            Some(workspace) if workspace.kind != WorkspaceKind::NotAWorkspace => Ok(Self {
                attached,
                news,
                shown: *shown,
                workspace,
                before,
                differs,
            }),
            _ => Err(End::NoWorkspace(format!(
                "{} is not a Dagster workspace or project.",
                folder.display()
            ))),
        }
    }

    /// Whether something ran before.
    pub(super) fn joins(&self) -> bool {
        self.before.running > 0
    }

    /// Whether a webserver runs already, so that a port can't be chosen.
    pub(super) fn serves(&self) -> bool {
        matches!(
            self.workspace.webserver.lifecycle,
            Lifecycle::Running { .. } | Lifecycle::Starting { .. }
        )
    }

    /// Says what there is to know where the workspace ran before.
    pub(super) fn say(&self, what: &Up) -> Result<(), End> {
        if !self.joins() {
            return Ok(());
        }
        let url = self.workspace.webserver.url.as_deref();
        progress::joined(&self.workspace.name, url.filter(|_| self.serves()));
        if let (Some(port), true) = (what.port, self.serves()) {
            let kept = url.is_some_and(|url| url.ends_with(&format!(":{port}")));
            if !kept {
                progress::note(&format!(
                    "Port {port} was not taken: the webserver keeps the one that it has."
                ));
            }
        }
        if !self.differs.is_empty() {
            let names: Vec<&str> = self.differs.iter().map(|one| one.name.as_str()).collect();
            progress::note(&format!(
                "It was started with another environment than this terminal's: {} differ. To run it with this one, \
                 stop it where it was started, then start it here.",
                names.join(", ")
            ));
        }
        Ok(())
    }
}
