//! What is remembered, as it is in memory: looked up by reference, never copied as a whole.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use api::{DefinitionCounts, DefinitionNames, Millis, Settings, StoppedBy};

/// What is remembered of one location, but for its definitions.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct LocationMemory {
    /// The environment that the person picked.
    pub(crate) picked: Option<PathBuf>,
    /// The person's own choice for reloading on file changes.
    pub(crate) auto_reload: Option<bool>,
    /// How long its last good start took, in ms.
    pub(crate) usual: Option<f64>,
    /// When and by whom it was last stopped.
    pub(crate) stopped: Option<(Millis, StoppedBy)>,
}

/// Definitions as last read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct KnownDefinitions {
    /// How many.
    pub(crate) counts: DefinitionCounts,
    /// Which.
    pub(crate) names: DefinitionNames,
    /// The environment variables that they are given by name.
    #[serde(default)]
    pub(crate) variables: Vec<String>,
    /// When they were read.
    pub(crate) read_at: Millis,
}

/// A workspace that was opened.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RecentEntry {
    /// Its root.
    pub(crate) root: PathBuf,
    /// When it was last opened.
    pub(crate) opened_at: Millis,
}

/// What is remembered of one workspace, but for trust, which is asked of the disk.
#[derive(Debug, Default)]
pub(super) struct WorkspaceMemory {
    /// When it was last opened; none where it is not on the list of recent ones.
    pub(super) opened_at: Option<Millis>,
    /// The last launch from click to all settled, in ms.
    pub(super) launch_took: Option<f64>,
    /// By id.
    pub(super) locations: HashMap<String, LocationMemory>,
}

/// Everything that is remembered.
#[derive(Debug, Default)]
pub(super) struct Memory {
    pub(super) settings: Arc<Settings>,
    /// By root.
    pub(super) workspaces: HashMap<PathBuf, WorkspaceMemory>,
}

impl Memory {
    /// A workspace, to be changed.
    pub(super) fn workspace(&mut self, root: &Path) -> &mut WorkspaceMemory {
        // Most are known: the path is copied for a new one only.
        if !self.workspaces.contains_key(root) {
            self.workspaces
                .insert(root.to_owned(), WorkspaceMemory::default());
        }
        self.workspaces.entry(root.to_owned()).or_default()
    }

    /// A location, if anything is remembered of it.
    pub(super) fn location(&self, root: &Path, id: &str) -> Option<&LocationMemory> {
        self.workspaces.get(root)?.locations.get(id)
    }

    /// Workspaces by when they were opened, newest first.
    pub(super) fn recent(&self, most: usize) -> Vec<RecentEntry> {
        let opened = |(root, workspace): (&PathBuf, &WorkspaceMemory)| {
            Some(RecentEntry {
                root: root.clone(),
                opened_at: workspace.opened_at?,
            })
        };
        let mut recent: Vec<RecentEntry> = self.workspaces.iter().filter_map(opened).collect();
        recent.sort_by(|one, other| {
            let newest = other.opened_at.total_cmp(&one.opened_at);
            newest.then_with(|| one.root.cmp(&other.root))
        });
        recent.truncate(most);
        recent
    }
}

/// Settings from their rows. What is missing has its default; so has a value that this Dagdeck does not know, and the second
/// part names those.
pub(super) fn settings_from(rows: BTreeMap<String, Value>) -> (Settings, Vec<String>) {
    let all: serde_json::Map<String, Value> = rows.into_iter().collect();
    if let Ok(settings) = serde_json::from_value(Value::Object(all.clone())) {
        return (settings, Vec::new());
    }
    let alone = |(name, value): (&String, &Value)| {
        let one: serde_json::Map<String, Value> =
            [(name.clone(), value.clone())].into_iter().collect();
        serde_json::from_value::<Settings>(Value::Object(one)).is_ok()
    };
    let (known, unknown): (Vec<_>, Vec<_>) = all.iter().partition(|row| alone(*row));
    let known = known
        .into_iter()
        .map(|(name, value)| (name.clone(), value.clone()));
    let settings = serde_json::from_value(Value::Object(known.collect())).unwrap_or_default();
    let unknown = unknown.into_iter().map(|(name, _)| name.clone()).collect();
    (settings, unknown)
}

/// The settings that differ, by name.
pub(super) fn changed_settings(before: &Settings, after: &Settings) -> Vec<(String, Value)> {
    let fields = |settings: &Settings| match serde_json::to_value(settings) {
        Ok(Value::Object(fields)) => fields,
        _ => serde_json::Map::new(),
    };
    let before = fields(before);
    fields(after)
        .into_iter()
        .filter(|(name, value)| before.get(name) != Some(value))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_with_fewer_rows_have_defaults_and_a_strange_value_costs_only_itself() {
        let rows = |text: &str| serde_json::from_str::<BTreeMap<String, Value>>(text).unwrap();
        let (settings, unknown) = settings_from(rows(r#"{"port":4100}"#));
        assert_eq!((settings.port, unknown.len()), (4100, 0));
        assert!(settings.auto_reload, "what the rows lack has its default");
        let strange = r#"{"port":4100,"theme":"sepia","of a later version":1}"#;
        let (settings, unknown) = settings_from(rows(strange));
        assert_eq!((settings.port, settings.theme), (4100, api::Theme::System));
        assert_eq!(unknown, ["theme"]);
    }

    #[test]
    fn only_what_differs_is_a_change() {
        let before = Settings::default();
        let after = Settings {
            port: 4100,
            ..before.clone()
        };
        let changed = changed_settings(&before, &after);
        assert_eq!(changed, [("port".to_owned(), Value::from(4100))]);
        assert!(changed_settings(&before, &before).is_empty());
    }
}
