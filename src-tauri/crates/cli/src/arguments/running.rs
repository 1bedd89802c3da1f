//! What can be said of what runs in a workspace. These take names of code locations only: the workspace is the current
//! folder's, or `--workspace`'s.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::since::{Since, seconds, since};

/// Which workspace, and for whom it is printed.
#[derive(Debug, Args)]
pub(crate) struct InWorkspace {
    /// The workspace or project, or a folder in it; without it the current folder's
    #[arg(
        long,
        value_name = "PATH",
        default_value = ".",
        hide_default_value = true
    )]
    pub(crate) workspace: PathBuf,
    /// Prints JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Stop {
    /// Only these code locations; without one everything, the webserver and the daemon too
    #[arg(value_name = "LOCATION")]
    pub(crate) locations: Vec<String>,
    #[command(flatten)]
    pub(crate) at: InWorkspace,
}

/// What runs a folder's code: start, restart, reload.
#[derive(Debug, Args)]
pub(crate) struct Start {
    /// Only these code locations
    #[arg(value_name = "LOCATION")]
    pub(crate) locations: Vec<String>,
    #[command(flatten)]
    pub(crate) at: InWorkspace,
    /// Lets programs run in this folder without asking, now and later
    #[arg(long)]
    pub(crate) trust: bool,
}

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum WaitFor {
    /// What was saved before this was asked is loaded and works; the first that fails ends it
    Ready,
    /// What was saved before this was asked is loaded, or failed to: each of them is heard
    Settled,
}

#[derive(Debug, Args)]
pub(crate) struct Wait {
    /// Only these code locations; without one all that run or are on their way. What can't start is named then, and not waited for
    #[arg(value_name = "LOCATION")]
    pub(crate) locations: Vec<String>,
    /// What to wait for
    #[arg(long = "for", value_enum, default_value = "ready")]
    pub(crate) until: WaitFor,
    /// Gives up after so many seconds, with exit code 3
    #[arg(long, value_name = "SECONDS", default_value = "600", value_parser = seconds, allow_negative_numbers = true)]
    pub(crate) timeout: Duration,
    #[command(flatten)]
    pub(crate) at: InWorkspace,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// Only these code locations
    #[arg(value_name = "LOCATION")]
    pub(crate) locations: Vec<String>,
    #[command(flatten)]
    pub(crate) at: InWorkspace,
}

/// How grave a line is at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Gravity {
    /// Everything
    Debug,
    /// All but debug lines; lines that name no level count as info
    Info,
    /// Warnings and errors
    #[value(alias = "warn")]
    Warning,
    /// Errors
    Error,
}

#[derive(Debug, Args)]
#[command(mut_arg("json", |json| json.help("Prints one JSON object a line")))]
pub(crate) struct Logs {
    /// Only these code locations; `webserver` and `daemon` name the two
    #[arg(value_name = "LOCATION")]
    pub(crate) locations: Vec<String>,
    /// Goes on with what is printed from now on, until Ctrl-C
    #[arg(short, long)]
    pub(crate) follow: bool,
    /// Only what was printed since: `30s`, `15m`, `2h`, `1d`, or a time such as `2026-11-30T10:15`; without it, since the last
    /// launch
    #[arg(long, value_name = "WHEN", value_parser = since, allow_hyphen_values = true)]
    pub(crate) since: Option<Since>,
    /// Only lines that are this grave, or graver
    #[arg(long, value_enum, ignore_case = true)]
    pub(crate) level: Option<Gravity>,
    /// Only lines in which this regular expression is found
    #[arg(long, value_name = "PATTERN", value_parser = regex::Regex::new)]
    pub(crate) grep: Option<regex::Regex>,
    #[command(flatten)]
    pub(crate) at: InWorkspace,
}

#[derive(Debug, Args)]
pub(crate) struct Ui {
    /// Only prints the address
    #[arg(long)]
    pub(crate) print: bool,
    #[command(flatten)]
    pub(crate) at: InWorkspace,
}
