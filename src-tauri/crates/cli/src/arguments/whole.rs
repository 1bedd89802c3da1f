//! What can be said of a workspace as a whole, which is named by its path.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct Status {
    /// The workspace or project, or a folder in it; a project in a workspace means that project alone
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// Prints JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Leaves out whether lockfiles are current, a third of the time in a workspace of a thousand projects
    #[arg(long)]
    pub(crate) no_lockfiles: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Up {
    /// The workspace or project, or a folder in it; a project in a workspace means that project alone
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// Only these code locations
    #[arg(value_name = "LOCATION")]
    pub(crate) locations: Vec<String>,
    /// The port of the Dagster UI; without it 3000, or the next free one
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) port: Option<u16>,
    /// Stops all that runs first, whoever started it, so that it is started with this terminal's environment
    #[arg(long)]
    pub(crate) restart: bool,
    /// Ends as soon as all have settled, and leaves everything running
    #[arg(long)]
    pub(crate) detach: bool,
    /// Prints one JSON object per line instead of logs: started, location, ready, stopped or detached
    #[arg(long)]
    pub(crate) json: bool,
    /// Lets programs run in this folder without asking, now and later
    #[arg(long)]
    pub(crate) trust: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Down {
    /// The workspace or project, or a folder in it; a project in a workspace means that project alone
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// Prints JSON: the workspace, and whether something was stopped
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// The workspace or project, or a folder in it; a project in a workspace means that project alone
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// Prints JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Puts right what touches only environments, Dagdeck's own folder and new files
    #[arg(long)]
    pub(crate) fix_safe: bool,
    /// Prints a report to hand on: versions, findings, last lines, without home paths and secrets
    #[arg(long, conflicts_with = "json")]
    pub(crate) report: bool,
    /// Lets programs run in this folder without asking, now and later
    #[arg(long)]
    pub(crate) trust: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Open {
    /// The workspace or project, or a folder in it; a project in a workspace means that project alone
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
}
