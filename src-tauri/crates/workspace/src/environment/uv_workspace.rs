//! uv workspaces: `[tool.uv.workspace]` above a project. Owns membership; remembers each folder it looked into.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use toml_edit::Item;

use crate::pyproject::Toml;
use crate::source::Source;
use crate::wildcard::path_matches;

#[derive(Debug)]
struct UvWorkspace {
    root: PathBuf,
    members: Vec<String>,
    exclude: Vec<String>,
}

/// What is known of the folders above the projects of one reading.
#[derive(Debug, Default)]
pub(crate) struct UvWorkspaces {
    known: Mutex<HashMap<PathBuf, Option<Arc<UvWorkspace>>>>,
}

impl UvWorkspaces {
    /// The root of the uv workspace that a project is a member of, other than the project itself.
    pub(crate) fn root_for(&self, project: &Path) -> Option<PathBuf> {
        let workspace = self.above(project.parent()?)?;
        let relative = project.strip_prefix(&workspace.root).ok()?;
        let relative = relative.to_string_lossy().replace('\\', "/");
        let listed = |patterns: &[String]| {
            patterns
                .iter()
                .any(|pattern| path_matches(pattern, &relative))
        };
        (listed(&workspace.members) && !listed(&workspace.exclude)).then(|| workspace.root.clone())
    }

    fn above(&self, folder: &Path) -> Option<Arc<UvWorkspace>> {
        if let Some(known) = self.lock().get(folder) {
            return known.clone();
        }
        let found = match read_workspace(folder) {
            Some(workspace) => Some(Arc::new(workspace)),
            None => folder.parent().and_then(|parent| self.above(parent)),
        };
        self.lock().insert(folder.to_path_buf(), found.clone());
        found
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<PathBuf, Option<Arc<UvWorkspace>>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read_workspace(folder: &Path) -> Option<UvWorkspace> {
    let source = Source::read(&folder.join("pyproject.toml")).ok()??;
    if !source.text.contains("workspace") {
        return None;
    }
    let toml = Toml::parse(source).ok()?;
    let table = toml.get(&["tool", "uv", "workspace"])?.as_table_like()?;
    let list = |key: &str| {
        table
            .get(key)
            .and_then(Item::as_array)
            .into_iter()
            .flatten()
            .filter_map(|value| value.as_str().map(str::to_owned))
            .collect()
    };
    Some(UvWorkspace {
        root: folder.to_path_buf(),
        members: list("members"),
        exclude: list("exclude"),
    })
}
