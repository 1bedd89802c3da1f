//! What is on this machine: uv, Python, Git.
//!
//! Owns the questions and what the answers mean. Nothing here waits on a network, and every question has a time limit.
//! Refuses to install: it only says which line would.

mod answers;
mod install;
pub(crate) mod system;

use std::path::{Path, PathBuf};
use std::time::Duration;

use process::{CancellationToken, CommandLine, Finished, Table};
use serde::Serialize;

pub use answers::Python;

/// How long one tool may take to answer. A cold disk makes a first answer slow.
const LIMIT: Duration = Duration::from_secs(30);

/// One tool as found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tool {
    /// `uv`, `python` or `git`.
    pub name: &'static str,
    /// Whether it was found and answers.
    pub state: ToolState,
    /// The version; for Python all that were found, newest first.
    pub version: Option<String>,
    /// Where; for Python the newest.
    pub path: Option<PathBuf>,
    /// What it is for, in plain words.
    pub purpose: &'static str,
    /// The line that installs it, where it is missing and one line does.
    pub install: Option<String>,
}

/// Whether a tool can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ToolState {
    /// Found, and it answers.
    Ready,
    /// It is in no folder that was looked in.
    NotFound,
    /// Found, but it does not answer.
    Broken,
}

/// Looks for uv, Python and Git, in that order, asking all at once where it can; answers the Pythons that uv knows too, none
/// where there is no uv or it did not say.
///
/// `find` tells where a program is and may take its time (it runs on a thread of its own); `folder` is where the
/// questions run: any folder that holds no project, such as Dagdeck's own.
pub async fn detect<F>(table: &Table, folder: &Path, find: F) -> (Vec<Tool>, Option<Vec<Python>>)
where
    F: Fn(&str) -> Option<PathBuf> + Clone + Send + 'static,
{
    let uv_then_python = async {
        let path = found(find.clone(), "uv").await;
        let python = python(table, folder, path.clone(), find.clone());
        let (uv, (python, pythons)) = tokio::join!(uv(table, folder, path), python);
        (uv, python, pythons)
    };
    let ((uv, python, pythons), git) =
        futures::join!(uv_then_python, git(table, folder, find.clone()));
    let mut tools = vec![uv, python, git];
    for tool in tools
        .iter_mut()
        .filter(|tool| tool.state == ToolState::NotFound)
    {
        let (name, find) = (tool.name, find.clone());
        let line = tokio::task::spawn_blocking(move || {
            install::line(name, |program| find(program).is_some())
        });
        tool.install = line.await.ok().flatten();
    }
    (tools, pythons)
}

async fn uv(table: &Table, folder: &Path, path: Option<PathBuf>) -> Tool {
    let tool = Tool::missing("uv", "Installs Python and packages for each project");
    let Some(path) = path else { return tool };
    let answer = ask(table, folder, &path, &["--version"]).await;
    tool.found_at(path, answer.as_deref().and_then(answers::version_of))
}

/// Python as uv tells it; without uv, the `python3` that is found and is no shim.
async fn python<F>(
    table: &Table,
    folder: &Path,
    uv: Option<PathBuf>,
    find: F,
) -> (Tool, Option<Vec<Python>>)
where
    F: Fn(&str) -> Option<PathBuf> + Send + 'static,
{
    if let Some(uv) = uv {
        let tool = Tool::missing("python", "Managed by uv, your system Python is not touched");
        let known = pythons(table, folder, &uv).await;
        let all = known.as_deref().unwrap_or_default();
        let Some(newest) = all.first() else {
            return (tool, known);
        };
        let tool = Tool {
            state: ToolState::Ready,
            version: Some(answers::versions(all)),
            path: Some(newest.path.clone()),
            ..tool
        };
        return (tool, known);
    }
    let tool = Tool::missing("python", "Runs the code of your projects");
    let Some(path) = found(find, "python3")
        .await
        .filter(|path| !answers::is_shim(path))
    else {
        return (tool, None);
    };
    let answer = ask(table, folder, &path, &["--version"]).await;
    let tool = tool.found_at(path, answer.as_deref().and_then(answers::version_of));
    (tool, None)
}

/// The Pythons that uv finds on this machine, newest first, without shims: those answer for the folder they stand in. None
/// where uv does not say.
pub async fn pythons(table: &Table, folder: &Path, uv: &Path) -> Option<Vec<Python>> {
    let listing = ask(
        table,
        folder,
        uv,
        &[
            "python",
            "list",
            "--only-installed",
            "--output-format",
            "json",
            "--offline",
        ],
    );
    let mut pythons = answers::pythons(&listing.await?);
    for python in &mut pythons {
        // What lies below the folder in which uv is asked is told from there.
        python.path = folder.join(&python.path);
    }
    Some(pythons)
}

/// The versions of Python that uv would download, the newest of each minor version, newest first. Asks no network: uv
/// carries the list. None where uv does not say.
pub async fn downloadable(table: &Table, folder: &Path, uv: &Path) -> Option<Vec<String>> {
    let listing = ask(
        table,
        folder,
        uv,
        &[
            "python",
            "list",
            "--only-downloads",
            "--output-format",
            "json",
            "--offline",
        ],
    );
    Some(answers::downloadable(&listing.await?))
}

/// Git, by its own word.
async fn git<F>(table: &Table, folder: &Path, find: F) -> Tool
where
    F: Fn(&str) -> Option<PathBuf> + Send + 'static,
{
    let tool = Tool::missing("git", "Needed only to clone a workspace");
    let Some(path) = found(find, "git").await else {
        return tool;
    };
    // On a Mac without Apple's tools this file is a stand-in that opens a window when it is run.
    if cfg!(target_os = "macos") && path == Path::new("/usr/bin/git") {
        let select = ask(table, folder, Path::new("/usr/bin/xcode-select"), &["-p"]).await;
        if select.is_none() {
            return tool;
        }
    }
    let answer = ask(table, folder, &path, &["--version"]).await;
    tool.found_at(path, answer.as_deref().and_then(answers::version_of))
}

impl Tool {
    fn missing(name: &'static str, purpose: &'static str) -> Self {
        Self {
            name,
            state: ToolState::NotFound,
            version: None,
            path: None,
            purpose,
            install: None,
        }
    }

    fn found_at(self, path: PathBuf, version: Option<String>) -> Self {
        let state = if version.is_some() {
            ToolState::Ready
        } else {
            ToolState::Broken
        };
        Self {
            state,
            version,
            path: Some(path),
            ..self
        }
    }
}

/// Where a program is; the search may start a login shell, so it must not hold up the runtime.
async fn found<F>(find: F, name: &'static str) -> Option<PathBuf>
where
    F: Fn(&str) -> Option<PathBuf> + Send + 'static,
{
    tokio::task::spawn_blocking(move || find(name))
        .await
        .ok()
        .flatten()
}

/// What a tool says; None when it can't be started, fails, or does not answer in time.
async fn ask(table: &Table, folder: &Path, program: &Path, arguments: &[&str]) -> Option<String> {
    let mut command = CommandLine::new(program, folder).args(arguments.iter().copied());
    if let Some(path) = std::env::var_os("PATH").and_then(|path| answers::behind_shims(&path)) {
        command = command.env("PATH", path);
    }
    let finished = table
        .run(&command, None, LIMIT, &CancellationToken::new())
        .await
        .ok()?;
    finished
        .exit
        .success()
        .then(|| Finished::stdout_text(&finished))
}
