//! JSON Schemas of all that scripts read, in docs/schemas: made from the types that are printed, so that neither can say what is
//! not so. `cargo xtask gen` writes them anew.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};

/// Set by `cargo xtask gen`.
const WRITES: &str = "DAGDECK_WRITES_SCHEMAS";

/// By the name of their file: the command, and what else decides which it is.
fn schemas() -> BTreeMap<&'static str, (Schema, &'static str)> {
    let all = [
        (
            "status",
            schema::<crate::status::StatusReport<'_>>(),
            "dagdeck status --json",
        ),
        (
            "up",
            schema::<crate::up::Said<'_>>(),
            "dagdeck up --json, one such object a line",
        ),
        (
            "down",
            schema::<crate::down::Ended>(),
            "dagdeck down --json",
        ),
        (
            "start",
            schema::<crate::control::Started<'_>>(),
            "dagdeck start, restart and reload --json",
        ),
        (
            "stop",
            schema::<crate::control::Stopped<'_>>(),
            "dagdeck stop --json",
        ),
        (
            "wait",
            schema::<crate::wait::Waited<'_>>(),
            "dagdeck wait --json",
        ),
        (
            "explain",
            schema::<crate::explain::Explained<'_>>(),
            "dagdeck explain --json",
        ),
        (
            "logs",
            schema::<crate::logs::LogLine<'_>>(),
            "dagdeck logs --json, one such object a line",
        ),
        ("ui", schema::<crate::ui::Shown<'_>>(), "dagdeck ui --json"),
        (
            "sync",
            schema::<crate::sync::Synced<'_>>(),
            "dagdeck sync --json",
        ),
        (
            "sync-dry-run",
            schema::<api::SyncPreview>(),
            "dagdeck sync --dry-run --json",
        ),
        (
            "sync-python-dry-run",
            schema::<api::PythonPlan>(),
            "dagdeck sync --python VERSION --dry-run --json",
        ),
        (
            "add",
            schema::<crate::add::Addition>(),
            "dagdeck add --json",
        ),
        (
            "new-dry-run",
            schema::<api::CreatePlan>(),
            "dagdeck new --dry-run --json",
        ),
        ("new", schema::<api::Creation>(), "dagdeck new --json"),
        (
            "doctor",
            schema::<crate::doctor::DoctorReport<'_>>(),
            "dagdeck doctor --json",
        ),
    ];
    all.into_iter()
        .map(|(name, schema, what)| (name, (schema, what)))
        .collect()
}

/// Of what is written: what is left out at times is not required.
fn schema<T: JsonSchema>() -> Schema {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    settings.into_generator().into_root_schema_for::<T>()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../docs/schemas")
}

fn text(mut schema: Schema, what: &str) -> String {
    schema.insert("title".to_owned(), what.into());
    let mut text = serde_json::to_string_pretty(&schema).unwrap();
    text.push('\n');
    text
}

#[test]
fn the_schemas_in_docs_are_those_of_what_is_printed() {
    let folder = folder();
    let made: BTreeMap<String, String> = schemas()
        .into_iter()
        .map(|(name, (schema, what))| (format!("{name}.json"), text(schema, what)))
        .collect();
    if std::env::var_os(WRITES).is_some() {
        std::fs::create_dir_all(&folder).unwrap();
        for (name, text) in &made {
            std::fs::write(folder.join(name), text).unwrap();
        }
    }
    let there = std::fs::read_dir(&folder).unwrap();
    let there: BTreeMap<String, String> = there
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(&path).unwrap())
        })
        .collect();
    let names = |of: &BTreeMap<String, String>| of.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&there), names(&made));
    for (name, text) in made {
        assert_eq!(
            there[&name], text,
            "{name} is stale: `cargo xtask gen` writes it anew"
        );
    }
}

/// Every command that prints JSON has a schema of its name, or of the one that it shares it with.
#[test]
fn each_command_that_prints_json_has_one() {
    let schemas = schemas();
    let told: Vec<&str> = schemas.values().map(|(_, what)| *what).collect();
    let told = told.join("\n");
    let command = <crate::arguments::Arguments as clap::CommandFactory>::command();
    let mut count = 0;
    let with_json = |command: &&clap::Command| {
        let own = command.get_arguments().any(|one| one.get_id() == "json");
        let below = command
            .get_subcommands()
            .any(|below| below.get_arguments().any(|one| one.get_id() == "json"));
        own || below
    };
    for command in command.get_subcommands().filter(with_json) {
        count += 1;
        let name = command.get_name();
        let words: Vec<&str> = told.split(|c: char| !c.is_alphanumeric()).collect();
        assert!(words.contains(&name), "{name} has none");
    }
    assert!(count > 10, "{count}");
}
