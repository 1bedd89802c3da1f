//! A plan, a refusal and a failure as pages of text.

use std::fmt::Write as _;

use api::{ApiError, CreatePlan, Creation, StepState};

use crate::error::words;

/// Why nothing can be made like this; none where something can.
pub(super) fn blocked(plan: &CreatePlan) -> Option<String> {
    let mut lines = Vec::new();
    for remark in plan.remarks.iter().filter(|remark| remark.blocks) {
        lines.push(remark.message.clone());
        if let Some(instead) = &remark.instead {
            lines.push(format!("  {instead} would do."));
        }
    }
    if lines.is_empty() {
        return None;
    }
    lines.push("  Nothing was written.".to_owned());
    Some(lines.join("\n"))
}

/// Everything that would happen.
pub(super) fn plan(plan: &CreatePlan) -> String {
    let mut page = String::new();
    for remark in &plan.remarks {
        put(&mut page, &format!("! {}", remark.message));
    }
    put(&mut page, "Would run:");
    for step in &plan.steps {
        put(&mut page, &format!("  {}. {}", step.title, step.note));
        if let Some(command) = &step.command {
            put(&mut page, &format!("    $ {}", command.shell));
        }
    }
    put(&mut page, &format!("Would make, in {}:", plan.spec.parent));
    for file in &plan.files {
        put(&mut page, &format!("  {}", file.path));
    }
    for edit in &plan.edits {
        put(&mut page, &format!("Would change {}:", edit.path));
        for line in &edit.diff {
            put(&mut page, &format!("  {line}"));
        }
    }
    put(&mut page, "Nothing has been written.");
    page
}

/// Why it stopped, or that it was taken back, with what is left to run by hand; `whole` also what was printed, where that was not told before.
pub(super) fn failure(creation: &Creation, whole: bool) -> String {
    let told = creation.failure.as_ref().map(|error| {
        let causes = if whole {
            error.causes.clone()
        } else {
            Vec::new()
        };
        words(&ApiError {
            causes,
            ..error.clone()
        })
    });
    let mut page = told.unwrap_or_else(|| match creation.made.as_slice() {
        [] => "Cancelled. Nothing was made.".to_owned(),
        made => format!(
            "Cancelled. What was made so far is kept: {}",
            made.join(", ")
        ),
    });
    let left = creation
        .steps
        .iter()
        .filter(|step| step.state != StepState::Succeeded)
        .filter_map(|step| step.command.as_ref());
    let lines: Vec<&str> = left.map(|command| command.shell.as_str()).collect();
    if !lines.is_empty() {
        page.push_str("\n  What is left to run:");
        for line in lines {
            let _infallible = write!(page, "\n    {line}");
        }
    }
    page
}

fn put(page: &mut String, line: &str) {
    page.push_str(line);
    page.push('\n');
}

#[cfg(test)]
mod tests {
    use api::{CreateField, CreateRemark, CreateSpec};

    use super::*;

    #[test]
    fn a_refusal_says_what_would_do() {
        let mut empty = CreatePlan {
            spec: CreateSpec::default(),
            remarks: Vec::new(),
            folder: String::new(),
            package: None,
            location: None,
            steps: Vec::new(),
            files: Vec::new(),
            edits: Vec::new(),
            basis: String::new(),
        };
        assert_eq!(blocked(&empty), None);
        empty.remarks.push(CreateRemark {
            field: CreateField::Name,
            message: "\"json\" comes with Python.".to_owned(),
            blocks: true,
            instead: Some("json-project".to_owned()),
        });
        assert_eq!(
            blocked(&empty).as_deref(),
            Some("\"json\" comes with Python.\n  json-project would do.\n  Nothing was written.")
        );
    }
}
