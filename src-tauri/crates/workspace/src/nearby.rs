//! Looking around for Dagster projects, within bounds of depth, number and time. Refuses to enter environments.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::model::{Kind, Nearby};
use crate::root::kind_of_folder;
use crate::source::file_name;

const DEPTH: u32 = 4;
const FOLDERS: u32 = 5_000;
const FOUND: usize = 200;
const TIME: Duration = Duration::from_millis(400);

/// Folders that never hold a project of the person's own.
pub(crate) fn skipped(name: &str) -> bool {
    name.starts_with('.')
        || matches!(
            name,
            "node_modules"
                | "__pycache__"
                | "site-packages"
                | "venv"
                | "dist"
                | "build"
                | "target"
                | "proc"
                | "sys"
                | "dev"
        )
        || name.ends_with(".egg-info")
        || name.ends_with(".dist-info")
}

/// The folders in a folder that are worth entering, by name, links to folders left out.
pub(crate) fn folders_in(folder: &Path) -> Vec<(String, PathBuf)> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut found: Vec<_> = entries
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(|entry| {
            (
                entry.file_name().to_string_lossy().into_owned(),
                entry.path(),
            )
        })
        .filter(|(name, _)| !skipped(name))
        .collect();
    found.sort();
    found
}

/// Looks for Dagster projects and workspaces in a folder: the folder itself, else what lies below it, nearest first.
/// The second answer is whether the search was cut short.
#[must_use]
pub fn find_projects(folder: &Path) -> (Vec<Nearby>, bool) {
    let folder = crate::root::absolute(folder);
    if let Some((kind, _)) = kind_of_folder(&folder)
        && kind != Kind::DgWorkspace
    {
        let itself = Nearby {
            name: file_name(&folder),
            path: folder,
            kind,
        };
        return (vec![itself], false);
    }
    let around = look_below(&folder, DEPTH);
    (around.found, around.cut)
}

/// Looks for projects in a workspace's own folder, which is none itself.
pub(crate) fn look_in_workspace(root: &Path) -> (Vec<Nearby>, bool) {
    let around = look_below(root, DEPTH);
    (around.found, around.cut)
}

/// What was found, and whether the search was cut short.
pub(crate) struct Around {
    pub(crate) found: Vec<Nearby>,
    pub(crate) cut: bool,
}

/// Looks below a folder, and if nothing is there, beside it.
pub(crate) fn look_nearby(folder: &Path) -> Around {
    let below = look_below(folder, DEPTH);
    if !below.found.is_empty() {
        return below;
    }
    match folder.parent() {
        Some(parent) if parent.parent().is_some() => {
            let mut beside = look_below(parent, 1);
            beside.found.retain(|nearby| nearby.path != folder);
            beside
        }
        _ => below,
    }
}

/// Looks below a folder, nearest first.
pub(crate) fn look_below(folder: &Path, depth: u32) -> Around {
    let until = Instant::now() + TIME;
    let mut found = Vec::new();
    let mut looked = 0;
    let mut level = vec![folder.to_path_buf()];
    for _ in 0..depth {
        let mut next = Vec::new();
        for parent in level {
            for (_, path) in folders_in(&parent) {
                looked += 1;
                if looked > FOLDERS || found.len() >= FOUND || Instant::now() > until {
                    return Around { found, cut: true };
                }
                match kind_of_folder(&path) {
                    Some((kind, _)) => {
                        let plain = matches!(kind, Kind::WorkspaceYaml | Kind::PlainPackage);
                        found.push(Nearby {
                            name: file_name(&path),
                            path: path.clone(),
                            kind,
                        });
                        // dg projects do not nest; other kinds may hold some.
                        if plain {
                            next.push(path);
                        }
                    }
                    None => next.push(path),
                }
            }
        }
        level = next;
    }
    Around { found, cut: false }
}
