//! The environment is the one that the project's own files ask for.
//!
//! As the files of environment and project tell. Once uv was asked, its answer counts and versions are no longer judged
//! here.

use workspace::{ProblemCode, Project};

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::checks::problems;
use crate::facts::{Facts, WorkspaceFacts};
use crate::finding::Finding;

pub(crate) static CHECK: Check = Check {
    id: "environment-fits",
    scope: Scope::Project,
    passes: "The environment has the versions that the project asks for",
    why: "Code that asks for one version of a package and meets another fails where the two differ.",
    reads: &[Reads::Files, Reads::Uv],
    needs: Needs::Nothing,
    judge: Judge::Project(judge),
};

/// What counts as another one.
pub(in crate::checks) const CODES: &[ProblemCode] = &[
    ProblemCode::RequirementUnmet,
    ProblemCode::UvWorkspaceEnvironment,
];

fn judge(_: &Facts, workspace: &WorkspaceFacts, project: &Project) -> Vec<Finding> {
    // What uv was asked about, it knows better: checks of their own tell.
    let asked = workspace.seen(project).check.is_some();
    let mut problems = project.problems.clone();
    problems.retain(|one| !(asked && one.code == ProblemCode::RequirementUnmet));
    problems::findings(&project.folder, &problems, CODES, |problem| {
        let unmet = problem.code == ProblemCode::RequirementUnmet;
        unmet
            .then(|| super::sync(workspace, project, "Sync"))
            .flatten()
    })
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use dagster::uv::SyncCheck;

    use super::*;
    use crate::facts::ProjectFacts;
    use crate::fix::FixAction;
    use crate::test_support::Trial;

    /// A project that asks for a Dagster, with another one installed.
    fn project(asked: &str, installed: &str) -> Trial {
        let trial = Trial::workspace(&["etl"]);
        let folder = trial.root.join("projects/etl");
        let settings = folder.join("pyproject.toml");
        let text = fs_err::read_to_string(&settings).unwrap();
        let asks = format!("requires-python = \">=3.10\"\ndependencies = [\"dagster=={asked}\"]");
        let text = text.replace("requires-python = \">=3.10\"", &asks);
        fs_err::write(&settings, text).unwrap();
        let venv = folder.join(".venv");
        let packages = venv.join("lib/python3.12/site-packages");
        let package = packages.join(format!("dagster-{installed}.dist-info"));
        fs_err::create_dir_all(&package).unwrap();
        fs_err::create_dir_all(venv.join("bin")).unwrap();
        fs_err::write(
            venv.join("pyvenv.cfg"),
            "home = /usr/bin\nversion = 3.12.1\n",
        )
        .unwrap();
        let python = std::env::current_exe().unwrap();
        std::os::unix::fs::symlink(python, venv.join("bin/python")).unwrap();
        trial
    }

    fn found(facts: &Facts) -> Vec<Finding> {
        let workspace = facts.workspace.as_ref().unwrap();
        judge(facts, workspace, &workspace.reading.projects[0])
    }

    #[test]
    fn another_version_than_asked_for_is_synced() {
        assert_eq!(found(&project("1.13.27", "1.13.27").facts()), []);
        let trial = project("1.13.27", "1.13.26");
        let mut facts = trial.facts();
        let all = found(&facts);
        assert_eq!(all.len(), 1, "{all:?}");
        assert!(
            all[0].title.contains("1.13.26 is installed"),
            "{}",
            all[0].title
        );
        let fix = all[0].fix.as_ref().unwrap();
        assert!(matches!(fix.action, FixAction::Sync { .. }), "{fix:?}");
        let asked = ProjectFacts {
            check: Some(SyncCheck::default()),
            ..ProjectFacts::default()
        };
        let workspace = facts.workspace.as_mut().unwrap();
        workspace.projects.insert("projects/etl".to_owned(), asked);
        assert_eq!(found(&facts), [], "uv was asked, and knows better");
    }
}
