//! `dagdeck add`: lists projects that exist in the workspace's settings file.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anstyle::{AnsiColor, Style};
use api::{ApiError, FoundProject, ProjectsApply, ProjectsChange};
use dagdeck::projects::{self, Planned};
use serde::Serialize;

use crate::arguments::Add;
use crate::environment::environment;
use crate::error::{CliError, piped, words};
use crate::reached::Reached;
use crate::runtime;

/// What was done, for scripts. The shape is a contract: fields are added, never renamed.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Addition {
    /// The file that lists the projects.
    config: Option<PathBuf>,
    /// The projects' folders.
    added: Vec<String>,
    /// Folders that are listed already.
    listed: Vec<String>,
    /// Folders that can't be added, with the reason.
    refused: Vec<Refused>,
    /// The change as a unified diff's lines.
    diff: Vec<String>,
    /// What is worth knowing.
    remarks: Vec<String>,
    /// Whether the file was written.
    written: bool,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Refused {
    path: String,
    reason: String,
}

pub(crate) fn run(what: &Add) -> Result<(), CliError> {
    let reading = projects::read(&what.workspace, environment())
        .map_err(|error| CliError::NoWorkspace(words(&error.into())))?;
    let mut found = Vec::new();
    for path in &what.paths {
        let folder = folder_of(path)?;
        let here = projects::find(&reading, &folder).projects;
        if here.is_empty() {
            let folder = folder.display();
            return Err(CliError::Failed(format!(
                "There is no Dagster project in {folder}."
            )));
        }
        found.extend(here);
    }
    let add: Vec<String> = picked(&found, |one| one.refused.is_none());
    let change = ProjectsChange {
        add: add.clone(),
        ..ProjectsChange::default()
    };
    let planned = projects::plan(&reading, &change).map_err(ApiError::from)?;
    let listed = picked(&found, |one| one.listed);
    let refused = found
        .iter()
        .filter(|one| !one.listed)
        .filter_map(|one| {
            Some(Refused {
                path: one.path.clone(),
                reason: one.refused.clone()?,
            })
        })
        .collect();
    let write = planned.edit.is_some() && !what.dry_run;
    if write {
        apply(what, change, planned.plan.basis.clone())?;
    }
    let done = Addition {
        config: reading.config.clone(),
        added: add,
        listed,
        refused,
        diff: diff_of(&planned),
        remarks: planned
            .plan
            .remarks
            .iter()
            .map(|remark| remark.message.clone())
            .collect(),
        written: write,
    };
    print(&done, what.json)?;
    if done.added.is_empty() && done.listed.is_empty() {
        return Err(CliError::NothingServed);
    }
    Ok(())
}

/// Has the workspace's owner make the change that was worked out here: a window sees it, and nothing else is changed.
fn apply(what: &Add, change: ProjectsChange, basis: String) -> Result<(), CliError> {
    runtime::wait_for(async {
        let reached = Reached::workspace(&what.workspace).await?;
        let apply = ProjectsApply { change, basis };
        reached.attached.projects_apply(apply).await?;
        Ok(())
    })?
}

fn folder_of(path: &Path) -> Result<PathBuf, CliError> {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let folder: PathBuf = absolute.components().collect();
    if folder.is_dir() {
        Ok(folder)
    } else {
        Err(CliError::Failed(format!(
            "There is no folder at {}.",
            folder.display()
        )))
    }
}

fn picked(found: &[FoundProject], wanted: impl Fn(&FoundProject) -> bool) -> Vec<String> {
    let mut paths: Vec<String> = Vec::new();
    for one in found.iter().filter(|one| wanted(one)) {
        if !paths.contains(&one.path) {
            paths.push(one.path.clone());
        }
    }
    paths
}

fn diff_of(planned: &Planned) -> Vec<String> {
    let edits = planned.plan.edits.iter();
    edits.flat_map(|edit| edit.diff.clone()).collect()
}

fn print(done: &Addition, json: bool) -> Result<(), CliError> {
    if json {
        return crate::json::print(done);
    }
    piped(write!(anstream::stdout().lock(), "{}", page(done)))
}

fn page(done: &Addition) -> String {
    let mut page = String::new();
    for refused in &done.refused {
        let _infallible = writeln!(page, "! {} is left out. {}", refused.path, refused.reason);
    }
    for path in &done.listed {
        let _infallible = writeln!(page, "{path} is listed already.");
    }
    let config = done.config.as_deref().unwrap_or(Path::new("dg.toml"));
    if done.added.is_empty() {
        let _infallible = writeln!(page, "{} stays as it is.", config.display());
        return page;
    }
    let _infallible = writeln!(page, "{}", config.display());
    for line in &done.diff {
        let style = match line.chars().next() {
            Some('+') => AnsiColor::Green.on_default(),
            Some('-') => AnsiColor::Red.on_default(),
            _ => Style::new().dimmed(),
        };
        let _infallible = writeln!(page, "  {style}{line}{style:#}");
    }
    for remark in &done.remarks {
        let _infallible = writeln!(page, "! {remark}");
    }
    let count = match done.added.as_slice() {
        [_] => "1 project".to_owned(),
        many => format!("{} projects", many.len()),
    };
    let end = if done.written {
        format!("Added {count}.")
    } else {
        format!("Nothing was written; without --dry-run this adds {count}.")
    };
    page.push_str(&end);
    page.push('\n');
    page
}
