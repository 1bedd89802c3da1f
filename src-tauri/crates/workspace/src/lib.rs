//! What is on disk: reads Dagster workspaces and edits their settings.
//!
//! Owns dg.toml, pyproject.toml, workspace.yaml, `.env`, uv.lock and `.venv` as files. Refuses to run anything,
//! and refuses to fail: one broken project never empties the list, each fault is a [`Problem`] with its place.

mod concern;
mod dg;
mod dot_env;
pub mod edit;
mod environment;
mod files;
mod home;
mod installable;
mod instance_file;
mod lockfile;
mod model;
mod nearby;
mod plain_package;
mod problem;
mod project;
mod pyproject;
mod read;
mod reader;
mod recent;
mod requirements;
mod root;
mod source;
mod spelling;
mod unlisted;
mod version;
pub mod watch;
mod wildcard;
mod workspace_file;

pub use concern::{Concern, ConcernKind, concerns};
pub use dot_env::{parse_dot_env, read_dot_env};
pub use environment::{
    BrokenReason, Bytecode, Contents, Distribution, Environment, EnvironmentChoice,
    EnvironmentSource, EnvironmentState, Installed, Lockfile, PackageRequirement, bytecode,
    contents, distributions, is_half_made, python_pin, site_packages, stamp,
};
pub use files::project_files;
pub use home::expand_home;
pub use installable::package_name;
pub use instance_file::{INSTANCE_FILE, instance_file_problems, parse_instance_file};
pub use lockfile::{lock_is_fresh, locked_versions};
pub use model::{
    CliSettings, Deployment, DotEnv, Kind, LoadTarget, Nearby, Project, ReadOptions, Reading,
};
pub use nearby::find_projects;
pub use problem::{FilePosition, Problem, ProblemCode, Severity};
pub use read::{path_from, read};
pub use reader::{Reader, Touched};
pub use recent::{Summary, quick_summary};
pub use requirements::{Requirements, requirements};
pub use root::{find_root, workspace_around};
pub use spelling::{dead_link, nearest_existing, normal_path, real_path};
pub use unlisted::{unlisted_projects, unused_locations};
pub use version::{compare_versions, meets};
