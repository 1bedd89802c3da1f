//! What can be said of making and changing: projects, workspaces, environments.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum New {
    /// Makes a workspace, with a first project or none. It is trusted from then on.
    #[command(after_help = "Example:\n  dagdeck new workspace acme --project etl")]
    Workspace {
        #[command(flatten)]
        make: Make,
        /// Makes a first project of this name in it
        #[arg(long, value_name = "NAME")]
        project: Option<String>,
    },
    /// Makes a project, in the workspace around its folder or alone.
    #[command(after_help = "Example:\n  dagdeck new project projects/sales --dry-run")]
    Project {
        #[command(flatten)]
        make: Make,
        /// Lets programs run in the workspace around it, now and later
        #[arg(long)]
        trust: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Make {
    /// The folder to make
    pub(crate) path: PathBuf,
    /// The Dagster version; without it the newest of which all packages are published
    #[arg(long, value_name = "VERSION")]
    pub(crate) dagster: Option<String>,
    /// The Python version; without it the newest on this machine that Dagster runs on
    #[arg(long, value_name = "VERSION")]
    pub(crate) python: Option<String>,
    /// Makes no git repository
    #[arg(long)]
    pub(crate) no_git: bool,
    /// Installs no packages
    #[arg(long)]
    pub(crate) no_sync: bool,
    /// Shows what would run and be written, and writes nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Prints the result as JSON; with --dry-run the plan
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Add {
    /// A project's folder, or a folder with projects in it
    #[arg(required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// The workspace or project, or a folder in it; a project in a workspace means that project alone
    #[arg(long, default_value = ".")]
    pub(crate) workspace: PathBuf,
    /// Shows the change and writes nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Prints JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Sync {
    /// The workspace or project, or a folder in it; a project in a workspace means that project alone
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// Only these code locations; `deployments/local` names the environment of the webserver and the daemon
    #[arg(value_name = "LOCATION")]
    pub(crate) locations: Vec<String>,
    /// Makes one environment anew with this Python, 3.12 or 3.12.1, and writes it down in its .python-version
    #[arg(long, value_name = "VERSION")]
    pub(crate) python: Option<String>,
    /// Says what would change, and changes nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Prints JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Lets programs run in this folder without asking, now and later
    #[arg(long)]
    pub(crate) trust: bool,
}
