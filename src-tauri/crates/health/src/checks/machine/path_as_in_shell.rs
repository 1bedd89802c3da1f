//! Tools are found on the app's own PATH, not only on the login shell's.
//!
//! Says something only where a login shell was asked, which is where the app was not started from a terminal, and only for
//! tools that its PATH alone leads to.

use std::ffi::OsStr;
use std::path::Path;

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::Facts;
use crate::finding::{Finding, FindingKey};
use crate::machine::Tool;

pub(crate) static CHECK: Check = Check {
    id: "path-as-in-shell",
    scope: Scope::Machine,
    passes: "The app finds tools as your terminal does",
    why: "An app that a desktop starts has a bare PATH, without what a shell’s start-up files add.",
    reads: &[Reads::Machine],
    needs: Needs::Nothing,
    judge: Judge::Machine(judge),
};

fn judge(facts: &Facts) -> Vec<Finding> {
    let Some(login) = process::tools::probed_path() else {
        return Vec::new();
    };
    let own = facts.machine.variable("PATH").unwrap_or_default();
    differs(&facts.machine.tools, own.as_ref(), login)
        .into_iter()
        .collect()
}

/// The tools that only the login shell's PATH leads to, where there are some.
fn differs(tools: &[Tool], own: &OsStr, login: &OsStr) -> Option<Finding> {
    let leads =
        |paths: &OsStr, folder: &Path| std::env::split_paths(paths).any(|one| one == folder);
    let only: Vec<String> = tools
        .iter()
        .filter_map(|tool| {
            let path = tool.path.as_ref()?;
            let folder = path.parent()?;
            (leads(login, folder) && !leads(own, folder))
                .then(|| format!("{}: {}", tool.name, path.display()))
        })
        .collect();
    if only.is_empty() {
        return None;
    }
    let finding = Finding::note(
        FindingKey::ONLY,
        "The app’s PATH is shorter than your terminal’s",
        "Your login shell was asked instead, and what Dagdeck starts gets its PATH too. Each first look for a tool takes \
         as long as your shell’s start-up files do.",
    );
    Some(only.into_iter().fold(finding, Finding::seen))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::test_support;

    #[test]
    fn only_what_the_shell_alone_leads_to_counts() {
        let tools = [test_support::uv(Path::new("/home/ann/odd/uv"), "0.13.8")];
        let told = |own: &str, login: &str| differs(&tools, own.as_ref(), login.as_ref());
        let finding = told("/usr/bin", "/home/ann/odd:/usr/bin").unwrap();
        assert_eq!(finding.evidence, ["uv: /home/ann/odd/uv"]);
        assert_eq!(told("/usr/bin:/home/ann/odd", "/home/ann/odd"), None);
        assert_eq!(told("/usr/bin", "/other:/usr/bin"), None);
    }
}
