//! What can be said on the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Runs a folder of Dagster projects on this machine.
#[derive(Debug, Parser)]
#[command(name = "dagdeck", version, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Shows what is in a workspace, what state it is in and who runs it. Reads files and asks that process, runs nothing.
    ///
    /// Exits with 0 even where there are problems, with 2 where the folder is no workspace.
    Status(Status),
    /// Launches a workspace: its code locations, the Dagster webserver and the daemon.
    ///
    /// Prints their logs, and one line "ready URL, N of M locations, T s" when all have settled. Ctrl-C stops everything,
    /// unless something of it ran already or a window shows it: then this one only leaves.
    /// Exits with 1 where no location could be served, with 2 where the folder is no workspace.
    Up(Up),
    /// Stops all that runs in a workspace, whoever started it: another terminal, a window, or a Dagdeck of another version.
    ///
    /// Answers when nothing of it is left. Where nothing runs it says so, and exits with 0 all the same.
    Down(Down),
    /// Makes environments answer their lockfiles, with `uv sync`, or says what that would change.
    ///
    /// Without a location, every environment that differs from its lockfile. With --python one environment is made anew with
    /// another Python. Exits with 1 where one of them failed, with 2 where the folder is no workspace or that Python can't be
    /// used.
    Sync(Sync),
    /// Opens a workspace in the Dagdeck window.
    Open(Open),
    /// Makes a workspace or a project: files, environments, packages.
    ///
    /// Exits with 1 where a step failed, with 2 where the answers can't be used; then nothing was written.
    #[command(subcommand)]
    New(New),
    /// Adds existing projects to a workspace: lists them in its dg.toml, after showing the change.
    ///
    /// Writes that one file and moves nothing. A project that is listed already is left as it is.
    Add(Add),
    /// Checks the health of machine, workspace and projects, and says what puts each finding right.
    ///
    /// Exits with 1 where something can't start or serves nothing, with 2 where the folder is no workspace.
    Doctor(Doctor),
}

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

#[derive(Debug, Args)]
pub(crate) struct Open {
    /// The workspace or project, or a folder in it; a project in a workspace means that project alone
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
}

#[derive(Debug, Subcommand)]
pub(crate) enum New {
    /// Makes a workspace, with a first project or none. It is trusted from then on.
    Workspace {
        #[command(flatten)]
        make: Make,
        /// Makes a first project of this name in it
        #[arg(long, value_name = "NAME")]
        project: Option<String>,
    },
    /// Makes a project, in the workspace around its folder or alone.
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

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn up(words: &[&str]) -> Up {
        let all = ["dagdeck", "up"].into_iter().chain(words.iter().copied());
        match Arguments::try_parse_from(all).map(|arguments| arguments.command) {
            Ok(Command::Up(up)) => up,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_whole_grammar_holds_together() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn the_first_word_is_the_folder_and_the_rest_are_locations() {
        let up = up(&[
            "work/acme",
            "marketing",
            "sales",
            "--port",
            "3100",
            "--json",
            "--trust",
        ]);
        assert_eq!(up.path, PathBuf::from("work/acme"));
        assert_eq!(up.locations, ["marketing", "sales"]);
        assert_eq!((up.port, up.json, up.trust), (Some(3100), true, true));
    }

    #[test]
    fn alone_it_means_this_folder() {
        let up = up(&[]);
        assert_eq!(
            (up.path, up.locations.len(), up.port),
            (PathBuf::from("."), 0, None)
        );
    }

    #[test]
    fn a_port_is_a_port() {
        assert!(Arguments::try_parse_from(["dagdeck", "up", "--port", "0"]).is_err());
        assert!(Arguments::try_parse_from(["dagdeck", "up", "--port", "70000"]).is_err());
    }
}
