//! Git leaves environments and `.env` files alone.
//!
//! Git itself is asked (`check-ignore`), for its rules come from many files; so it runs in the folder and needs trust.
//! Folders outside of the root are another repository's. Outside of a repository nothing is found.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use process::CommandLine;
use workspace::edit::Edit;

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::{Facts, WorkspaceFacts};
use crate::finding::{FilePlace, Finding, FindingKey, Subject};
use crate::fix::{Fix, FixAction};
use crate::machine::ToolState;

pub(crate) static CHECK: Check = Check {
    id: "git-ignores",
    scope: Scope::Workspace,
    passes: "Git leaves .venv and .env alone",
    why: "A .env often holds passwords, and a .venv thousands of files that fit this machine only.",
    reads: &[Reads::Files],
    needs: Needs::Trust,
    judge: Judge::Asking {
        limit: Duration::from_secs(20),
        ask: |facts, _: Subject| ask(facts).boxed(),
        stamp: None,
    },
};

const LIMIT: Duration = Duration::from_secs(15);

/// Two findings at most: one for all `.env` files, one for all environments. Each adds one line to the root's .gitignore.
async fn ask(facts: Arc<Facts>) -> Vec<Finding> {
    let git = facts.machine.tool("git");
    let git = git
        .filter(|git| git.state == ToolState::Ready)
        .and_then(|git| git.path.as_ref());
    let (Some(git), Some(workspace)) = (git, &facts.workspace) else {
        return Vec::new();
    };
    let paths = of_this_machine(workspace);
    if paths.is_empty() {
        return Vec::new();
    }
    let root = &workspace.reading.root;
    let command = CommandLine::new(git, root)
        // No program that the repository names may run for a question.
        .args(["-c", "core.fsmonitor=false", "check-ignore", "--"])
        .args(paths.iter().map(|path| path.to_string_lossy()));
    let ran = facts.table.run(&command, None, LIMIT, &facts.ended).await;
    let Ok(finished) = ran else {
        return Vec::new();
    };
    let said = finished.stderr_text();
    // Outside of a repository there is nothing to ignore: git then ends with an error of its own.
    if !finished.exit.success() && !said.trim().is_empty() {
        return Vec::new();
    }
    let ignored = finished.stdout_text();
    let ignored: Vec<&Path> = ignored.lines().map(Path::new).collect();
    let seen = paths
        .into_iter()
        .filter(|path| !ignored.contains(&path.as_path()));
    let (environments, secrets): (Vec<PathBuf>, Vec<PathBuf>) =
        seen.partition(|path| path.ends_with("pyvenv.cfg"));
    let mut found = Vec::new();
    if !secrets.is_empty() {
        let finding = Finding::warning(
            FindingKey::of(".env"),
            "Git would take a .env file in",
            "It often holds passwords and tokens. Nothing ignores it, so the next commit of everything publishes it.",
        );
        found.push(ignoring(finding, &secrets, ".env", root));
    }
    if !environments.is_empty() {
        let finding = Finding::note(
            FindingKey::of(".venv"),
            "Git would take an environment in",
            "A .venv holds thousands of files that fit this machine only. Nothing ignores it.",
        );
        let folders: Vec<PathBuf> = environments
            .iter()
            .filter_map(|file| file.parent())
            .map(Path::to_owned)
            .collect();
        found.push(ignoring(finding, &folders, ".venv/", root));
    }
    found
}

/// The files of this machine alone: each `.env`, and of each environment one file inside it, for uv has an environment
/// ignore its own content.
fn of_this_machine(workspace: &WorkspaceFacts) -> Vec<PathBuf> {
    let reading = &workspace.reading;
    let projects = reading.projects.iter().map(|one| &one.folder);
    let deployment = reading.deployment.iter().map(|one| &one.folder);
    let mut folders: Vec<&PathBuf> = projects.chain(deployment).chain([&reading.root]).collect();
    folders.sort();
    folders.dedup();
    let inside = folders
        .into_iter()
        .filter(|folder| folder.starts_with(&reading.root));
    let files = inside.flat_map(|folder| [folder.join(".env"), folder.join(".venv/pyvenv.cfg")]);
    files.filter(|file| file.is_file()).collect()
}

/// The finding with a line for the root's .gitignore.
fn ignoring(finding: Finding, paths: &[PathBuf], line: &str, root: &Path) -> Finding {
    let finding = paths.iter().fold(finding, |finding, path| {
        finding.seen(path.display().to_string())
    });
    let file = root.join(".gitignore");
    let action = match fs_err::read_to_string(&file) {
        Ok(before) => {
            let end = if before.is_empty() || before.ends_with('\n') {
                ""
            } else {
                "\n"
            };
            let after = format!("{before}{end}{line}\n");
            FixAction::Change(Edit {
                path: file.clone(),
                before,
                after,
            })
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => FixAction::Write {
            path: file.clone(),
            text: format!("{line}\n"),
        },
        // What can't be read is not to be written over.
        Err(_) => FixAction::Open(FilePlace::of(&file)),
    };
    finding.fix(Fix::new("Have Git ignore it", action))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{Trial, with_git};

    #[tokio::test]
    async fn what_nothing_ignores_gets_a_line() {
        let trial = Trial::workspace(&["etl"]);
        let found = async || ask(Arc::new(with_git(trial.facts()))).await;
        fs_err::write(trial.root.join("projects/etl/.env"), "TOKEN=x\n").unwrap();
        assert_eq!(found().await, [], "there is no repository");
        crate::test_support::git(&trial.root, &["init", "--quiet"]);
        let all = found().await;
        assert_eq!(all.len(), 1, "{all:?}");
        trial.fix(&all[0]);
        assert_eq!(found().await, []);
        let venv = trial.root.join("projects/etl/.venv");
        fs_err::create_dir_all(&venv).unwrap();
        fs_err::write(venv.join("pyvenv.cfg"), "home = /usr/bin\n").unwrap();
        let all = found().await;
        assert_eq!(all.len(), 1, "{all:?}");
        trial.fix(&all[0]);
        assert_eq!(found().await, []);
        let ignored = fs_err::read_to_string(trial.root.join(".gitignore")).unwrap();
        assert_eq!(ignored, ".env\n.venv/\n");
    }

    #[tokio::test]
    async fn each_keeps_its_key_without_the_other() {
        let trial = Trial::workspace(&["etl"]);
        crate::test_support::git(&trial.root, &["init", "--quiet"]);
        let folder = trial.root.join("projects/etl");
        fs_err::write(folder.join(".env"), "TOKEN=x\n").unwrap();
        fs_err::create_dir_all(folder.join(".venv")).unwrap();
        fs_err::write(folder.join(".venv/pyvenv.cfg"), "home = /usr/bin\n").unwrap();
        let keys = async || {
            let found = ask(Arc::new(with_git(trial.facts()))).await;
            found.into_iter().map(|one| one.key).collect::<Vec<_>>()
        };
        let [secrets, environment] = [".env", ".venv"].map(FindingKey::of);
        assert_eq!(keys().await, [secrets.clone(), environment.clone()]);
        fs_err::write(trial.root.join(".gitignore"), ".env\n").unwrap();
        assert_eq!(keys().await, [environment]);
        fs_err::write(trial.root.join(".gitignore"), ".venv/\n").unwrap();
        assert_eq!(keys().await, [secrets]);
    }
}
