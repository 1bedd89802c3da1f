//! Some Python of this machine is one that the projects accept.
//!
//! Only where no environment of the workspace can run and no Python would do for any of them: then nothing at all can be
//! made without a download. What a single project lacks is `python_available`'s.

use process::CommandLine;
use workspace::Environment;

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::Facts;
use crate::finding::{Finding, FindingKey};
use crate::fix::{Fix, FixAction};

pub(crate) static CHECK: Check = Check {
    id: "python-accepted",
    scope: Scope::Machine,
    passes: "A Python is installed that the projects accept",
    why: "Every environment is made from a Python of this machine; uv downloads one only where it may.",
    reads: &[Reads::Machine, Reads::Files],
    needs: Needs::Nothing,
    judge: Judge::Machine(judge),
};

/// What uv would be asked for, the best known first.
const OFFERED: [&str; 6] = ["3.13", "3.12", "3.11", "3.14", "3.10", "3.9"];

fn judge(facts: &Facts) -> Vec<Finding> {
    let (Some(uv), Some(workspace)) = (facts.uv(), &facts.workspace) else {
        return Vec::new();
    };
    let reading = &workspace.reading;
    let projects = reading.projects.iter().map(|one| &one.environment);
    let all: Vec<&Environment> = projects
        .chain(reading.deployment.iter().map(|one| &one.environment))
        .collect();
    let accepts = |environment: &Environment, version: &str| {
        let wanted = environment.requires_python.as_deref();
        wanted.is_none_or(|wanted| workspace::meets(version, wanted))
    };
    let served = |environment: &&Environment| {
        let mut pythons = facts.machine.pythons.iter();
        environment.can_run() || pythons.any(|python| accepts(environment, &python.text))
    };
    if all.is_empty() || all.iter().any(served) {
        return Vec::new();
    }
    let downloads = facts.machine.variable("UV_PYTHON_DOWNLOADS");
    let offline = facts.machine.variable("UV_OFFLINE");
    let forbidden = matches!(downloads, Some("never" | "false" | "manual"))
        || offline.is_some_and(|offline| matches!(offline, "1" | "true"));
    let title = "No Python here is one that a project accepts";
    let finding = if forbidden {
        let why = "Environments can’t be made, and uv may not download a Python by itself: UV_PYTHON_DOWNLOADS or \
                   UV_OFFLINE says so.";
        Finding::blocker(FindingKey::ONLY, title, why)
    } else {
        let why = "uv downloads one when the first environment is made, which takes longer and needs the network.";
        Finding::note(FindingKey::ONLY, title, why)
    };
    let finding = all.iter().fold(finding, |finding, one| {
        let wanted = one.requires_python.as_deref().unwrap_or("any");
        finding.seen(format!("{} asks for {wanted}", one.path.display()))
    });
    let fits = |minor: &&&str| {
        let newest = format!("{minor}.99");
        all.iter().all(|one| accepts(one, &newest))
    };
    let Some(minor) = OFFERED.iter().find(fits) else {
        return vec![finding];
    };
    // Asked for by name: what forbids downloads that nobody asked for does not forbid this one.
    let install = CommandLine::new(uv, &facts.folder)
        .args(["python", "install", "--no-bin"])
        .arg(*minor);
    let install = if matches!(downloads, Some("never" | "false")) {
        install.env("UV_PYTHON_DOWNLOADS", "manual")
    } else {
        install
    };
    let action = FixAction::Run {
        commands: vec![install],
        safe: true,
    };
    let fix = Fix::new(format!("Install Python {minor}"), action)
        .note("downloads about 30 MB into uv’s own folder");
    vec![finding.fix(fix)]
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::finding::Level;
    use crate::test_support;

    fn project(root: &Path, requires: &str) {
        let text = format!(
            "[project]\nname = \"app\"\nversion = \"1\"\nrequires-python = \"{requires}\"\n\
             [tool.dg]\ndirectory_type = \"project\"\n[tool.dg.project]\nroot_module = \"app\"\n"
        );
        fs_err::create_dir_all(root.join("src/app")).unwrap();
        fs_err::write(root.join("pyproject.toml"), text).unwrap();
    }

    #[test]
    fn one_that_is_accepted_is_enough() {
        let folder = tempfile::tempdir().unwrap();
        let (root, state) = (folder.path().join("app"), folder.path().join("state"));
        project(&root, ">=3.10,<3.13");
        let mut facts = test_support::of(&root, &state);
        assert_eq!(judge(&facts), [], "without uv nothing is known");
        facts.machine.tools = vec![test_support::uv(Path::new("/usr/bin/uv"), "0.13.8")];
        let finding = test_support::the_finding(&CHECK, &facts);
        assert_eq!(finding.level, Level::Note);
        let fix = finding.fix.unwrap();
        assert!(fix.is_safe());
        let FixAction::Run { commands, .. } = fix.action else {
            panic!("{fix:?}");
        };
        assert!(
            commands[0]
                .shell_line()
                .ends_with("uv python install --no-bin 3.12")
        );
        let never = ("UV_PYTHON_DOWNLOADS".to_owned(), "never".to_owned());
        facts.machine.variables.extend([never]);
        assert_eq!(
            test_support::the_finding(&CHECK, &facts).level,
            Level::Blocker
        );
        facts.machine.pythons = vec![crate::machine::Python::new("3.9.1", "/usr/bin/python3.9")];
        assert_eq!(judge(&facts).len(), 1);
        facts.machine.pythons = vec![crate::machine::Python::new("3.11.2", "/usr/bin/python3")];
        assert_eq!(judge(&facts), []);
    }
}
