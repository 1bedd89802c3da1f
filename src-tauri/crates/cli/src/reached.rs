//! A workspace's owner as a terminal comes to it: found, or started where there is none.
//!
//! Whatever runs or changes something in a workspace is done by its owner, so that a window sees it live and what runs is
//! stopped and started rightly. Owns what a terminal says where it can't come to one. Refuses to hold what runs: `up` does.

mod current;
pub(crate) mod look;
mod words;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use api::protocol::environment::Difference;
use api::protocol::frozen::HostKind;
use api::{ApiError, Nothing, Snapshot, WorkspaceKind, WorkspaceView};
use attach::{Attached, Introduction, Owner};
use serve::{Leftovers, Reach};
use terminal::Shell;
use tokio::time::timeout;

use crate::environment::environment;
use crate::error::{CliError, tell};
use crate::reached::look::Found;

pub(crate) use self::current::{Current, New};
use self::words::{another_environment, no_room};
pub(crate) use self::words::{down_command, of_another_version};

/// What is said when the owner ends while a terminal needs it.
const GONE: &str = "The Dagdeck process that runs this workspace has ended, and with it all that it ran: `dagdeck start` launches it again.";

/// How often it is tried again where the owner goes while a terminal comes.
const AGAIN: u32 = 5;
/// How long an owner that refused may take to be gone, if that was why.
const GOING: Duration = Duration::from_secs(1);

/// A terminal looks, until it says that it holds what runs.
const TERMINAL: Introduction = Introduction {
    kind: HostKind::Terminal,
    holds: false,
};

/// A workspace, and the way to its owner.
#[derive(Debug)]
pub(crate) struct ReachedWorkspace {
    pub(crate) root: PathBuf,
    environment: BTreeMap<String, String>,
    reach: Reach,
}

impl ReachedWorkspace {
    /// The workspace that a folder is, or is in.
    pub(crate) fn of(path: &Path) -> Result<Self, CliError> {
        let folder = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        Self::at(dagdeck::folder::root_of(&folder))
    }

    /// The workspace of a folder of which something is asked that runs. A project that lies in a workspace is run by that one, unless
    /// it is run alone.
    pub(crate) async fn that_runs(path: &Path) -> Result<Self, CliError> {
        let place = Self::of(path)?;
        let Some(around) = dagdeck::folder::workspace_around(&place.root) else {
            return Ok(place);
        };
        let around = Self::at(around)?;
        let runs = place.owner().await?.is_none() && around.owner().await?.is_some();
        Ok(if runs { around } else { place })
    }

    /// The one with this root, by its real path.
    pub(crate) fn at(root: PathBuf) -> Result<Self, CliError> {
        let program = std::env::current_exe().map_err(|error| {
            CliError::Failed(format!("can't find its own program file: {error}"))
        })?;
        let environment = environment();
        let home = std::env::home_dir().unwrap_or_else(std::env::temp_dir);
        let reach = Reach {
            state_folder: dagdeck::state_folder(&environment, &home),
            root: root.clone(),
            program,
            environment: std::env::vars_os().collect(),
        };
        Ok(Self {
            root,
            environment,
            reach,
        })
    }

    /// Whether an owner that was reached is gone by now, or goes: it says so before it forgets anything.
    pub(crate) async fn has_ended(&self, reached: &Owner) -> bool {
        reached.is_gone()
            || match self.look().await {
                Found::Owner(owner, _) => {
                    owner.hello().goes || owner.hello().pid != reached.hello().pid
                }
                Found::Nobody | Found::Ending(_) => true,
                // Whatever is wrong with it was told already.
                Found::Silent(_) => false,
            }
    }

    /// Its owner, of any version; none where nobody runs it.
    pub(crate) async fn owner(&self) -> Result<Option<Owner>, ApiError> {
        let find = |socket| async { Ok(Owner::find(socket, TERMINAL).await?) };
        self.reach.existing(find).await
    }

    /// Who runs it, for one that only looks.
    pub(crate) async fn look(&self) -> Found {
        look::at(&self.reach, TERMINAL).await
    }

