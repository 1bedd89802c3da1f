//! `dagdeck sync --python`: another Python for one environment.

use std::io::Write as _;

use api::{ApiError, ErrorCode, PythonPlan, PythonRequest, WorkspaceView};

use super::dry_run::page;
use crate::arguments;
use crate::error::{CliError, piped, words};
use crate::hand::Hand;

/// Says what another Python would change.
pub(super) async fn print_plan(
    hand: &Hand,
    what: &arguments::Sync,
    workspace: &WorkspaceView,
    python: &str,
) -> Result<(), CliError> {
    let request = request(what, workspace, python)?;
    let plan = hand.python_plan(request).await.map_err(unusable)?;
    print_python_plan(&plan, what.json)
}

/// What is asked for.
pub(super) fn request(
    what: &arguments::Sync,
    workspace: &WorkspaceView,
    python: &str,
) -> Result<PythonRequest, CliError> {
    Ok(PythonRequest {
        location: one(what, workspace)?,
        python: python.to_owned(),
    })
}

/// The one location that is meant; none is deployments/local.
fn one(what: &arguments::Sync, workspace: &WorkspaceView) -> Result<Option<String>, CliError> {
    let asked = super::request(what, workspace)?;
    match (asked.locations.as_slice(), asked.deployment) {
        ([one], false) => Ok(Some(one.clone())),
        ([], true) => Ok(None),
        ([], false) if workspace.locations.len() == 1 => {
            Ok(workspace.locations.first().map(|only| only.id.clone()))
        }
        _ => Err(CliError::Unusable(
            "another Python is for one environment: name one location, or deployments/local."
                .to_owned(),
        )),
    }
}

/// What was asked for can't be had; nothing was written.
pub(super) fn unusable(error: ApiError) -> CliError {
    match error.code {
        ErrorCode::Invalid | ErrorCode::Precondition | ErrorCode::NotFound => {
            CliError::Unusable(words(&error))
        }
        _ => error.into(),
    }
}

fn print_python_plan(plan: &PythonPlan, json: bool) -> Result<(), CliError> {
    let mut out = anstream::stdout().lock();
    if json {
        crate::json::print(plan)?;
    } else {
        piped(write!(out, "{}", plan_page(plan)))?;
        piped(writeln!(out, "Nothing has been changed."))?;
    }
    if plan.sync.failure.is_some() {
        return Err(CliError::NothingServed);
    }
    Ok(())
}

/// What another Python would change, as a terminal shows it.
fn plan_page(plan: &PythonPlan) -> String {
    let mut shown = page(&plan.sync);
    for edit in &plan.edits {
        shown.push_str(&format!("  {}\n", edit.path));
        for line in &edit.diff {
            shown.push_str(&format!("    {line}\n"));
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use api::{PlannedEdit, SyncPlan};

    use super::*;

    #[test]
    fn a_plan_names_the_download_and_what_is_written() {
        let plan = PythonPlan {
            python: "3.14.2".into(),
            pin: "3.14".into(),
            edits: vec![PlannedEdit {
                path: "/w/etl/.python-version".into(),
                diff: vec!["-3.11".into(), "+3.14".into()],
            }],
            sync: SyncPlan {
                downloads: true,
                ..super::super::dry_run::tests::plan()
            },
            basis: String::new(),
        };
        let page = plan_page(&plan);
        assert!(page.contains("  uv downloads that Python first;"), "{page}");
        let written = "  /w/etl/.python-version\n    -3.11\n    +3.14\n";
        assert!(page.ends_with(written), "{page}");
    }

    #[test]
    fn what_cannot_be_had_ends_with_2_and_what_went_wrong_with_1() {
        let end = |code| unusable(ApiError::new(code, "No.")).code();
        assert_eq!(end(ErrorCode::Invalid), 2);
        assert_eq!(end(ErrorCode::Precondition), 2);
        assert_eq!(end(ErrorCode::ToolFailed), 1);
    }
}
