//! Finding a place in the person's files by the names that an error mentions.
//!
//! By the text of files, never by running them, and so at best a good guess: a place is shown as the person's to look at.
//! Environments and hidden folders are left out.

use std::path::{Path, PathBuf};

use regex::Regex;

use super::{Frame, Origin};

/// The file of a dotted module name, seen from where imports start.
pub(super) fn module_file(origin: &Origin, module: &str) -> Option<PathBuf> {
    let relative: PathBuf = module.split('.').collect();
    [&origin.working_directory, &origin.folder]
        .into_iter()
        .find_map(|base| {
            let package = base.join(&relative).join("__init__.py");
            let file = base.join(&relative).with_extension("py");
            [file, package].into_iter().find(|path| path.is_file())
        })
}

/// Where a module's text makes a name: an assignment, a function or a class.
pub(super) fn definition(origin: &Origin, module: &str, name: &str) -> Option<Frame> {
    let path = module_file(origin, module)?;
    let pattern = format!(
        r"^(?:(?:async )?def |class )?{}\b\s*[=:(]",
        regex::escape(name)
    );
    first_match(&path, &Regex::new(&pattern).ok()?)
}

/// The start of a module's file.
pub(super) fn module(origin: &Origin, module: &str) -> Option<Frame> {
    Some(frame(module_file(origin, module)?, 1, None))
}

/// The second of several places that make an asset with a key's last part: the one that is too many.
pub(super) fn second_asset(origin: &Origin, name: &str) -> Option<Frame> {
    let name = regex::escape(name);
    let pattern = format!(
        r#"^\s*(?:async )?def {name}\s*\(|(?:name|key)\s*=\s*(?:\[[^\]]*)?["'](?:[^"']*/)?{name}["']|AssetSpec\(\s*["'](?:[^"']*/)?{name}["']"#
    );
    let pattern = Regex::new(&pattern).ok()?;
    let mut found = Vec::new();
    for path in python_files(&origin.folder) {
        let Ok(text) = fs_err::read_to_string(&path) else {
            continue;
        };
        for (number, line) in (1..).zip(text.lines()) {
            if pattern.is_match(line) {
                found.push(frame(path.clone(), number, Some(line)));
            }
        }
        if found.len() > 1 {
            break;
        }
    }
    found.into_iter().nth(1)
}

/// The source line at a place, for frames that come without.
pub(super) fn source_line(path: &Path, line: u32) -> Option<String> {
    let text = fs_err::read_to_string(path).ok()?;
    let index = usize::try_from(line).ok()?.checked_sub(1)?;
    text.lines().nth(index).map(|line| line.trim().to_owned())
}

/// The first line of a file that a pattern matches.
fn first_match(path: &Path, pattern: &Regex) -> Option<Frame> {
    let text = fs_err::read_to_string(path).ok()?;
    (1..)
        .zip(text.lines())
        .find(|(_, line)| pattern.is_match(line))
        .map(|(number, line)| frame(path.to_owned(), number, Some(line)))
}

/// A place that no traceback showed, as a frame of the person's own.
fn frame(path: PathBuf, line: u32, code: Option<&str>) -> Frame {
    Frame {
        path,
        line,
        function: String::new(),
        code: code.map(|code| code.trim().to_owned()),
        own: true,
    }
}

/// Python files of a project in path order, a few thousand at most, environments and hidden folders left out.
fn python_files(folder: &Path) -> Vec<PathBuf> {
    const MOST: usize = 3000;
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs_err::read_dir(&folder) else {
            continue;
        };
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            if kind.is_dir()
                && !name.starts_with('.')
                && !matches!(
                    name.as_str(),
                    "node_modules" | "__pycache__" | "site-packages"
                )
            {
                folders.push(entry.path());
            } else if kind.is_file()
                && Path::new(&name)
                    .extension()
                    .is_some_and(|extension| extension == "py")
            {
                files.push(entry.path());
            }
        }
        if files.len() > MOST {
            break;
        }
    }
    files.sort();
    files
}