    /// Makes sure that nothing is left of what an owner ran that is gone.
    pub(crate) async fn leave_nothing(&self) -> Result<Leftovers, ApiError> {
        let has_owner = async || Ok(self.owner().await?.is_some());
        self.reach.leave_nothing(has_owner).await
    }

    /// Attaches to its owner, which is started where there is none.
    pub(crate) async fn attached(&self) -> Result<Attached, CliError> {
        let find = |socket| async { Ok::<_, ApiError>(Owner::find(socket, TERMINAL).await?) };
        let owner = match self.reach.existing_or_new(find).await {
            Ok(owner) => owner,
            Err(refused) => return Err(self.why_none(refused)),
        };
        self.attach(&owner)
    }

    /// Speaks to an owner, if it is of this version.
    pub(crate) fn attach(&self, owner: &Owner) -> Result<Attached, CliError> {
        owner.attach().map_err(|_| {
            let who = of_another_version(owner.hello(), &self.root);
            CliError::Failed(format!(
                "{who}\n  Then do this again, and this Dagdeck runs it."
            ))
        })
    }

    /// Why it has no owner: most of all a state folder that can't be written.
    fn why_none(&self, refused: ApiError) -> CliError {
        match self.reach.room_for_owner() {
            Ok(()) => refused.into(),
            Err(error) => CliError::Failed(no_room(&self.reach.state_folder, &error)),
        }
    }
}

/// A terminal that is attached to a workspace of which it knows how everything stands.
pub(crate) struct Reached {
    pub(crate) attached: Attached,
    pub(crate) current: Current,
    /// The workspace as it stood at first, or when its folder was read for this terminal.
    pub(crate) workspace: WorkspaceView,
    /// How many process trees ran before.
    pub(crate) running: u64,
    /// In what the owner's environment differs from this terminal's.
    pub(crate) differs: Vec<Difference>,
}

impl Reached {
    /// Attaches to the owner of the workspace at a path, which is started where there is none, and says first what there is to
    /// know; ends with 2 where there is no workspace.
    pub(crate) async fn workspace(path: &Path) -> Result<Self, CliError> {
        crate::expected::workspace(path)?;
        Self::to(&ReachedWorkspace::of(path)?).await
    }

    /// The same for a workspace that is known to be one.
    pub(crate) async fn to(place: &ReachedWorkspace) -> Result<Self, CliError> {
        let reached = Self::and(place, async |reached| Ok(reached)).await?;
        reached.tell_first();
        Ok(reached)
    }

    /// Attaches to the owner of a workspace, which is started where there is none, and does what is to be done first. Where the
    /// owner goes meanwhile, for it was another host's that left, it is all done again with the next.
    pub(crate) async fn and<Done>(
        place: &ReachedWorkspace,
        first: impl AsyncFn(Self) -> Result<Done, CliError>,
    ) -> Result<Done, CliError> {
        let mut again = AGAIN;
        loop {
            let attached = place.attached().await?;
            let owner = attached.owner().clone();
            let done = match Self::by(place, attached).await {
                Ok(reached) => first(reached).await,
                Err(error) => Err(error),
            };
            if done.is_ok() || again == 0 || !goes(&owner).await {
                return done;
            }
            again -= 1;
        }
    }

    /// Attaches to the owner of the workspace at a path; none where it has none.
    pub(crate) async fn if_owned(path: &Path) -> Result<Option<Self>, CliError> {
        let place = ReachedWorkspace::of(path)?;
        match place.owner().await? {
            Some(owner) => Ok(Some(Self::by_owner(&place, &owner).await?)),
            None => Ok(None),
        }
    }

    /// Attaches to the owner of the workspace of a folder of which something is asked that runs, and says first what there is to
    /// know; fails where nobody runs it, and ends with 2 where there is no workspace, or no location of one of these names.
    pub(crate) async fn running(path: &Path, names: &[String]) -> Result<Self, CliError> {
        crate::expected::workspace(path)?;
        let place = ReachedWorkspace::that_runs(path).await?;
        let owner = place.owner().await?;
        let Some(owner) = owner else {
            crate::names::known_where_nothing_runs(&place.root, names)?;
            return Err(nothing_runs(&place));
        };
        let reached = Self::by_owner(&place, &owner).await?;
        reached.tell_first();
        Ok(reached)
    }

