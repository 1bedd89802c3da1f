//! Changing which projects a workspace lists: what is found, what a change would do, and the change itself.
//!
//! Reads files and writes the one that lists them. Refuses to stop or move anything: a session does, around it.

mod plan;

use std::collections::BTreeMap;
use std::path::Path;

use workspace::edit::{Edit, EditError};
use workspace::{Kind, ReadOptions, Reading};

use crate::present;
use api::{
    ApiError, ErrorCode, FoundProject, Hint, HintAction, ProjectsChange, ProjectsFound,
    ProjectsPlan, Subject,
};

/// A change that was worked out: what it would do, and the edit that does it.
#[derive(Debug, Clone)]
pub struct Planned {
    /// What it would do.
    pub plan: ProjectsPlan,
    /// The edit; `None` where nothing would change.
    pub edit: Option<Edit>,
}

/// Reads the workspace that a folder belongs to.
///
/// # Errors
/// If it is none whose list of projects can be changed.
pub fn read(folder: &Path, environment: BTreeMap<String, String>) -> Result<Reading, ApiError> {
    let options = ReadOptions {
        environment,
        ..ReadOptions::default()
    };
    let reading = workspace::read(folder, &options);
    config_of(&reading)?;
    Ok(reading)
}

/// Looks for projects in a folder, and says of each whether it can be added.
pub fn find(reading: &Reading, folder: &Path) -> ProjectsFound {
    let (found, cut) = workspace::find_projects(folder);
    let projects = found
        .into_iter()
        .map(|one| FoundProject {
            listed: plan::listed(reading, &one.path).is_some(),
            refused: plan::refusal(reading, &one.path, one.kind),
            path: one.path.display().to_string(),
            name: one.name,
            kind: present::kind(one.kind),
        })
        .collect();
    ProjectsFound {
        folder: folder.display().to_string(),
        projects,
        cut,
    }
}

/// Works a change out. Paths in it are absolute.
///
/// # Errors
/// If the list of this workspace can't be changed, or a location is not in it.
pub fn plan(reading: &Reading, change: &ProjectsChange) -> Result<Planned, ApiError> {
    plan::plan(reading, config_of(reading)?, change)
}

/// Makes a change that was shown.
///
/// # Errors
/// If something in it blocks, the file is another one than was shown, or it can't be written. Nothing was written then.
pub fn apply(planned: &Planned, basis: &str) -> Result<(), ApiError> {
    if let Some(remark) = planned.plan.remarks.iter().find(|remark| remark.blocks) {
        return Err(ApiError::new(ErrorCode::Invalid, remark.message.clone()));
    }
    let Some(edit) = &planned.edit else {
        return Err(ApiError::new(
            ErrorCode::Invalid,
            "There is nothing to change.",
        ));
    };
    if planned.plan.basis != basis {
        return Err(changed(&edit.path));
    }
    edit.write().map_err(|error| edit_failed(&error))
}

/// The file that lists the projects.
fn config_of(reading: &Reading) -> Result<&Path, ApiError> {
    let refuse = |words: &str| {
        let root = reading.root.display();
        Err(ApiError::new(
            ErrorCode::Precondition,
            format!("{root} {words}"),
        ))
    };
    match (reading.kind, &reading.config) {
        (Kind::DgWorkspace, Some(config)) => Ok(config),
        (Kind::DgProject | Kind::PlainPackage, _) => {
            refuse("is a single project. Only a dg workspace lists projects.")
        }
        (Kind::WorkspaceYaml, _) => refuse(
            "is described by a workspace.yaml, which Dagdeck reads but does not edit. Add the code location to that file.",
        ),
        _ => refuse("is not a Dagster workspace."),
    }
}

fn changed(path: &Path) -> ApiError {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    ApiError::new(
        ErrorCode::Precondition,
        format!("{name} changed since this was shown, so nothing was written."),
    )
    .hint("Look at the change again; it is worked out anew from the file as it is now.")
}

/// Why an edit could not be made, with what to do.
pub(crate) fn edit_failed(error: &EditError) -> ApiError {
    let code = match error {
        EditError::Changed { path } => return changed(path),
        EditError::Io { path, source } => {
            let words = format!(
                "{} can't be written, so nothing was changed: {source}.",
                path.display()
            );
            return ApiError::new(ErrorCode::Io, words)
                .hint("Check its permissions and the space on the disk.");
        }
        EditError::Missing { .. } | EditError::NotListed { .. } => ErrorCode::NotFound,
        _ => ErrorCode::Precondition,
    };
    let mut failed = ApiError::new(code, format!("{error}."));
    if let EditError::Unreadable { problem } = error {
        failed.message.clone_from(&problem.message);
    }
    let (text, line, column) = match error {
        EditError::Unreadable { problem } => {
            ("Correct the file first.", problem.line, problem.column)
        }
        EditError::Shape { .. } => ("Change the file by hand.", None, None),
        EditError::NotListed { .. } => (
            "A pattern in the file may list it; write the projects one by one instead.",
            None,
            None,
        ),
        _ => return failed,
    };
    let path = match error {
        EditError::Unreadable { problem } => problem.path.clone(),
        EditError::Shape { path, .. } | EditError::NotListed { path, .. } => path.clone(),
        _ => return failed,
    };
    let subject = Subject {
        path: path.display().to_string(),
        line,
        column,
    };
    failed.hints.push(Hint {
        text: text.to_owned(),
        action: Some(HintAction::OpenFile {
            subject: subject.clone(),
        }),
    });
    failed.subject = Some(subject);
    failed
}
