//! One code location.

use std::sync::Arc;

use api::{Lifecycle, LocationView, Readiness};
use process::CommandLine;
use workspace::Project;

use super::{EnvironmentModel, blocked, code, command_view, environment, files};
use crate::state::KnownDefinitions;
use unit::Shown;

/// How many colours there are for sources.
const COLORS: usize = 8;

/// What is known of one code location.
pub(crate) struct LocationModel<'a> {
    /// Its place among the locations, from 0.
    pub(crate) place: usize,
    /// What was read of it.
    pub(crate) project: &'a Project,
    pub(crate) environment: EnvironmentModel<'a>,
    /// What its unit is at; none before it was ever asked for anything, or where another program runs it.
    pub(crate) unit: Option<Shown>,
    /// How many runs a server that was overtaken still has.
    pub(crate) runs: u32,
    /// Its definitions as last read.
    pub(crate) known: Option<Arc<KnownDefinitions>>,
    /// Whether it reloads when its files change.
    pub(crate) auto_reload: bool,
    /// The command line of a first start.
    pub(crate) command: Option<CommandLine>,
    /// What Sync runs.
    pub(crate) sync: Option<CommandLine>,
    pub(crate) log: String,
}

/// A code location, on the wire.
pub(crate) fn location(model: LocationModel<'_>) -> LocationView {
    let project = model.project;
    let unit = model.unit.as_ref();
    let lifecycle = unit.map(|unit| unit.lifecycle.clone());
    let readiness = unit.map_or(Readiness::Unknown, |unit| unit.readiness.clone());
    let live = matches!(readiness, Readiness::Ready { .. });
    LocationView {
        id: project.id.clone(),
        name: project.name.clone(),
        path: project.path.clone(),
        folder: project.folder.display().to_string(),
        module: project.target.label(),
        color: u8::try_from(model.place % COLORS + 1).unwrap_or(1),
        environment: environment(&model.environment),
        lifecycle: lifecycle.unwrap_or(Lifecycle::Stopped { at: None, by: None }),
        readiness,
        process: unit.and_then(|unit| unit.process.clone()),
        reloading: unit.is_some_and(|unit| unit.reloading),
        runs: model.runs,
        command: model.command.as_ref().map(command_view),
        definitions: model.known.map(|known| code::definitions(&known, live)),
        blocked: blocked(project),
        auto_reload: model.auto_reload,
        managed: project.managed(),
        sync: model.sync.as_ref().map(command_view),
        problems: files::problems(&project.problems, Some(&project.id)),
        log: model.log,
    }
}
