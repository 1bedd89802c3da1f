//! The definitions were loaded the last time that they were asked for.
//!
//! What was seen last, of whichever process: a launch, a reload. Where the location does not run, `definitions_tried` asks.

use dagster::explain::search_line;
use workspace::Project;

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::{Facts, Load, WorkspaceFacts};
use crate::finding::{Finding, FindingKey};
use crate::fix::{Fix, FixAction, Show};

pub(crate) static CHECK: Check = Check {
    id: "definitions-load",
    scope: Scope::Project,
    passes: "The definitions load",
    why: "A code location whose code can’t be loaded shows nothing in the Dagster UI, and its schedules don’t run.",
    reads: &[Reads::Load],
    needs: Needs::Nothing,
    judge: Judge::Project(judge),
};

fn judge(_: &Facts, workspace: &WorkspaceFacts, project: &Project) -> Vec<Finding> {
    let Load::Failed {
        title,
        explanation,
        class,
        message,
        place,
    } = workspace.seen(project).load
    else {
        return Vec::new();
    };
    let dagster = project.environment.installed.dagster.as_deref();
    let show = Show::Explanation {
        project: project.id.clone(),
    };
    let finding = failed(title, explanation, search_line(&class, &message, dagster));
    let finding = Finding { place, ..finding };
    vec![finding.fix(Fix::new("Show", FixAction::Show(show)))]
}

/// A load error as a finding; `search` is the line to look for where no rule knows the error.
pub(super) fn failed(title: String, explanation: Option<String>, search: String) -> Finding {
    let finding = match explanation {
        Some(explanation) => Finding::blocker(FindingKey::ONLY, title, explanation),
        None => Finding::blocker(
            FindingKey::ONLY,
            format!("The definitions can’t be loaded: {title}"),
            "Dagdeck has no rule for this error. The line below is what to search for.",
        ),
    };
    finding.seen(search)
}
