//! A workspace.yaml beside dg settings names nothing that isn't loaded.

#[cfg(test)]
use workspace::ProblemCode;

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::{Facts, WorkspaceFacts};
use crate::finding::{FilePlace, Finding, FindingKey};
use crate::fix::{Fix, FixAction};

pub(crate) static CHECK: Check = Check {
    id: "workspace-file-used",
    scope: Scope::Workspace,
    passes: "No workspace.yaml names what isn’t loaded",
    why: "Where a folder has dg settings, workspace.yaml is not read, so what only it names is missing.",
    reads: &[Reads::Files],
    needs: Needs::Nothing,
    judge: Judge::Workspace(judge),
};

/// What the finding stands for; where both name the same, nothing follows from it.
#[cfg(test)]
pub(in crate::checks) const CODES: &[ProblemCode] = &[ProblemCode::WorkspaceYamlIgnored];

fn judge(_: &Facts, workspace: &WorkspaceFacts) -> Vec<Finding> {
    let Some((file, names)) = workspace::unused_locations(&workspace.reading) else {
        return Vec::new();
    };
    if names.is_empty() {
        return Vec::new();
    }
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let count = names.len();
    let title = match names.as_slice() {
        [only] => format!("{name} names {only}, which isn’t loaded"),
        _ => format!("{name} names {count} locations that aren’t loaded"),
    };
    let finding = Finding::note(
        FindingKey::ONLY,
        title,
        "The folder has dg settings, so that file isn’t read. List those projects in dg.toml, or remove the file if it \
         is from before.",
    );
    let open = Fix::new(
        format!("Open {name}"),
        FixAction::Open(FilePlace::of(&file)),
    );
    let finding = finding.at(FilePlace::of(&file)).fix(open);
    vec![names.into_iter().fold(finding, Finding::seen)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{self, Trial};

    #[test]
    fn only_what_is_not_loaded_is_told() {
        let trial = Trial::workspace(&["etl"]);
        let file = trial.root.join("workspace.yaml");
        let entry = |name: &str| {
            format!(
                "  - python_module:\n      module_name: {name}.definitions\n      location_name: {name}\n"
            )
        };
        fs_err::write(&file, format!("load_from:\n{}", entry("etl"))).unwrap();
        assert_eq!(test_support::found(&CHECK, &trial.facts()), []);
        fs_err::write(
            &file,
            format!("load_from:\n{}{}", entry("etl"), entry("old")),
        )
        .unwrap();
        let finding = test_support::the_finding(&CHECK, &trial.facts());
        assert_eq!(
            finding.title,
            "workspace.yaml names old, which isn’t loaded"
        );
        fs_err::remove_file(&file).unwrap();
        assert_eq!(test_support::found(&CHECK, &trial.facts()), []);
    }
}
