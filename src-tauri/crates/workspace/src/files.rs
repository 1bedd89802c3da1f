//! The files of a project that a person would call theirs.

use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

/// Folders that tools make.
const MADE_BY_TOOLS: [&str; 6] = [
    ".venv",
    ".git",
    "node_modules",
    "__pycache__",
    ".dg",
    ".pytest_cache",
];

/// The files below a folder in path order, at most `most`, and whether there are more. What git ignores and what tools
/// make is left out, but for `.env`, which a person edits.
#[must_use]
pub fn project_files(folder: &Path, most: usize) -> (Vec<PathBuf>, bool) {
    let walk = WalkBuilder::new(folder)
        .hidden(false)
        .require_git(false)
        .sort_by_file_path(Path::cmp)
        .filter_entry(|entry| !MADE_BY_TOOLS.iter().any(|name| entry.file_name() == *name))
        .build();
    let mut files: Vec<PathBuf> = walk
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()))
        .map(ignore::DirEntry::into_path)
        .take(most + 1)
        .collect();
    let cut = files.len() > most;
    files.truncate(most);
    let dot_env = folder.join(".env");
    if dot_env.is_file() && !files.contains(&dot_env) {
        files.insert(0, dot_env);
    }
    (files, cut)
}
