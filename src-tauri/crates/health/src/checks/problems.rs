//! What reading a workspace's files turned up, as findings. Each code belongs to one check.
//!
//! Two problems that differ in nothing but their lines are one finding: nothing else could tell them apart once one of
//! them is gone.

use std::path::Path;

use workspace::{Problem, ProblemCode, Severity};

use crate::finding::{FilePlace, Finding, FindingKey, Level};
use crate::fix::{Fix, FixAction};

/// The problems of some codes as findings, each with "Open" unless `fix` knows better. Keys name files from `base` on.
pub(super) fn findings(
    base: &Path,
    problems: &[Problem],
    codes: &[ProblemCode],
    fix: impl Fn(&Problem) -> Option<Fix>,
) -> Vec<Finding> {
    let mine = problems
        .iter()
        .filter(|problem| codes.contains(&problem.code));
    let mut found: Vec<Finding> = Vec::new();
    for problem in mine {
        let key = key(base, problem);
        if let Some(same) = found.iter_mut().find(|one| one.key == key) {
            same.evidence.push(problem.message.clone());
            continue;
        }
        let fix = fix(problem).unwrap_or_else(|| open(problem));
        found.push(finding(key, problem).fix(fix));
    }
    found
}

/// What a problem is known by: its code, its file and what is said of it, without the lines that it stands on.
fn key(base: &Path, problem: &Problem) -> FindingKey {
    let file = problem.path.strip_prefix(base).unwrap_or(&problem.path);
    let said = without_lines(problem.message.trim_end_matches('.'));
    let said = plain(&said);
    let (code, file) = (problem.code.as_str(), plain(&file.to_string_lossy()));
    FindingKey::of(format!("{code}/{file}/{said}"))
}

/// The words of a message but the numbers of lines and columns.
fn without_lines(message: &str) -> String {
    let mut counted = false;
    let words = message.split_whitespace().filter(|word| {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        let number = !bare.is_empty() && bare.chars().all(|c| c.is_ascii_digit());
        let kept = !(counted && number);
        counted = bare.eq_ignore_ascii_case("line") || bare.eq_ignore_ascii_case("column");
        kept
    });
    words.collect::<Vec<_>>().join(" ")
}

/// The text with one hyphen for each run of characters that a key does without.
fn plain(text: &str) -> String {
    let kept = |c: char| c.is_alphanumeric() || "_./".contains(c);
    let words = text.split(|c| !kept(c)).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-")
}

/// A problem as a finding, without a fix. Its hint says what it means.
fn finding(key: FindingKey, problem: &Problem) -> Finding {
    let level = match problem.severity {
        Severity::Note => Level::Note,
        Severity::Warning => Level::Warning,
        Severity::Blocker => Level::Blocker,
    };
    let title = problem.message.trim_end_matches('.').to_owned();
    let why = problem.hint.clone().unwrap_or_default();
    Finding {
        place: Some(FilePlace {
            path: problem.path.clone(),
            line: problem.line,
            column: problem.column,
        }),
        excerpt: problem.excerpt.clone(),
        ..Finding::new(key, level, title, why)
    }
}

/// Opens the file at the problem's place.
fn open(problem: &Problem) -> Fix {
    let name = problem.path.file_name().unwrap_or_default();
    let place = FilePlace {
        path: problem.path.clone(),
        line: problem.line,
        column: problem.column,
    };
    Fix::new(
        format!("Open {}", name.to_string_lossy()),
        FixAction::Open(place),
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::Path;

    use workspace::{Problem, ProblemCode, Severity};

    use super::findings;

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

    fn told(messages: &[&str]) -> Vec<(String, Vec<String>)> {
        let code = ProblemCode::DotEnvLine;
        let of = |(at, message): (usize, &&str)| {
            let line = u32::try_from(at).unwrap();
            let problem =
                Problem::new(code, Severity::Warning, Path::new("/acme/a/.env"), *message);
            let column = 1;
            problem.at(Some(workspace::FilePosition { line, column }))
        };
        let problems: Vec<Problem> = messages.iter().enumerate().map(of).collect();
        let found = findings(Path::new("/acme"), &problems, &[code], |_| None);
        found
            .into_iter()
            .map(|one| (one.key.as_str().to_owned(), one.evidence))
            .collect()
    }

    #[test]
    fn a_problem_keeps_its_key_on_whatever_line_it_stands() {
        let key = "dot-env-line/a/.env/Line-of-.env-is-odd".to_owned();
        assert_eq!(told(&["Line 3 of .env is odd."])[0].0, key.clone());
        assert_eq!(told(&["Line 14 of .env is odd."])[0].0, key);
        let broken = "dg.toml is odd: 2 is a number (line 1, column 22).";
        let key = "dot-env-line/a/.env/dg.toml-is-odd-2-is-a-number-line-column";
        assert_eq!(told(&[broken])[0].0, key);
        assert_ne!(told(&["`a` is odd"])[0].0, told(&["`b` is odd"])[0].0);
    }

    #[test]
    fn problems_that_differ_in_their_lines_alone_are_one_finding() {
        let three = ["Line 3 is odd", "`b` is odd", "Line 14 is odd"];
        let found = told(&three);
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!(found[0].1, ["Line 14 is odd"]);
        assert_eq!(found[0].0, told(&three[2..])[0].0);
    }
}
