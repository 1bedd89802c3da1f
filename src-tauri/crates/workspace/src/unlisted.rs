//! What lies in a dg workspace and is not loaded: projects that dg.toml does not list, and what a workspace.yaml beside
//! it names. Looks within bounds, as [`crate::find_projects`] does.

use std::path::PathBuf;

use crate::environment::UvWorkspaces;
use crate::model::{CliSettings, Kind, ReadOptions, Reading};
use crate::root::WORKSPACE_FILES;
use crate::spelling::normal_path;
use crate::workspace_file::read_workspace_file;

/// The folders of dg projects inside a dg workspace that it does not list, by path.
#[must_use]
pub fn unlisted_projects(reading: &Reading) -> Vec<PathBuf> {
    if reading.kind != Kind::DgWorkspace {
        return Vec::new();
    }
    let listed: Vec<PathBuf> = reading
        .projects
        .iter()
        .map(|project| normal_path(&project.folder))
        .collect();
    let (found, _) = crate::nearby::look_in_workspace(&reading.root);
    let mut folders: Vec<PathBuf> = found
        .into_iter()
        .filter(|nearby| nearby.kind == Kind::DgProject)
        .map(|nearby| nearby.path)
        .filter(|path| !listed.contains(path))
        .collect();
    folders.sort();
    folders
}

/// The code locations of a workspace.yaml that is not used because dg settings win, and that those settings do not bring:
/// the file, and the names.
#[must_use]
pub fn unused_locations(reading: &Reading) -> Option<(PathBuf, Vec<String>)> {
    if !matches!(reading.kind, Kind::DgWorkspace | Kind::DgProject) {
        return None;
    }
    let mut files = WORKSPACE_FILES.iter().map(|name| reading.root.join(name));
    let file = files.find(|file| file.is_file())?;
    let mut beside = Reading {
        root: reading.root.clone(),
        kind: Kind::WorkspaceYaml,
        name: String::new(),
        config: Some(file.clone()),
        container: None,
        projects: Vec::new(),
        deployment: None,
        dot_env: None,
        cli: CliSettings::default(),
        nearby: Vec::new(),
        problems: Vec::new(),
    };
    read_workspace_file(
        &mut beside,
        &ReadOptions::default(),
        &UvWorkspaces::default(),
    );
    let loaded = |name: &str| {
        let mut loaded = reading.projects.iter();
        loaded.any(|project| project.name == name || project.target.label() == name)
    };
    let names = beside.projects.into_iter().map(|project| project.name);
    Some((file, names.filter(|name| !loaded(name)).collect()))
}
