//! uv is not one that lives in a Python environment.
//!
//! A warning where that environment is one of the workspace, for a sync would take uv away; a note elsewhere.

use std::path::Path;

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::Facts;
use crate::finding::{Finding, FindingKey};
use crate::fix::{Fix, FixAction, Show};

pub(crate) static CHECK: Check = Check {
    id: "uv-not-in-environment",
    scope: Scope::Machine,
    passes: "uv stands on its own",
    why: "A uv inside an environment goes when that environment is made anew, which is what uv does to environments.",
    reads: &[Reads::Machine, Reads::Files],
    needs: Needs::Nothing,
    judge: Judge::Machine(judge),
};

fn judge(facts: &Facts) -> Vec<Finding> {
    let Some(environment) = facts.uv().and_then(|uv| around(uv)) else {
        return Vec::new();
    };
    let is_synced = facts.workspace.as_ref().is_some_and(|workspace| {
        let reading = &workspace.reading;
        let projects = reading.projects.iter().map(|one| &one.environment.path);
        let deployment = reading.deployment.iter().map(|one| &one.environment.path);
        projects.chain(deployment).any(|path| path == environment)
    });
    let shown = environment.display();
    let finding = if is_synced {
        Finding::warning(
            FindingKey::ONLY,
            "uv lives in an environment of this workspace",
            "A sync installs what the lockfile names and takes everything else away, uv itself too.",
        )
        .fix(Fix::new("Install uv", FixAction::BringUv).note("into Dagdeck’s own folder"))
    } else {
        Finding::note(
            FindingKey::ONLY,
            "uv lives in a Python environment",
            "It works until that environment is removed or made anew. Settings lets you pick another uv.",
        )
        .fix(Fix::new("Settings", FixAction::Show(Show::Settings)))
    };
    vec![finding.seen(format!("found in {shown}"))]
}

/// The environment that a program's folder belongs to: of venv and uv, or of conda. Conda's own base counts too.
fn around(program: &Path) -> Option<&Path> {
    let folder = program.parent()?.parent()?;
    let is_one = folder.join("pyvenv.cfg").is_file() || folder.join("conda-meta").is_dir();
    is_one.then_some(folder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Level;
    use crate::test_support;

    #[test]
    fn one_of_the_workspace_matters_more_than_any_other() {
        let folder = tempfile::tempdir().unwrap();
        let (root, state) = (folder.path().join("app"), folder.path().join("state"));
        let bin = root.join(".venv/bin");
        fs_err::create_dir_all(&bin).unwrap();
        fs_err::write(
            root.join("pyproject.toml"),
            "[tool.dg]\ndirectory_type = \"project\"\n",
        )
        .unwrap();
        let mut facts = test_support::of(&root, &state);
        facts.machine.tools = vec![test_support::uv(&bin.join("uv"), "0.13.8")];
        assert_eq!(judge(&facts), [], "a folder alone is no environment");
        fs_err::write(root.join(".venv/pyvenv.cfg"), "home = /usr/bin\n").unwrap();
        let finding = test_support::the_finding(&CHECK, &facts);
        assert_eq!(finding.level, Level::Warning);
        assert_eq!(finding.fix.unwrap().action, FixAction::BringUv);
        facts.workspace = None;
        assert_eq!(test_support::the_finding(&CHECK, &facts).level, Level::Note);
        facts.machine.tools = vec![test_support::uv(Path::new("/usr/bin/uv"), "0.13.8")];
        assert_eq!(judge(&facts), []);
    }
}
