//! Nothing in the workspace was written in the future.
//!
//! Looks only at settings and lockfiles, which people and uv write. Two minutes are let pass: other machines' clocks
//! differ. Which of the two clocks is wrong can't be told from here, so it is a note and the fix is for the person.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use terminal::Shell;

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::{Facts, WorkspaceFacts};
use crate::finding::{Finding, FindingKey};
use crate::fix::{Fix, FixAction};

pub(crate) static CHECK: Check = Check {
    id: "clock-right",
    scope: Scope::Machine,
    passes: "The clock agrees with the files",
    why: "A clock that is behind starts schedules at the wrong time, and a file from the future always looks changed.",
    reads: &[Reads::Files],
    needs: Needs::Nothing,
    judge: Judge::Machine(judge),
};

/// What other machines' clocks may be ahead by.
const TOLERATED: Duration = Duration::from_secs(120);

fn judge(facts: &Facts) -> Vec<Finding> {
    let now = SystemTime::now();
    let files = facts.workspace.as_ref().map(files).unwrap_or_default();
    let ahead: Vec<(PathBuf, Duration)> = files
        .into_iter()
        .filter_map(|path| {
            let written = fs_err::metadata(&path)
                .and_then(|file| file.modified())
                .ok()?;
            let by = written.duration_since(now).ok()?;
            (by > TOLERATED).then_some((path, by))
        })
        .collect();
    let Some(most) = ahead.iter().map(|(_, by)| *by).max() else {
        return Vec::new();
    };
    let finding = Finding::note(
        FindingKey::ONLY,
        format!("Files were written {} in the future", words(most)),
        "Either this machine’s clock is behind, and schedules start late, or the files came from a machine whose clock \
         is ahead. If the clock is right, give the files the present time.",
    );
    let paths = ahead.iter().map(|(path, _)| path.display().to_string());
    let line = Shell::HERE.touch(&paths.collect::<Vec<_>>());
    let finding = ahead.iter().fold(finding, |finding, (path, by)| {
        finding.seen(format!("{}: {} ahead", path.display(), words(*by)))
    });
    vec![finding.fix(Fix::new("Copy command", FixAction::Copy(line)).note("if the clock is right"))]
}

/// The files that are written by hand and by uv: settings and lockfiles.
fn files(workspace: &WorkspaceFacts) -> Vec<PathBuf> {
    let reading = &workspace.reading;
    let mut files: Vec<PathBuf> = reading.config.iter().cloned().collect();
    for project in &reading.projects {
        files.extend(project.config.clone());
        files.push(project.folder.join("pyproject.toml"));
        files.extend(
            project
                .environment
                .lockfile
                .iter()
                .map(|lock| lock.path.clone()),
        );
    }
    files.sort();
    files.dedup();
    files
}

/// A span in minutes, from two hours on in hours, from two days on in days.
fn words(by: Duration) -> String {
    let minutes = by.as_secs() / 60;
    if minutes < 120 {
        format!("{minutes} minutes")
    } else if minutes < 2880 {
        format!("{} hours", minutes / 60)
    } else {
        format!("{} days", minutes / 1440)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support;

    #[test]
    fn a_file_from_tomorrow_is_told_until_it_is_touched() {
        let folder = tempfile::tempdir().unwrap();
        let (root, state) = (folder.path().join("app"), folder.path().join("state"));
        fs_err::create_dir_all(&root).unwrap();
        let settings = root.join("pyproject.toml");
        fs_err::write(&settings, "[tool.dg]\ndirectory_type = \"project\"\n").unwrap();
        let facts = test_support::of(&root, &state);
        assert_eq!(judge(&facts), []);
        let written = |at: SystemTime| {
            let file = fs_err::File::options()
                .append(true)
                .open(&settings)
                .unwrap();
            file.file().set_modified(at).unwrap();
        };
        written(SystemTime::now() + Duration::from_secs(3 * 3600 + 60));
        let finding = test_support::the_finding(&CHECK, &facts);
        assert_eq!(finding.title, "Files were written 3 hours in the future");
        let line = Shell::HERE.touch(&[settings.display().to_string()]);
        assert_eq!(finding.fix.unwrap().action, FixAction::Copy(line));
        written(SystemTime::now());
        assert_eq!(judge(&facts), []);
    }
}
