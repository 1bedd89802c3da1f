//! `dagdeck status`: a workspace as read from files.

mod owned;

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use anstyle::{AnsiColor, Style};
use dagdeck::status::{EnvironmentStatus, LocationStatus, ProblemStatus, WorkspaceStatus};
use serde::Serialize;

use crate::arguments;
use crate::environment::environment;
use crate::error::{CliError, piped, words};
use crate::reached::ReachedWorkspace;
use crate::status::owned::{Run, run_by};

/// What scripts read. The shape is a contract: fields are added, never renamed.
#[derive(Debug, Serialize)]
struct StatusReport<'a> {
    #[serde(flatten)]
    status: &'a WorkspaceStatus,
    #[serde(flatten)]
    run: Run,
}

pub(crate) fn run(what: &arguments::Status) -> Result<(), CliError> {
    let status = read(&what.path, !what.no_lockfiles)?;
    let run = run_by(&ReachedWorkspace::at(status.root.clone())?)?;
    if what.json {
        let answer = StatusReport {
            status: &status,
            run,
        };
        let json = serde_json::to_string_pretty(&answer)
            .map_err(|error| CliError::Failed(error.to_string()))?;
        return piped(writeln!(std::io::stdout().lock(), "{json}"));
    }
    let mut page = page(&status);
    page.push_str(&run.line(&status.root));
    piped(write!(anstream::stdout().lock(), "{page}"))
}

/// Reads the workspace at a path; ends with 2 where there is none.
fn read(path: &Path, lockfiles: bool) -> Result<WorkspaceStatus, CliError> {
    dagdeck::status::read(path, environment(), lockfiles)
        .map_err(|error| CliError::NoWorkspace(words(&error.into())))
}

/// Ends with 2 where a path is no workspace: says so in its own words, and what is nearby.
pub(crate) fn expect(path: &Path) -> Result<(), CliError> {
    dagdeck::status::expect(path, environment())
        .map_err(|error| CliError::NoWorkspace(words(&error.into())))
}

fn page(status: &WorkspaceStatus) -> String {
    let bold = Style::new().bold();
    let mut page = format!("{bold}{}{bold:#}  {}\n", status.name, status.root.display());
    let rows: Vec<[String; 5]> = status.locations.iter().map(row).collect();
    let mut widths = [0; 5];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    for (row, location) in rows.iter().zip(&status.locations) {
        let style = style(location.environment.state);
        let [name, state, dagster, python, path] = row;
        let [w0, w1, w2, w3, _] = widths;
        let line = format!(
            "  {name:<w0$}  {style}{state:<w1$}{style:#}  {dagster:<w2$}  {python:<w3$}  {path}"
        );
        page.push_str(line.trim_end());
        page.push('\n');
        problems(&mut page, &location.problems, 4);
    }
    if status.locations.is_empty() {
        page.push_str("  No code locations.\n");
    }
    if let Some(services) = &status.services.environment {
        let style = style(services.state);
        let _infallible = writeln!(
            page,
            "  deployments/local  {style}{}{style:#}",
            state(services)
        );
    }
    problems(&mut page, &status.problems, 2);
    page
}

fn row(location: &LocationStatus) -> [String; 5] {
    let versioned = |name: &str, version: &Option<String>| match version {
        Some(version) => format!("{name} {version}"),
        None => String::new(),
    };
    [
        location.name.clone(),
        state(&location.environment),
        versioned("Dagster", &location.dagster),
        versioned("Python", &location.python),
        location.path.clone(),
    ]
}

fn state(environment: &EnvironmentStatus) -> String {
    let words = match environment.state {
        "ready" => "ready",
        "out_of_sync" => "out of sync",
        "missing" => "no environment",
        "broken" => "environment broken",
        _ => "unknown",
    };
    match environment.packages {
        Some(packages) if environment.state != "missing" => format!("{words}, {packages} packages"),
        _ => words.to_owned(),
    }
}

fn style(state: &str) -> Style {
    match state {
        "ready" => AnsiColor::Green.on_default(),
        "out_of_sync" => AnsiColor::Yellow.on_default(),
        "missing" | "broken" => AnsiColor::Red.on_default(),
        _ => Style::new(),
    }
}

fn problems(page: &mut String, problems: &[ProblemStatus], indent: usize) {
    let dim = Style::new().dimmed();
    for problem in problems {
        let mut place = problem.path.display().to_string();
        for number in [problem.line, problem.column].into_iter().flatten() {
            let _infallible = write!(place, ":{number}");
        }
        let code = problem.code;
        let _infallible = writeln!(page, "{:indent$}! {}", "", problem.message);
        let _infallible = writeln!(page, "{:indent$}  {dim}{place} ({code}){dim:#}", "");
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use dagdeck::status::Services;

    use super::*;

    fn location(name: &str, state: &'static str, packages: Option<u32>) -> LocationStatus {
        let ready = state == "ready";
        LocationStatus {
            name: name.to_owned(),
            path: format!("projects/{name}"),
            module: format!("{name}.definitions"),
            python: ready.then(|| "3.12.1".to_owned()),
            dagster: ready.then(|| "1.13.27".to_owned()),
            environment: EnvironmentStatus {
                state,
                interpreter: None,
                packages,
            },
            problems: Vec::new(),
        }
    }

    fn plain(status: &WorkspaceStatus) -> String {
        anstream::adapter::strip_str(&page(status)).to_string()
    }

    #[test]
    fn columns_line_up_and_problems_have_their_place() {
        let mut broken = location("b-longer", "missing", None);
        broken.problems.push(ProblemStatus {
            code: "no-lockfile",
            message: "There is no uv.lock.".to_owned(),
            path: PathBuf::from("/w/projects/b-longer/pyproject.toml"),
            line: Some(3),
            column: Some(1),
        });
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            folder.path().join("dg.toml"),
            "directory_type = \"workspace\"\n[workspace]\n",
        )
        .unwrap();
        let mut status = read(folder.path(), true).unwrap();
        status.root = PathBuf::from("/w");
        status.name = "w".to_owned();
        status.locations = vec![location("a", "ready", Some(101)), broken];
        status.services = Services { environment: None };
        status.problems.clear();
        let expected = "w  /w\n\
            \x20 a         ready, 101 packages  Dagster 1.13.27  Python 3.12.1  projects/a\n\
            \x20 b-longer  no environment                                       projects/b-longer\n\
            \x20   ! There is no uv.lock.\n\
            \x20     /w/projects/b-longer/pyproject.toml:3:1 (no-lockfile)\n";
        assert_eq!(plain(&status), expected);
    }

    #[test]
    fn a_folder_that_is_no_workspace_ends_with_two() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(folder.path(), true).unwrap_err().code(), 2);
        assert_eq!(
            read(&folder.path().join("gone"), true).unwrap_err().code(),
            2
        );
    }
}
