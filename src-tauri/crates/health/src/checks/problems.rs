//! What reading a workspace's files turned up, as findings. Each code belongs to one check.

use workspace::{Problem, ProblemCode, Severity};

use crate::finding::{Finding, Level, Place};
use crate::fix::{Does, Fix};

/// The problems of some codes as findings, each with "Open" unless `fix` knows better.
pub(super) fn findings(
    problems: &[Problem],
    codes: &[ProblemCode],
    fix: impl Fn(&Problem) -> Option<Fix>,
) -> Vec<Finding> {
    let mine = problems
        .iter()
        .filter(|problem| codes.contains(&problem.code));
    mine.map(|problem| {
        let fix = fix(problem).unwrap_or_else(|| open(problem));
        finding(problem).fix(fix)
    })
    .collect()
}

fn finding(problem: &Problem) -> Finding {
    let level = match problem.severity {
        Severity::Note => Level::Note,
        Severity::Warning => Level::Warning,
        Severity::Blocker => Level::Blocker,
    };
    let title = problem.message.trim_end_matches('.').to_owned();
    let why = problem.hint.clone().unwrap_or_default();
    Finding {
        place: Some(Place {
            path: problem.path.clone(),
            line: problem.line,
            column: problem.column,
        }),
        excerpt: problem.excerpt.clone(),
        ..Finding::new(level, title, why)
    }
}

fn open(problem: &Problem) -> Fix {
    let name = problem.path.file_name().unwrap_or_default();
    let place = Place {
        path: problem.path.clone(),
        line: problem.line,
        column: problem.column,
    };
    Fix::new(
        format!("Open {}", name.to_string_lossy()),
        Does::Open(place),
    )
}