    /// Attaches to an owner that was found.
    pub(crate) async fn by_owner(
        place: &ReachedWorkspace,
        owner: &Owner,
    ) -> Result<Self, CliError> {
        Self::by(place, place.attach(owner)?).await
    }

    async fn by(place: &ReachedWorkspace, attached: Attached) -> Result<Self, CliError> {
        let running = attached.owner().status().await?.running;
        let differs = attached.compare(&place.environment).await?;
        let current = Current::of(&attached).await?;
        match current.shown.workspace.clone() {
            Some(workspace) if workspace.kind != WorkspaceKind::NotAWorkspace => Ok(Self {
                attached,
                current,
                workspace,
                running,
                differs,
            }),
            _ => Err(CliError::NoWorkspace(format!(
                "{} is not a Dagster workspace or project.",
                place.root.display()
            ))),
        }
    }

    /// Says what there is to know of Dagdeck's own state, and in what the owner's environment differs from this terminal's, for
    /// the owner's counts.
    pub(crate) fn tell_first(&self) {
        tell_notices(&self.current.shown);
        if let Some(words) = another_environment(&self.differs) {
            anstream::eprintln!("{words}");
        }
        let instance = &self.workspace.instance;
        if let Some(problem) = &instance.problem {
            anstream::eprintln!("dagdeck: {problem}. In use: {}.", instance.path);
        }
    }

    /// Has the folder read as it is now: what was saved a moment ago decides what can start, and no word of it may have come yet.
    pub(crate) async fn read_folder(&mut self) -> Result<(), CliError> {
        self.attached.workspace_read(Nothing {}).await?;
        self.current.shown = self.attached.snapshot_get(Nothing {}).await?;
        self.workspace = self.shown()?.clone();
        Ok(())
    }

    /// Makes sure that what this terminal starts goes on when it goes: where nobody holds what runs, or left it running, it is left
    /// running from now on.
    pub(crate) async fn keep(&mut self) -> Result<(), CliError> {
        while !self.current.met {
            self.current.next().await?;
        }
        let hosts = self.current.hosts;
        if hosts.holders == 0 && !hosts.kept {
            self.attached.detach().await?;
        }
        Ok(())
    }

    /// The workspace as it stands now.
    pub(crate) fn shown(&self) -> Result<&WorkspaceView, CliError> {
        self.current
            .shown
            .workspace
            .as_ref()
            .ok_or_else(crate::error::closed)
    }

    /// Whether a launch is under way.
    pub(crate) fn launch_is_active(&self) -> Result<bool, CliError> {
        Ok(self.shown()?.launch.active)
    }

    /// Lets programs run in the workspace from now on.
    pub(crate) async fn trust(&self) -> Result<(), CliError> {
        self.attached.workspace_trust(Nothing {}).await?;
        Ok(())
    }
}

/// What is said where nobody runs a workspace of which something was asked that runs.
pub(crate) fn nothing_runs(place: &ReachedWorkspace) -> CliError {
    let root = place.root.display();
    CliError::Failed(format!(
        "Nothing of {root} runs: `dagdeck start` launches it."
    ))
}

/// Whether an owner that took nothing any more goes: that is heard a moment after.
pub(crate) async fn goes(owner: &Owner) -> bool {
    timeout(GOING, owner.gone()).await.is_ok()
}

/// The last words of a terminal that ends at once: what the owner goes on with, and how it is ended.
pub(crate) fn goes_on_alone(owner: &Owner, with: &str) -> String {
    let pid = owner.hello().pid;
    format!(
        "This terminal ends, and process {pid} goes on {with}. Where that hangs, `{}` ends it with all that it runs.",
        Shell::HERE.kill(pid)
    )
}

/// Says what there is to know of Dagdeck's own state: that a damaged file was set aside, that nothing can be remembered.
pub(crate) fn tell_notices(shown: &Snapshot) {
    for notice in &shown.notices {
        tell(notice);
    }
}
