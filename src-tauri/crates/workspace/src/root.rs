//! Finding the root upward, as dg does: in each folder dg.toml first, then `[tool.dg]`; the nearest folder wins.

use std::path::{Path, PathBuf};

use crate::dg::{DirectoryType, directory_type};
use crate::model::Kind;
use crate::pyproject::Toml;
use crate::spelling::{normal_path, real_path};

/// The file names that Dagster takes for a workspace file, in order.
pub(crate) const WORKSPACE_FILES: [&str; 2] = ["workspace.yaml", "workspace.yml"];

/// Finds the folder that a path belongs to, by its real path; `None` if it is part of no workspace.
///
/// The nearest folder with dg settings wins, so that a folder inside a project opens that project.
/// The folder itself may also hold a workspace.yaml or `[tool.dagster]`; further up those count only where no dg settings are.
#[must_use]
pub fn find_root(start: &Path) -> Option<PathBuf> {
    locate(&real_path(start)).map(|found| found.root)
}

/// A root that was found.
pub(crate) struct Located {
    pub(crate) root: PathBuf,
    pub(crate) kind: Kind,
    /// The file that makes it one.
    pub(crate) config: PathBuf,
}

/// The same with what it is: to tell that, its file is read.
pub(crate) fn locate(start: &Path) -> Option<Located> {
    let start = absolute(start);
    let start = if start.is_file() {
        start.parent().map(Path::to_path_buf)?
    } else {
        start
    };
    let located = |folder: &Path| {
        let (kind, config) = kind_of_folder(folder)?;
        let root = folder.to_path_buf();
        Some(Located { root, kind, config })
    };
    if let Some(found) = located(&start) {
        return Some(found);
    }
    let mut other = None;
    for found in start.ancestors().skip(1).filter_map(located) {
        match found.kind {
            Kind::DgWorkspace | Kind::DgProject => return Some(found),
            _ if other.is_none() => other = Some(found),
            _ => {}
        }
    }
    other
}

/// The workspace that a project lies in, upward from its parent.
#[must_use]
pub fn workspace_around(project: &Path) -> Option<PathBuf> {
    project
        .ancestors()
        .skip(1)
        .find(|folder| matches!(kind_of_folder(folder), Some((Kind::DgWorkspace, _))))
        .map(Path::to_path_buf)
}

/// What a folder is by its own files, and the file that says so.
pub(crate) fn kind_of_folder(folder: &Path) -> Option<(Kind, PathBuf)> {
    let dg = folder.join("dg.toml");
    if dg.is_file() {
        let kind = match Toml::read(&dg) {
            Ok(Some(toml)) => kind_of(&directory_type(toml.root())).unwrap_or(Kind::DgWorkspace),
            _ => kind_of_broken(&dg),
        };
        return Some((kind, dg));
    }
    let pyproject = folder.join("pyproject.toml");
    let mut plain = false;
    // Most files are told apart without parsing them.
    if let Ok(Some(source)) = crate::source::Source::read(&pyproject)
        && (source.text.contains("dg") || source.text.contains("dagster"))
    {
        let text = std::sync::Arc::clone(&source.text);
        match Toml::parse(source) {
            Ok(toml) => {
                if let Some(settings) = toml.get(&["tool", "dg"]).and_then(|i| i.as_table_like())
                    && let Some(kind) = kind_of(&directory_type(settings))
                {
                    return Some((kind, pyproject));
                }
                plain = toml.get(&["tool", "dagster", "module_name"]).is_some()
                    || toml.get(&["tool", "dagster", "modules"]).is_some();
            }
            Err(_) if text.contains("[tool.dg") => {
                let kind = if text.contains("[tool.dg.workspace") {
                    Kind::DgWorkspace
                } else {
                    Kind::DgProject
                };
                return Some((kind, pyproject));
            }
            Err(_) => {}
        }
    }
    for name in WORKSPACE_FILES {
        let file = folder.join(name);
        if file.is_file() {
            return Some((Kind::WorkspaceYaml, file));
        }
    }
    plain.then_some((Kind::PlainPackage, pyproject))
}

fn kind_of(directory_type: &DirectoryType) -> Option<Kind> {
    match directory_type {
        DirectoryType::Workspace => Some(Kind::DgWorkspace),
        DirectoryType::Project => Some(Kind::DgProject),
        DirectoryType::Other(name) if name == "deployment" => None,
        DirectoryType::Other(_) | DirectoryType::Missing => Some(Kind::DgWorkspace),
    }
}

fn kind_of_broken(dg: &Path) -> Kind {
    let text = fs_err::read(dg).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    if text.contains("[project]") || text.contains("directory_type = \"project\"") {
        Kind::DgProject
    } else {
        Kind::DgWorkspace
    }
}

/// An absolute path without `.` and `..`, links left as they are.
pub(crate) fn absolute(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    normal_path(&path)
}

/// A folder as seen from the root, with `/`; absolute if it is not below it.
pub(crate) fn relative(root: &Path, folder: &Path) -> String {
    match folder.strip_prefix(root) {
        Ok(rest) if rest.as_os_str().is_empty() => ".".to_owned(),
        Ok(rest) => rest
            .components()
            .map(|part| part.as_os_str().to_string_lossy())
            .collect::<Vec<_>>()
            .join("/"),
        Err(_) => folder.display().to_string(),
    }
}
