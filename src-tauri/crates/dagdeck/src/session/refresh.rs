//! Reads the folder again and puts what changed on the board; asks uv about environments in a trusted folder.

use std::sync::Arc;
use std::time::Duration;

use dagster::command;
use futures::StreamExt;
use process::CancellationToken;

use super::Session;
use crate::operations::{Begun, command_view};
use crate::present;
use crate::unit::Ask;
use crate::wire::{EnvironmentState, EnvironmentView, Lifecycle, OperationState};

/// How long uv may take to compare one environment with its lockfile.
const CHECK_LIMIT: Duration = Duration::from_secs(30);
/// How many environments are compared at once.
const AT_ONCE: usize = 4;

impl Session {
    /// Reads the folder again and shows what differs. Locations that come in are started if they were wanted.
    pub(crate) async fn refresh(self: &Arc<Self>) {
        let before = self.site.reading();
        // The old reading stays where the new one can't be had; its reason is an internal error that the log has.
        let Ok(reading) = self.site.read_again(true).await else {
            return;
        };
        let ids = |reading: &workspace::Reading| -> Vec<String> {
            reading
                .projects
                .iter()
                .map(|project| project.id.clone())
                .collect()
        };
        self.match_units().await;
        if ids(&before) == ids(&reading) {
            self.show_parts();
        } else {
            self.show_whole_keeping_watch();
        }
        self.show_launch();
        self.start_wanted().await;
        self.tell_webserver_of_workspace().await;
        self.check_environments();
    }

    fn show_whole_keeping_watch(&self) {
        let watching = self
            .site
            .context
            .board
            .read(|snapshot| snapshot.workspace.as_ref().map(|one| one.watching.clone()));
        let mut view = self.whole();
        view.watching = watching.unwrap_or_default();
        self.site.context.board.set_workspace(Some(view));
    }

    /// Puts the parts of the reading on the board one by one, leaving what runs as it is shown.
    fn show_parts(&self) {
        let board = &self.site.context.board;
        let mut fresh = self.whole();
        for location in std::mem::take(&mut fresh.locations) {
            board.change_location(&location.id.clone(), |shown| {
                let environment = keep_checked(&shown.environment, location.environment);
                shown.name = location.name;
                shown.module = location.module;
                shown.environment = environment;
                shown.command = location.command;
                shown.sync = location.sync;
                shown.blocked = location.blocked;
                shown.auto_reload = location.auto_reload;
                shown.problems = location.problems;
            });
        }
        for (name, service) in [
            (crate::wire::ServiceName::Webserver, fresh.webserver),
            (crate::wire::ServiceName::Daemon, fresh.daemon),
        ] {
            board.change_service(name, |shown| {
                shown.command = service.command;
                shown.blocked = service.blocked;
            });
        }
        board.change_workspace(|shown| {
            shown.name = fresh.name;
            shown.config = fresh.config;
            shown.trusted = fresh.trusted;
            shown.trust_plan = fresh.trust_plan;
            shown.problems = fresh.problems;
            shown.deployment = fresh.deployment;
            shown.instance = fresh.instance;
            shown.nearby = fresh.nearby;
        });
    }

    /// Starts locations that the person wants and that nothing keeps down any more.
    async fn start_wanted(&self) {
        for project in &self.site.reading().projects {
            let Ok(unit) = self.location(&project.id) else {
                continue;
            };
            let never_started = matches!(unit.shown().lifecycle, Lifecycle::Stopped { .. });
            if self.site.is_wanted(&project.id)
                && never_started
                && present::blocked(project).is_none()
            {
                unit.ask(Ask::Start).await;
            }
        }
    }

    /// Asks uv about every environment with a lockfile, a few at a time, if the folder is trusted and uv is there.
    pub(crate) fn check_environments(self: &Arc<Self>) {
        if !self.site.is_trusted() {
            return;
        }
        let session = Arc::clone(self);
        tokio::spawn(async move {
            session.site.context.awake().await;
            let Some(uv) = session.site.context.uv().await else {
                return;
            };
            let reading = session.site.reading();
            let locked: Vec<_> = reading
                .projects
                .iter()
                .filter(|project| {
                    project.environment.lockfile.is_some() && project.environment.can_run()
                })
                .map(|project| {
                    (
                        project.id.clone(),
                        command::sync_check(&uv, &project.folder),
                    )
                })
                .collect();
            let Some((_, first)) = locked.first() else {
                return;
            };
            let count = locked.len();
            let operation = session.site.context.operations.begin(Begun {
                title: format!(
                    "Checking {count} {}",
                    if count == 1 {
                        "environment"
                    } else {
                        "environments"
                    }
                ),
                command: Some(command_view(first)),
                passing: true,
                ..Begun::default()
            });
            futures::stream::iter(locked)
                .for_each_concurrent(AT_ONCE, |(id, command)| {
                    let session = Arc::clone(&session);
                    async move { session.check_environment(&id, &command).await }
                })
                .await;
            let title = format!(
                "Checked {count} {}",
                if count == 1 {
                    "environment"
                } else {
                    "environments"
                }
            );
            session
                .site
                .context
                .operations
                .end(operation, OperationState::Succeeded, Some(title));
        });
    }

    async fn check_environment(&self, id: &str, command: &process::CommandLine) {
        let finished = self
            .site
            .context
            .table
            .run(command, None, CHECK_LIMIT, &CancellationToken::new())
            .await;
        // uv that can't answer leaves what the files tell; its words are in no way about the person's project.
        let Ok(finished) = finished else { return };
        let Ok(check) = dagster::uv::parse_sync_check(&String::from_utf8_lossy(&finished.stdout))
        else {
            return;
        };
        self.site.context.board.change_location(id, |location| {
            let environment = &mut location.environment;
            environment.checked_by_uv = true;
            environment.lockfile_fresh = Some(!check.lock_outdated);
            if environment.state == EnvironmentState::Syncing {
                return;
            }
            if check.outdated {
                environment.state = EnvironmentState::OutOfSync;
                environment.detail = match check.changes.len() {
                    0 => "uv.lock is older than pyproject.toml".to_owned(),
                    1 => "1 package differs".to_owned(),
                    count => format!("{count} packages differ"),
                };
            } else if environment.state == EnvironmentState::OutOfSync
                || environment.state == EnvironmentState::Unknown
            {
                environment.state = EnvironmentState::Ready;
                environment.detail = match environment.packages {
                    Some(count) => format!("{count} packages"),
                    None => "matches uv.lock".to_owned(),
                };
            }
        });
    }
}

/// What uv said stays until it is asked again, as long as the files tell nothing new.
fn keep_checked(shown: &EnvironmentView, read: EnvironmentView) -> EnvironmentView {
    if shown.state == EnvironmentState::Syncing {
        return EnvironmentView {
            state: shown.state,
            detail: shown.detail.clone(),
            ..read
        };
    }
    let same = shown.checked_by_uv
        && shown.packages == read.packages
        && shown.interpreter == read.interpreter;
    if same && read.state == EnvironmentState::Ready {
        EnvironmentView {
            state: shown.state,
            detail: shown.detail.clone(),
            checked_by_uv: true,
            lockfile_fresh: shown.lockfile_fresh,
            ..read
        }
    } else {
        read
    }
}
