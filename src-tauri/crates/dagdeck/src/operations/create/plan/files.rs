//! The files and folders that steps make, as a tree.

use std::collections::BTreeSet;
use std::path::Path;

use dagster::create::tree;

use super::super::place::Destination;
use super::{Action, Work};
use api::PlannedFile;

/// The files and folders that the steps make, in the order of a tree.
pub(super) fn files(place: &Destination, work: &[Work]) -> Vec<PlannedFile> {
    let mut all: Vec<(String, &str)> = Vec::new();
    let mut put = |folder: &Path, path: &str, note: &'static str| {
        let folder = folder.strip_prefix(&place.parent).unwrap_or(folder);
        let folder = folder.to_string_lossy().replace('\\', "/");
        all.push((format!("{folder}/{path}"), note));
    };
    for step in work {
        match &step.action {
            Action::Scaffold(scaffold) => {
                for promised in &scaffold.promised {
                    put(&scaffold.folder, &promised.path, promised.note);
                }
            }
            Action::Sync { command, .. } => {
                for promised in tree::synced() {
                    put(&command.folder, &promised.path, promised.note);
                }
            }
            Action::Run(command) => put(&command.folder, ".git/", ""),
            Action::Sample { folder, files } => {
                for file in files {
                    put(folder, file.path, file.note);
                }
            }
            Action::Write { path, .. } => {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                put(path.parent().unwrap_or(path), &name, "");
            }
        }
    }
    in_order(all)
}

/// Sorts paths as a tree shows them, each folder once before what is in it.
fn in_order(mut all: Vec<(String, &str)>) -> Vec<PlannedFile> {
    all.sort_by(|(a, _), (b, _)| a.split('/').cmp(b.split('/')));
    let mut files: Vec<PlannedFile> = Vec::new();
    let mut known = BTreeSet::new();
    for (path, note) in all {
        let ends = path.match_indices('/').map(|(at, _)| at + 1);
        for end in ends.filter(|end| *end < path.len()) {
            if known.insert(path[..end].to_owned()) {
                files.push(PlannedFile {
                    path: path[..end].to_owned(),
                    note: String::new(),
                });
            }
        }
        if known.insert(path.clone()) {
            files.push(PlannedFile {
                note: note.to_owned(),
                path,
            });
        } else if let Some(file) = files.iter_mut().find(|file| file.path == path) {
            // Its folder was there first, for something else in it.
            file.note = note.to_owned();
        }
    }
    files
}
