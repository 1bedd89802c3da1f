//! `uv sync` for one location's environment, on the record and in a log of its own.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use dagster::command;
use process::CommandLine;
use workspace::Project;

use super::{Session, Site, view};
use crate::operations::{Begun, Once};
use crate::wire::{ApiError, EnvironmentState};

/// How long a sync may take: a slow network and large packages.
const LIMIT: Duration = Duration::from_secs(3600);

impl Session {
    /// Runs `uv sync` in a project's folder and returns once it began; the board tells the rest.
    pub(crate) async fn sync_location(self: &Arc<Self>, id: &str) -> Result<(), ApiError> {
        self.site.require_trust()?;
        let project = self.site.project(id)?;
        let uv = self.site.context.uv().await.ok_or_else(view::uv_missing)?;
        self.site.context.learn_pythons().await;
        let command = command_of(&self.site, &project, &uv);
        let log = format!("sync:{id}");
        let writer = self.site.writer(&log, crate::operations::line(&command))?;
        self.site.context.board.change_location(id, |location| {
            location.environment.state = EnvironmentState::Syncing;
            location.environment.detail = "uv sync".to_owned();
        });
        let session = Arc::clone(self);
        let id = id.to_owned();
        tokio::spawn(async move {
            let context = &session.site.context;
            let once = Once {
                begun: Begun {
                    title: format!("Syncing {}", project.name),
                    location: Some(id.clone()),
                    log: Some(log),
                    ..Begun::default()
                },
                done: Some(format!("Synced {}", project.name)),
                command: &command,
                writer: Some(writer),
                limit: LIMIT,
                environment: Some(project.environment.path.clone()),
            };
            // The record tells how it went.
            let _ = context
                .operations
                .run(&context.table, once, &session.ended)
                .await;
            session.site.context.board.change_location(&id, |location| {
                location.environment.state = EnvironmentState::Unknown;
                location.environment.checked_by_uv = false;
            });
            session.refresh().await;
        });
        Ok(())
    }
}

/// What a sync of a project runs.
pub(super) fn command_of(site: &Site, project: &Project, uv: &Path) -> CommandLine {
    let command = command::sync(uv, &project.folder);
    match site.context.python_for(project) {
        Some(python) => command.arg("--python").arg(python.display().to_string()),
        None => command,
    }
}
