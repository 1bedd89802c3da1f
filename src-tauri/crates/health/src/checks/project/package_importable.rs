//! The project itself is installed in its environment, from the folder that it is in.
//!
//! Only of an environment that a sync of ours fills: one that another tool made may hold what its owner likes. Three ways
//! in which it fails: not installed, linked to another folder, and linked by a `.pth` file that is gone, which uv alone
//! does not put right.

use std::path::Path;

use dagster::command::UvProject;
use serde::Deserialize;
use workspace::{Distribution, EnvironmentSource, Project, distributions, package_name};

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::{Facts, WorkspaceFacts};
use crate::finding::{FilePlace, Finding, FindingKey};
use crate::fix::{Fix, FixAction};

pub(crate) static CHECK: Check = Check {
    id: "package-importable",
    scope: Scope::Project,
    passes: "The project’s own package is installed, from this folder",
    why: "Scripts, tests and dg import the installed package; a link to another folder gives them other code than is served.",
    reads: &[Reads::Files],
    needs: Needs::Nothing,
    judge: Judge::Project(judge),
};

fn judge(facts: &Facts, workspace: &WorkspaceFacts, project: &Project) -> Vec<Finding> {
    let environment = &project.environment;
    // An environment that was moved or holds nothing is told by a check of its own.
    let whole = environment.can_run() && environment.state_word() != "broken";
    // An environment of another tool may hold what its owner likes.
    let fix = super::sync(workspace, project, "Sync");
    if !whole || fix.is_none() || package_name(&project.folder).is_none() {
        return Vec::new();
    }
    let finding = match own(project) {
        None => Finding::warning(
            FindingKey::ONLY,
            "The project itself isn’t installed in its environment",
            "Scripts, tests and dg can’t import it, though its code location may load.",
        ),
        Some(own) => {
            if let Some(missing) = missing_link(&own) {
                return vec![unlinked(facts, workspace, project, &own.name).seen(missing)];
            }
            match linked_elsewhere(&own, &project.folder) {
                Some(elsewhere) => Finding::warning(
                    FindingKey::ONLY,
                    "The environment links the project to another folder",
                    "Scripts, tests and dg import the code there, not the code here.",
                )
                .seen(elsewhere),
                None => return Vec::new(),
            }
        }
    };
    let mut finding = finding.at(FilePlace::of(&environment.path));
    finding.fix = fix;
    vec![finding]
}

/// The project is installed, but the file that leads Python to its folder is gone. uv takes it for installed.
fn unlinked(facts: &Facts, workspace: &WorkspaceFacts, project: &Project, name: &str) -> Finding {
    let finding = Finding::warning(
        FindingKey::ONLY,
        "The environment’s link to the project is gone",
        "Scripts, tests and dg can’t import it. uv takes it for installed, so a plain sync leaves it so.",
    )
    .at(FilePlace::of(&project.environment.path));
    let ours = project.environment.source == EnvironmentSource::Own;
    let Some(uv) = facts.uv().filter(|_| ours) else {
        return finding;
    };
    let install = UvProject {
        unfinished: vec![name.to_owned()],
        ..UvProject::new(uv, &project.folder)
    };
    let run = FixAction::Run {
        commands: vec![install.sync()],
        safe: !super::lockfile_changes(workspace, project),
    };
    finding.fix(Fix::new("Install again", run))
}

/// A `.pth` file that a package should have, and has not.
fn missing_link(own: &Distribution) -> Option<String> {
    let record = std::fs::read_to_string(own.folder.join("RECORD")).ok()?;
    let packages = own.folder.parent()?;
    let mut files = record.lines().filter_map(|line| line.split(',').next());
    let link = files.find(|file| file.ends_with(".pth") && !packages.join(file).is_file());
    link.map(str::to_owned)
}

/// The project's own package as it is installed.
pub(super) fn own(project: &Project) -> Option<Distribution> {
    let name = package_name(&project.folder)?;
    let mut installed = distributions(&project.environment.path).into_iter();
    installed.find(|one| one.name == name)
}

/// Where an installed package came from.
#[derive(Deserialize)]
struct Origin {
    url: String,
}

/// The folder that a package was installed from, where that is not the project's.
fn linked_elsewhere(own: &Distribution, folder: &Path) -> Option<String> {
    let text = std::fs::read_to_string(own.folder.join("direct_url.json")).ok()?;
    let origin: Origin = serde_json::from_str(&text).ok()?;
    let path = percent_decoded(origin.url.strip_prefix("file://")?);
    let there = Path::new(&path);
    let same = match (std::fs::canonicalize(there), std::fs::canonicalize(folder)) {
        (Ok(there), Ok(here)) => there == here,
        _ => there == folder,
    };
    (!same).then_some(path)
}

/// `%20` and its like as the characters they stand for.
fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        let decoded = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match decoded.filter(|_| first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::percent_decoded;

    #[test]
    fn a_folder_with_spaces_and_accents_is_read() {
        assert_eq!(percent_decoded("/a%20b/%C3%A9t%C3%A9"), "/a b/été");
        assert_eq!(percent_decoded("/100%/x%2"), "/100%/x%2");
    }
}
