//! Reads the folder again and puts what changed on the board.

use std::sync::Arc;

use super::Session;
use crate::unit::Ask;
use api::{DeploymentView, EnvironmentState, EnvironmentView, Lifecycle};

impl Session {
    /// Reads the folder again and shows what differs. Locations that come in are started if they were wanted.
    pub(crate) async fn refresh(self: &Arc<Self>) {
        self.read_and_show().await;
        self.check_environments(false);
    }

    /// As [`Self::refresh`], and returns when uv has answered; `anew` also about what nothing tells to have changed.
    pub(crate) async fn refresh_and_ask_uv(self: &Arc<Self>, anew: bool) {
        self.read_and_show().await;
        if self.site.is_trusted() {
            self.ask_uv_about_all(anew).await;
        }
    }

    /// As [`Self::refresh`], without asking uv about every environment.
    pub(crate) async fn read_and_show(self: &Arc<Self>) {
        // One after the other: a later one would find nothing gone that an earlier one is still stopping.
        let turn = self.refreshing.lock().await;
        // A close waits for this turn, and never for a folder that does not answer.
        let read = self.site.read_again(true);
        let read = self.ended.run_until_cancelled(read).await;
        // The old reading stays where the new one can't be had; its reason is an internal error that the log has.
        let Some(Ok(reading)) = read else {
            return;
        };
        self.match_units().await;
        // Another workspace may be on the board by now.
        if self.ended.is_cancelled() {
            return;
        }
        let shows = self.site.context.board.read(|snapshot| {
            let shown = snapshot.workspace.iter().flat_map(|one| &one.locations);
            shown
                .map(|location| &location.id)
                .eq(reading.projects.iter().map(|project| &project.id))
        });
        if shows {
            self.show_parts();
        } else {
            self.show_whole_keeping_watch();
        }
        self.show_launch();
        // Within the turn: a close that waits for it stops these too.
        self.start_wanted().await;
        drop(turn);
        self.tell_webserver_of_workspace().await;
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
            (api::ServiceName::Webserver, fresh.webserver),
            (api::ServiceName::Daemon, fresh.daemon),
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
            shown.deployment = match (shown.deployment.take(), fresh.deployment) {
                (Some(shown), Some(read)) => Some(DeploymentView {
                    environment: keep_checked(&shown.environment, read.environment),
                    ..read
                }),
                (_, read) => read,
            };
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
                && self.site.startable(&project.id).is_ok()
            {
                self.tell(&unit, Ask::Start).await;
            }
        }
    }
}

/// What uv said stays until it is asked again, as long as the files tell nothing new.
fn keep_checked(shown: &EnvironmentView, read: EnvironmentView) -> EnvironmentView {
    if shown.state == EnvironmentState::Syncing || read.state == EnvironmentState::Syncing {
        return read;
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
