//! Model to view, purely: what is known of a workspace becomes what is shown of it.
//!
//! Owns words and shapes. Refuses to look anything up: what a view needs stands in what it is made from, so the same
//! model gives the same view.

mod blocked;
mod code;
mod command;
mod environment;
mod files;
mod location;
mod machine;
mod workspace;

pub(crate) use blocked::{blocked, services_blocked};
pub(crate) use code::{counts, load_error, names, unanswered, unexplained};
pub(crate) use command::{command_view, short};
pub(crate) use environment::{EnvironmentModel, environment};
pub(crate) use files::kind;
pub(crate) use location::{LocationModel, location};
pub(crate) use machine::tool;
pub(crate) use workspace::{
    DeploymentModel, LaunchModel, ServiceModel, WorkspaceModel, has_settled, service, workspace,
};
