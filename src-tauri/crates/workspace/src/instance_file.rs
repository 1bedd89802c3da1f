//! dagster.yaml, the settings of an instance: whether Dagster would take it. Owns its grammar and top-level keys; refuses
//! to say what they mean.

use std::path::Path;

use saphyr::{LoadableYamlNode, MarkedYaml};

use crate::problem::{Problem, ProblemCode, Severity};
use crate::source::Source;
use crate::workspace_file::{pairs, place_of, syntax_problem};

/// The file's name.
pub const INSTANCE_FILE: &str = "dagster.yaml";

/// The keys that Dagster 1.13.27 takes (`dagster_instance_config_schema`), but for `instance_class`.
const KEYS: [&str; 25] = [
    "auto_materialize",
    "backfills",
    "code_servers",
    "compute_logs",
    "concurrency",
    "defs_state_storage",
    "event_log_storage",
    "freshness",
    "local_artifact_storage",
    "nux",
    "python_logs",
    "retention",
    "run_coordinator",
    "run_launcher",
    "run_monitoring",
    "run_queue",
    "run_retries",
    "run_storage",
    "schedule_storage",
    "scheduler",
    "schedules",
    "secrets",
    "sensors",
    "storage",
    "telemetry",
];

/// Reads the dagster.yaml of an instance folder and tells why Dagster would refuse it. A folder without one is fine.
#[must_use]
pub fn instance_file_problems(folder: &Path) -> Vec<Problem> {
    let source = match Source::read(&folder.join(INSTANCE_FILE)) {
        Ok(Some(source)) => source,
        Ok(None) => return Vec::new(),
        Err(problem) => return vec![*problem],
    };
    problems(&source)
}

/// The same of a text; `path` only names it in problems.
#[must_use]
pub fn parse_instance_file(path: &Path, text: &str) -> Vec<Problem> {
    problems(&Source::new(path.to_path_buf(), text.into()))
}

/// Judges a text: the grammar, that it is a mapping, and its top-level keys. What stands under a key is Dagster's to judge.
/// A class of the person's own may take any key.
fn problems(source: &Source) -> Vec<Problem> {
    let documents = match MarkedYaml::load_from_str(&source.text) {
        Ok(documents) => documents,
        Err(error) => return vec![syntax_problem(source, &error)],
    };
    let Some(document) = documents.first().filter(|one| !one.data.is_null()) else {
        return Vec::new();
    };
    let fault = |code, node: &MarkedYaml<'_>, message: String| {
        let place = place_of(source, &node.span.start);
        Problem::new(code, Severity::Blocker, &source.path, message)
            .at(Some(place))
            .excerpt(source.excerpt(place))
    };
    if document.data.as_mapping().is_none() {
        // Dagster takes an empty list for an empty file, and refuses every other one.
        let empty = document.data.as_sequence().is_some_and(Vec::is_empty);
        let words = "dagster.yaml has to be a list of keys with values.".to_owned();
        let wrong = (!empty).then(|| fault(ProblemCode::WrongType, document, words));
        return wrong.into_iter().collect();
    }
    let keys = pairs(document);
    // A class of the person's own may take any key.
    if keys.iter().any(|(key, _)| *key == "instance_class") {
        return Vec::new();
    }
    let unknown = keys.into_iter().filter(|(key, _)| !KEYS.contains(key));
    unknown
        .map(|(key, value)| {
            let words = format!("Dagster doesn’t know the key “{key}” in dagster.yaml.");
            fault(ProblemCode::UnknownKey, value, words)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each was given to Dagster 1.13.27, which takes or refuses it alike.
    #[test]
    fn what_dagster_refuses_is_told() {
        let told = |text: &str| {
            let found = parse_instance_file(Path::new("/home/dagster.yaml"), text);
            found
                .into_iter()
                .map(|one| (one.code, one.line))
                .collect::<Vec<_>>()
        };
        for fine in [
            "",
            "# only\n",
            "telemetry:\n  enabled: false\n",
            "instance_class:\n  a: b\nx: 1\n",
        ] {
            assert_eq!(told(fine), [], "{fine}");
        }
        assert_eq!(told("telemetry: [\n")[0].0, ProblemCode::InvalidYaml);
        assert_eq!(told("just text\n"), [(ProblemCode::WrongType, Some(1))]);
        assert_eq!(
            told("telemetry: {}\nbogus: 1\n"),
            [(ProblemCode::UnknownKey, Some(2))]
        );
    }
}
