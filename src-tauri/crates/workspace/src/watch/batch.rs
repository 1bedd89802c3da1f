//! What a burst of file events means. Owns the sorting of paths into changes; refuses to touch the disk.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::DiskChange;
use super::plan::{Owner, WatchPlan};

/// More projects changed than this, and it is everything.
const MANY: usize = 24;

/// File names whose change asks for a new reading.
const SETTINGS: [&str; 9] = [
    "dg.toml",
    "pyproject.toml",
    "uv.lock",
    "workspace.yaml",
    "workspace.yml",
    "setup.py",
    "setup.cfg",
    "src",
    ".python-version",
];

/// What happened to a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Touch {
    /// Content written.
    Written,
    /// It came, went, or changed its name.
    Moved,
}

/// Changes gathered until they are handed out.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    config: bool,
    everything: bool,
    projects: BTreeSet<String>,
    environments: BTreeSet<String>,
    code: BTreeMap<String, BTreeSet<PathBuf>>,
}

impl Batch {
    pub(crate) fn everything(&mut self) {
        self.everything = true;
    }

    /// Sorts one event in. Answers whether the path is of interest at all.
    pub(crate) fn add(&mut self, plan: &WatchPlan, path: &Path, touch: Touch) -> bool {
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            return false;
        };
        let mut found = false;
        let parent = path.parent().unwrap_or(path);
        if parent == plan.root && name == ".env" {
            self.config = true;
            found = true;
        }
        let in_settings = plan.settings.iter().any(|folder| folder == parent);
        if SETTINGS.contains(&name) {
            let of_projects = plan.owners.iter().filter(|owner| owner.folder == parent);
            let ids: Vec<String> = of_projects.map(|owner| owner.id.clone()).collect();
            found |= in_settings || !ids.is_empty();
            // What stands on the way to other projects may be theirs, too.
            if in_settings {
                self.config = true;
            } else {
                self.projects.extend(ids);
            }
        }
        // A folder on the way to projects came or went.
        if in_settings && touch == Touch::Moved && is_plain_folder_name(name) {
            self.config = true;
            found = true;
        }
        for owner in &plan.owners {
            found |= self.add_for(owner, path, name, parent, touch);
        }
        found
    }

    /// What an event means for one project; false where it means nothing for it. In an environment only what tells of
    /// packages and of itself counts: files come and go there by the thousand.
    fn add_for(
        &mut self,
        owner: &Owner,
        path: &Path,
        name: &str,
        parent: &Path,
        touch: Touch,
    ) -> bool {
        let mut found = false;
        let venv_of_project = name == ".venv" && parent == owner.folder;
        if path == owner.environment || venv_of_project {
            self.environments.insert(owner.id.clone());
            return true;
        }
        if path.starts_with(&owner.environment) {
            let told = name == "pyvenv.cfg" && parent == owner.environment
                || touch == Touch::Moved
                    && owner.inside.iter().any(|folder| folder == parent)
                    && (name.ends_with(".dist-info")
                        || name.ends_with(".egg-info")
                        || matches!(name, "bin" | "lib" | "Scripts" | "Lib"));
            if told {
                self.environments.insert(owner.id.clone());
            }
            return told;
        }
        if parent == owner.folder && name == ".env" {
            self.environments.insert(owner.id.clone());
            self.code_of(owner, path);
            found = true;
        }
        if is_code(name) && is_code_folder(owner, parent) {
            self.code_of(owner, path);
            found = true;
        }
        // A package that goes takes its files along without an event for each.
        if touch == Touch::Moved && owner.code.iter().any(|code| code == path) {
            self.config = true;
            found = true;
        }
        found
    }

    pub(crate) fn code_of(&mut self, owner: &Owner, path: &Path) {
        self.code
            .entry(owner.id.clone())
            .or_default()
            .insert(path.to_path_buf());
    }

    /// Hands out what was gathered, in a fixed order.
    pub(crate) fn take(&mut self) -> Vec<DiskChange> {
        let batch = std::mem::take(self);
        let touched = batch.environments.len() + batch.code.len() + batch.projects.len();
        if batch.everything || touched > MANY {
            return vec![DiskChange::Everything];
        }
        let mut changes = Vec::new();
        if batch.config {
            changes.push(DiskChange::Config);
        }
        for project in batch.projects {
            changes.push(DiskChange::Project { project });
        }
        for project in batch.environments {
            changes.push(DiskChange::Environment { project });
        }
        for (project, paths) in batch.code {
            changes.push(DiskChange::Code {
                project,
                paths: paths.into_iter().collect(),
            });
        }
        changes
    }
}

/// Whether a file's content can change what a project loads.
pub(crate) fn is_code(name: &str) -> bool {
    !name.starts_with('.')
        && (name.ends_with(".py") || name.ends_with(".yaml") || name.ends_with(".yml"))
}

/// Whether a folder holds code of a project: caches, hidden folders and what npm installs do not.
fn is_code_folder(owner: &Owner, folder: &Path) -> bool {
    owner.flat.iter().any(|flat| flat == folder)
        || owner.code.iter().any(|code| {
            folder.strip_prefix(code).is_ok_and(|rest| {
                rest.components().all(|part| {
                    let name = part.as_os_str().to_string_lossy();
                    !name.starts_with('.') && name != "__pycache__" && name != "node_modules"
                })
            })
        })
}

/// Whether a name can be a folder that holds projects; files with an ending and hidden ones are not looked at twice.
fn is_plain_folder_name(name: &str) -> bool {
    !name.starts_with('.') && !name.ends_with('~') && !name.contains('.') && name != "__pycache__"
}
