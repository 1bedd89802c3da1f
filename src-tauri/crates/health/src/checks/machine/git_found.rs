//! Git is there where a package comes from a Git repository.
//!
//! Goes by the text of each pyproject.toml (`git+` in a requirement, `git =` in a source): lockfiles name repositories only
//! for what was asked for there. A machine without Git and without such packages lacks nothing.

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::{Facts, WorkspaceFacts};
use crate::finding::{Finding, FindingKey};
use crate::fix::{Fix, FixAction};
use crate::machine::ToolState;

pub(crate) static CHECK: Check = Check {
    id: "git-found",
    scope: Scope::Machine,
    passes: "Git is installed where packages need it",
    why: "uv runs Git for packages that a project takes from a repository. Nothing else here needs it.",
    reads: &[Reads::Machine, Reads::Files],
    needs: Needs::Nothing,
    judge: Judge::Machine(judge),
};

fn judge(facts: &Facts) -> Vec<Finding> {
    let (Some(git), Some(workspace)) = (facts.machine.tool("git"), &facts.workspace) else {
        return Vec::new();
    };
    let asking = asking(workspace);
    if git.state == ToolState::Ready || asking.is_empty() {
        return Vec::new();
    }
    let finding = Finding::note(
        FindingKey::ONLY,
        "Git isn’t installed",
        "Some packages come from a Git repository. They can’t be installed anew until Git is there.",
    );
    let finding = asking.into_iter().fold(finding, Finding::seen);
    vec![match &git.install {
        Some(line) => finding
            .fix(Fix::new("Copy command", FixAction::Copy(line.clone())).note("for a terminal")),
        None => finding,
    }]
}

/// The settings files that take a package from a repository.
fn asking(workspace: &WorkspaceFacts) -> Vec<String> {
    let reading = &workspace.reading;
    let projects = reading.projects.iter().map(|one| &one.folder);
    let folders = projects.chain(reading.deployment.iter().map(|one| &one.folder));
    let files = folders.map(|folder| folder.join("pyproject.toml"));
    let takes = |text: &str| {
        let lines = text
            .lines()
            .filter(|line| !line.trim_start().starts_with('#'));
        lines.into_iter().any(|line| {
            let bare: String = line.split_whitespace().collect();
            bare.contains("git+") || bare.contains("{git=") || bare.contains(",git=")
        })
    };
    let asking = files.filter(|file| fs_err::read_to_string(file).is_ok_and(|text| takes(&text)));
    asking.map(|file| file.display().to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::Tool;
    use crate::test_support;

    #[test]
    fn it_is_missed_only_where_a_package_needs_it() {
        let folder = tempfile::tempdir().unwrap();
        let (root, state) = (folder.path().join("app"), folder.path().join("state"));
        let settings = |more: &str| {
            let text =
                format!("# git+ is not asked\n[tool.dg]\ndirectory_type = \"project\"\n{more}");
            fs_err::create_dir_all(&root).unwrap();
            fs_err::write(root.join("pyproject.toml"), text).unwrap();
            let mut facts = test_support::of(&root, &state);
            facts.machine.tools = vec![Tool {
                name: "git",
                state: ToolState::NotFound,
                install: Some("sudo apt-get install -y git".to_owned()),
                ..test_support::uv(&state, "")
            }];
            facts
        };
        assert_eq!(judge(&settings("")), []);
        let facts = settings("[tool.uv.sources]\nkit = { git = \"https://example.com/kit\" }\n");
        let finding = test_support::the_finding(&CHECK, &facts);
        let copied = FixAction::Copy("sudo apt-get install -y git".to_owned());
        assert_eq!(finding.fix.unwrap().action, copied);
        let mut facts = facts;
        facts.machine.tools[0].state = ToolState::Ready;
        assert_eq!(judge(&facts), [], "once it is installed");
    }
}
