//! The environment variables that the definitions name are set.
//!
//! The names come from the definitions as last loaded; a value counts wherever a run would find it: in the project's
//! `.env`, in the root's, or in the environment that Dagdeck was started with.

use terminal::Shell;
use workspace::Project;

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::{Facts, WorkspaceFacts};
use crate::finding::{FilePlace, Finding, FindingKey};
use crate::fix::{Fix, FixAction};

pub(crate) static CHECK: Check = Check {
    id: "variables-set",
    scope: Scope::Project,
    passes: "The environment variables that resources name are set",
    why: "With EnvVar the value is read when a run needs it: the location loads without it, and its runs fail.",
    reads: &[Reads::Files, Reads::Load],
    needs: Needs::Nothing,
    judge: Judge::Project(judge),
};

fn judge(facts: &Facts, workspace: &WorkspaceFacts, project: &Project) -> Vec<Finding> {
    let of_root = workspace.reading.dot_env.as_ref();
    let files = [project.dot_env.as_ref(), of_root];
    let is_set = |name: &String| {
        facts.machine.variables.contains_key(name)
            || files.iter().flatten().any(|file| file.get(name).is_some())
    };
    let asked = workspace.seen(project).variables;
    let missing: Vec<String> = asked.into_iter().filter(|name| !is_set(name)).collect();
    let title = match missing.as_slice() {
        [] => return Vec::new(),
        [one] => format!("{one} isn’t set"),
        [first, second] => format!("{first} and {second} aren’t set"),
        [first, rest @ ..] => format!("{first} and {} more variables aren’t set", rest.len()),
    };
    let file = project.folder.join(".env");
    let mut finding = Finding::warning(
        FindingKey::ONLY,
        title,
        "Resources read them when a run starts, so the location loads and such runs fail. Set them in the project’s .env.",
    )
    .at(FilePlace::of(&file));
    finding.fix = Some(if file.is_file() {
        Fix::new("Open .env", FixAction::Open(FilePlace::of(&file)))
    } else {
        let lines: Vec<String> = missing.iter().map(|name| format!("{name}=")).collect();
        let command = Shell::HERE.append(&lines, &file.to_string_lossy());
        Fix::new("Copy command", FixAction::Copy(command)).note("then fill in the values")
    });
    finding.evidence = missing;
    vec![finding]
}
