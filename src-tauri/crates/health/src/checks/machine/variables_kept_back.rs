//! Variables of somebody else's Python are kept from what Dagdeck starts, and that changes nothing.
//!
//! Which variables are never handed on is decided in `process::environment`; here only those that somebody may rely on.

use std::path::Path;

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::Facts;
use crate::finding::{Finding, FindingKey};

pub(crate) static CHECK: Check = Check {
    id: "variables-kept-back",
    scope: Scope::Machine,
    passes: "No variable of another Python makes a difference",
    why: "Such variables break environments, so Dagdeck hands none on. Code that relies on them works in your terminal \
          only.",
    reads: &[Reads::Machine],
    needs: Needs::Nothing,
    judge: Judge::Machine(judge),
};

/// Variables that are not handed on, with what differs for it. VIRTUAL_ENV makes no difference: each project has its own.
const KEPT_BACK: [(&str, &str); 3] = [
    (
        "PYTHONPATH",
        "Code that is found through it in your terminal is not found by what Dagdeck starts. Name such folders in the \
         project, or as packages in its pyproject.toml.",
    ),
    (
        "PYTHONHOME",
        "It would make every environment use another Python’s library. Programs that you start in a terminal get it.",
    ),
    (
        "PYTHONDONTWRITEBYTECODE",
        "What you start in a terminal compiles every module at each start, which takes Dagster seconds. What Dagdeck \
         starts does not.",
    ),
];

/// One finding for each variable that is set, known by its name.
fn judge(facts: &Facts) -> Vec<Finding> {
    let machine = &facts.machine;
    let set = KEPT_BACK.iter().filter_map(|(name, why)| {
        let value = machine.variable(name)?;
        let title = format!("{name} is set, and Dagdeck doesn’t hand it on");
        Some(Finding::note(FindingKey::of(*name), title, *why).seen(format!("{name}={value}")))
    });
    set.chain(conda(facts)).collect()
}

/// An active conda environment matters where uv may make environments from its Python.
fn conda(facts: &Facts) -> Option<Finding> {
    let prefix = facts.machine.variable("CONDA_PREFIX")?;
    let mut pythons = facts.machine.pythons.iter();
    let inside = pythons.find(|python| python.path.starts_with(Path::new(prefix)))?;
    let finding = Finding::note(
        FindingKey::of("CONDA_PREFIX"),
        "A conda environment is active, and uv may use its Python",
        "An environment that is made from it breaks when the conda environment is removed or updated. Start Dagdeck \
         outside of it to have uv use another one.",
    );
    Some(finding.seen(format!(
        "Python {} at {}",
        inside.text,
        inside.path.display()
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Level;
    use crate::machine::Python;
    use crate::test_support;

    #[test]
    fn what_makes_no_difference_is_not_told() {
        let state = tempfile::tempdir().unwrap();
        let mut facts = test_support::machine(state.path());
        let mut set = |name: &str, value: &str| {
            let variable = (name.to_owned(), value.to_owned());
            facts.machine.variables.extend([variable]);
            judge(&facts)
        };
        assert_eq!(set("VIRTUAL_ENV", "/home/ann/app/.venv"), []);
        assert_eq!(set("CONDA_PREFIX", "/opt/conda"), []);
        let found = set("PYTHONPATH", "/home/ann/lib");
        assert_eq!((found.len(), found[0].level), (1, Level::Note));
        assert_eq!(found[0].evidence, ["PYTHONPATH=/home/ann/lib"]);
        facts.machine.pythons = vec![Python::new("3.12.1", "/opt/conda/bin/python3")];
        assert_eq!(judge(&facts).len(), 2);
        facts.machine.variables.clear();
        assert_eq!(judge(&facts), []);
    }
}
