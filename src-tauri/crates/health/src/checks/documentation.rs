//! The list of checks for people, made from the table: `docs/checks.md`.

use std::fmt::Write as _;
use std::path::Path;

use crate::check::{Check, Needs, Scope};
use crate::checks::CHECKS;

/// Set by `cargo xtask gen`: the list is written, not only compared.
const WRITES: &str = "DAGDECK_WRITES_DOCUMENTATION";

#[test]
fn the_list_for_people_is_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../docs/checks.md");
    let list = list();
    if std::env::var_os(WRITES).is_some() {
        fs_err::write(&path, &list).unwrap();
    }
    let written = fs_err::read_to_string(&path).unwrap();
    assert!(
        written == list,
        "docs/checks.md is not the table: run `cargo xtask gen`"
    );
}

fn list() -> String {
    let mut text = String::from(
        "# What Dagdeck checks\n\n\
         Made from the table of checks by `cargo xtask gen`. A check that needs trust runs something of the project; one that needs\n\
         asking uses the network or much of the processor, and is made by **Check again** and `dagdeck doctor`.\n",
    );
    for (scope, title) in [
        (Scope::Machine, "This machine"),
        (Scope::Workspace, "The workspace"),
        (Scope::Project, "Each project"),
    ] {
        let _infallible = write!(
            text,
            "\n## {title}\n\n| check | makes sure that | why it matters | needs |\n|---|---|---|---|\n"
        );
        for check in CHECKS.iter().filter(|check| check.scope == scope) {
            text.push_str(&row(check));
        }
    }
    text
}

fn row(check: &Check) -> String {
    let needs = match check.needs {
        Needs::Nothing => "",
        Needs::Trust => "trust",
        Needs::Asking => "asking",
        Needs::TrustAndAsking => "trust, asking",
    };
    let cell = |words: &str| words.replace('|', "\\|");
    format!(
        "| `{}` | {} | {} | {needs} |\n",
        check.id,
        cell(check.passes),
        cell(check.why)
    )
}
