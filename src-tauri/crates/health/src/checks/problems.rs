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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use workspace::ProblemCode;

    use crate::checks::{check, project, workspace as whole};

    /// The codes of checks that take problems as they were read.
    const TAKEN: &[(&str, &[ProblemCode])] = &[
        ("settings-readable", whole::settings_readable::CODES),
        ("settings-understood", whole::settings_understood::CODES),
        ("projects-there", whole::projects_there::CODES),
        ("projects-present", whole::projects_present::CODES),
        ("projects-listed-once", whole::projects_listed_once::CODES),
        ("projects-listed", whole::projects_listed::CODES),
        ("entries-plain", whole::entries_plain::CODES),
        ("names-differ", whole::names_differ::CODES),
        ("workspace-file-used", whole::workspace_file_used::CODES),
        ("deployment-present", whole::deployment_present::CODES),
        ("project-settings", project::settings_readable::CODES),
        ("environment-fits", project::environment_fits::CODES),
    ];

    /// The codes of checks that look at what the problem is of: the environment, the lockfile, the module.
    const SEEN: &[(&str, &[ProblemCode])] = &[
        ("environment-present", &[ProblemCode::EnvironmentMissing]),
        ("environment-works", &[ProblemCode::EnvironmentBroken]),
        ("environment-python", &[ProblemCode::PythonVersionUnmet]),
        ("dagster-installed", &[ProblemCode::DagsterNotInstalled]),
        ("lockfile-fresh", &[ProblemCode::LockfileStale]),
        ("definitions-module", &[ProblemCode::ModuleMissing]),
    ];

    #[test]
    fn every_code_belongs_to_exactly_one_check() {
        let mut owners: BTreeMap<ProblemCode, Vec<&str>> = BTreeMap::new();
        for (id, codes) in TAKEN.iter().chain(SEEN) {
            assert!(check(id).is_some(), "{id}");
            for code in *codes {
                owners.entry(*code).or_default().push(id);
            }
        }
        for code in ProblemCode::ALL {
            let owners = owners.get(code).map_or(0, Vec::len);
            assert_eq!(owners, 1, "{}", code.as_str());
        }
    }
}
