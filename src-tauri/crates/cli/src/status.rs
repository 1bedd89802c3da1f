//! `dagdeck status`: a workspace as read from files.

mod live;
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
use crate::location_line::LocationLine;
use crate::reached::ReachedWorkspace;
use crate::status::live::Live;
use crate::status::owned::{Run, run_by};

/// What scripts read. The shape is a contract: fields are added, never renamed.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct StatusReport<'a> {
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
        return crate::json::print(&answer);
    }
    let mut page = page(&status, run.live.as_ref());
    page.push_str(&run.line(&status.root));
    piped(write!(anstream::stdout().lock(), "{page}"))
}

/// Reads the workspace at a path; ends with 2 where there is none.
fn read(path: &Path, lockfiles: bool) -> Result<WorkspaceStatus, CliError> {
    dagdeck::status::read(path, environment(), lockfiles)
        .map_err(|error| CliError::NoWorkspace(words(&error.into())))
}

fn page(status: &WorkspaceStatus, live: Option<&Live>) -> String {
    let bold = Style::new().bold();
    let mut page = format!("{bold}{}{bold:#}  {}\n", status.name, status.root.display());
    let line = |location: &LocationStatus| {
        let mut lines = live?.locations.iter();
        lines.find(|line| line.name == location.name)
    };
    let rows: Vec<[String; 6]> = status
        .locations
        .iter()
        .map(|one| row(one, line(one)))
        .collect();
    let mut widths = [0; 6];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    for (row, location) in rows.iter().zip(&status.locations) {
        let style = style(location.environment.state);
        let [name, runs, state, dagster, python, path] = row;
        let [w0, w1, w2, w3, w4, _] = widths;
        page.push_str(&format!("  {name:<w0$}  "));
        if live.is_some() {
            let style = line(location).map_or_else(Style::new, run_style);
            page.push_str(&format!("{style}{runs:<w1$}{style:#}  "));
        }
        let rest = format!("{style}{state:<w2$}{style:#}  {dagster:<w3$}  {python:<w4$}  {path}");
        page.push_str(rest.trim_end());
        page.push('\n');
        let why = line(location).and_then(|line| line.message.as_ref());
        if let Some(why) =
            why.filter(|why| location.problems.iter().all(|one| one.message != **why))
        {
            let _infallible = writeln!(page, "    ! {why}");
        }
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
    if let Some(live) = live {
        page.push_str(&live.services());
    }
    page
}

fn row(location: &LocationStatus, line: Option<&LocationLine>) -> [String; 6] {
    let versioned = |name: &str, version: &Option<String>| match version {
        Some(version) => format!("{name} {version}"),
        None => String::new(),
    };
    [
        location.name.clone(),
        line.map(LocationLine::short).unwrap_or_default(),
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

fn run_style(line: &LocationLine) -> Style {
    match line.state {
        "ready" => AnsiColor::Green.on_default(),
        "load_error" | "crashed" | "blocked" => AnsiColor::Red.on_default(),
        _ => Style::new(),
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
        anstream::adapter::strip_str(&page(status, None)).to_string()
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
    fn what_runs_has_a_column_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let listing = "directory_type = \"workspace\"\n[workspace]\n";
        std::fs::write(folder.path().join("dg.toml"), listing).unwrap();
        let mut status = read(folder.path(), true).unwrap();
        (status.root, status.name) = (PathBuf::from("/w"), "w".to_owned());
        status.problems.clear();
        status.locations = vec![
            location("a", "ready", Some(101)),
            location("b", "ready", Some(9)),
        ];
        let line = |name: &str, state, message: Option<&str>| LocationLine {
            name: name.to_owned(),
            state,
            message: message.map(str::to_owned),
            place: None,
            reloading: false,
            definitions: None,
        };
        let lines = vec![
            line("a", "ready", None),
            line("b", "load_error", Some("ValueError: no")),
        ];
        let live = live::sample(Some("http://127.0.0.1:3000"), lines);
        let page = page(&status, Some(&live));
        let expected = "w  /w\n\
            \x20 a  ready       ready, 101 packages  Dagster 1.13.27  Python 3.12.1  projects/a\n\
            \x20 b  load error  ready, 9 packages    Dagster 1.13.27  Python 3.12.1  projects/b\n\
            \x20   ! ValueError: no\n\
            \x20 Dagster UI at http://127.0.0.1:3000, daemon running\n";
        assert_eq!(anstream::adapter::strip_str(&page).to_string(), expected);
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
