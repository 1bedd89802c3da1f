//! Where something is to be made, and what speaks against it: looks at the disk, changes nothing.

mod project;

use std::path::{Path, PathBuf};

use dagster::create::names;
use workspace::{
    Kind, ProblemCode, ReadOptions, Reading, dead_link, nearest_existing, normal_path, real_path,
};

use super::remark::{note, stop};
use api::{CreateField, CreateKind, CreateRemark, CreateSpec};

/// Faults of a workspace's own settings that the scaffolder stumbles over, some of them after it has written files.
const STUMBLES: [ProblemCode; 11] = [
    ProblemCode::FileUnreadable,
    ProblemCode::FileNotUtf8,
    ProblemCode::InvalidToml,
    ProblemCode::DgTomlEmpty,
    ProblemCode::DirectoryTypeMissing,
    ProblemCode::DirectoryTypeUnexpected,
    ProblemCode::TableMissing,
    ProblemCode::UnknownKey,
    ProblemCode::WrongType,
    ProblemCode::RequiredKeyMissing,
    ProblemCode::ProjectEntryIsString,
];

/// Where something is to be made.
#[derive(Debug, Clone)]
pub(super) struct Destination {
    /// The folder that was given, absolute.
    pub(super) parent: PathBuf,
    /// The folder that would be made, absolute.
    pub(super) folder: PathBuf,
    /// The folder's own name.
    pub(super) name: String,
    /// The workspace that a project goes into.
    pub(super) around: Option<Reading>,
}

impl Destination {
    /// Where the scaffolder runs: in the workspace's root, or beside what it makes.
    pub(super) fn base(&self) -> PathBuf {
        match &self.around {
            Some(reading) => reading.root.clone(),
            None => self.parent.clone(),
        }
    }

    /// What is made, as seen from there, with `/`.
    pub(super) fn relative(&self) -> String {
        let base = self.base();
        let relative = self.folder.strip_prefix(&base).unwrap_or(&self.folder);
        let parts = relative.components();
        let parts: Vec<_> = parts
            .map(|part| part.as_os_str().to_string_lossy().into_owned())
            .collect();
        parts.join("/")
    }

    /// The root to open once it is made.
    pub(super) fn root(&self) -> PathBuf {
        match &self.around {
            Some(reading) => reading.root.clone(),
            None => self.folder.clone(),
        }
    }
}

/// Finds the place that answers speak of, with what speaks against it. No place where they say too little.
pub(super) fn find(spec: &CreateSpec, home: &Path) -> (Option<Destination>, Vec<CreateRemark>) {
    let mut remarks = Vec::new();
    let Some(parent) = expanded(&spec.parent, home) else {
        let words = if spec.parent.trim().is_empty() {
            "Choose a folder."
        } else {
            "Type the whole path of the folder, from / or ~ on."
        };
        remarks.push(stop(CreateField::Parent, words, None));
        return (None, remarks);
    };
    let name = spec.name.trim().trim_end_matches('/');
    let own = name.rsplit('/').next().unwrap_or_default().to_owned();
    let folder = named(&parent, name);
    let (mut around, said) = surroundings(spec.kind, &parent);
    remarks.extend(said);
    // The folders in a name may lead into a workspace, or into a project that no workspace lists.
    let mut inside = None;
    if spec.kind == CreateKind::Project
        && remarks.is_empty()
        && let Some(before) = folder.parent()
        && before != parent
        && before.starts_with(&parent)
    {
        let (nearer, said) = surroundings(spec.kind, before);
        around = nearer.or(around);
        inside = said.into_iter().find(|remark| remark.blocks);
    }
    let typed = workspace::expand_home(spec.parent.trim(), home);
    remarks.extend(parent_faults(&typed, &parent, around.is_some()));
    let place = Destination {
        parent,
        folder,
        name: own,
        around,
    };
    let fault = match spec.kind {
        CreateKind::Project => project::fault(&place, name),
        CreateKind::Workspace | CreateKind::Sample => workspace_faults(&place, name),
    };
    let inside = inside.map(|remark| stop(CreateField::Name, remark.message, None));
    remarks.extend(fault.or(inside));
    let first = spec.first_project.as_deref().map_or("", str::trim);
    if spec.kind == CreateKind::Workspace
        && !first.is_empty()
        && let Err(fault) = names::check_project(first)
    {
        let near = names::near(first, names::check_project);
        remarks.push(stop(CreateField::FirstProject, fault.to_string(), near));
    }
    (Some(place), remarks)
}

/// A folder as typed, by its real path as far as it exists: by that a workspace is trusted and owned. None for a relative one.
pub(super) fn expanded(typed: &str, home: &Path) -> Option<PathBuf> {
    let path = workspace::expand_home(typed.trim(), home);
    path.is_absolute().then(|| real_path(&path))
}

/// The folder of this name in another one. It is not there yet: where the links on the way to it lead counts, not one in its place.
pub(super) fn named(parent: &Path, name: &str) -> PathBuf {
    let whole = parent.join(name);
    match (whole.parent(), whole.file_name()) {
        (Some(before), Some(own)) => real_path(before).join(own),
        _ => normal_path(&whole),
    }
}

/// The workspace that a project would go into, and what stands around that must not.
fn surroundings(kind: CreateKind, parent: &Path) -> (Option<Reading>, Vec<CreateRemark>) {
    let Some(root) = workspace::find_root(nearest_existing(parent)) else {
        return (None, Vec::new());
    };
    let reading = workspace::read(&root, &ReadOptions::default());
    let shown = reading.root.display();
    let outside = |root: &Path| root.parent().map(|folder| folder.display().to_string());
    let around = |remark| (None, vec![remark]);
    match (kind, reading.kind) {
        (CreateKind::Project, Kind::DgWorkspace) => {
            let remarks = settings_faults(&reading);
            (Some(reading), remarks)
        }
        (CreateKind::Project, Kind::DgProject) => {
            let instead = reading.container.clone();
            let instead = instead.map(|folder| folder.display().to_string());
            around(stop(
                CreateField::Parent,
                format!(
                    "This folder is inside the project {shown}. A project can't be in another."
                ),
                instead.or_else(|| outside(&reading.root)),
            ))
        }
        (CreateKind::Project, Kind::WorkspaceYaml) => around(note(
            CreateField::Parent,
            format!(
                "The workspace.yaml in {shown} will not list this project: add it there by hand."
            ),
        )),
        (CreateKind::Workspace | CreateKind::Sample, Kind::DgWorkspace) => around(stop(
            CreateField::Parent,
            format!("{shown} is a workspace already, and a workspace can't be in another."),
            outside(&reading.root),
        )),
        (CreateKind::Workspace | CreateKind::Sample, Kind::DgProject) => around(stop(
            CreateField::Parent,
            format!("{shown} is a project. A workspace holds projects and can't be in one."),
            outside(reading.container.as_deref().unwrap_or(&reading.root)),
        )),
        _ => (None, Vec::new()),
    }
}

/// What is wrong with the settings of the workspace that a project would go into.
fn settings_faults(reading: &Reading) -> Vec<CreateRemark> {
    let config = reading.config.as_deref();
    let faults = reading.problems.iter().filter(|problem| {
        Some(problem.path.as_path()) == config && STUMBLES.contains(&problem.code)
    });
    faults
        .map(|problem| {
            let line = problem
                .line
                .map_or_else(String::new, |line| format!(", line {line}"));
            let words = format!(
                "{}{line} has to be put right first, or the new project can't be listed in it: {}",
                problem.path.display(),
                problem.message
            );
            stop(CreateField::Parent, words, None)
        })
        .collect()
}

/// Whether anything can be made in the folder that was given, as typed and as it is.
fn parent_faults(typed: &Path, parent: &Path, in_workspace: bool) -> Option<CreateRemark> {
    let there = nearest_existing(parent);
    let instead = Some(there.display().to_string());
    if there.is_file() {
        let words = no_folder(there);
        let instead = there.parent().map(|folder| folder.display().to_string());
        return Some(stop(CreateField::Parent, words, instead));
    }
    if let Some(link) = dead_link(typed) {
        return Some(stop(CreateField::Parent, nowhere(link), instead));
    }
    if there != parent && !in_workspace {
        let words = format!("There is no folder at {}.", parent.display());
        return Some(stop(CreateField::Parent, words, instead));
    }
    (!can_write(there)).then(|| {
        let words = format!(
            "Nothing can be written in {}. Choose a folder of your own.",
            there.display()
        );
        stop(CreateField::Parent, words, None)
    })
}

#[cfg(unix)]
fn can_write(path: &Path) -> bool {
    use nix::unistd::{AccessFlags, access};
    access(path, AccessFlags::W_OK | AccessFlags::X_OK).is_ok()
}

#[cfg(not(unix))]
fn can_write(path: &Path) -> bool {
    fs_err::metadata(path).is_ok_and(|found| !found.permissions().readonly())
}

/// What speaks against a workspace's name: itself, or something in its place.
fn workspace_faults(place: &Destination, name: &str) -> Option<CreateRemark> {
    if let Err(fault) = names::check_workspace(name) {
        let near = names::near(name, names::check_workspace);
        return Some(stop(CreateField::Name, fault.to_string(), near));
    }
    is_taken(&place.folder).then(|| {
        let free = free(name, |name| !is_taken(&place.parent.join(name)));
        stop(CreateField::Name, taken(&place.folder), free)
    })
}

/// Whether something is in a place, whatever it is.
fn is_taken(folder: &Path) -> bool {
    // A link that leads nowhere is taken too.
    folder.symlink_metadata().is_ok()
}

fn no_folder(file: &Path) -> String {
    format!("{} is a file, not a folder.", file.display())
}

fn nowhere(link: &Path) -> String {
    format!("{} is a link that leads nowhere.", link.display())
}

fn taken(folder: &Path) -> String {
    format!("There is a file or folder at {} already.", folder.display())
}

/// The name with the first number that makes it free.
fn free(name: &str, is_free: impl Fn(&str) -> bool) -> Option<String> {
    (2..100)
        .map(|number| format!("{name}-{number}"))
        .find(|name| is_free(name))
}

/// A name that is free in a folder: itself, or with a number.
pub(super) fn free_in(folder: &Path, name: &str) -> String {
    if is_taken(&folder.join(name)) {
        free(name, |name| !is_taken(&folder.join(name))).unwrap_or_else(|| name.to_owned())
    } else {
        name.to_owned()
    }
}

#[cfg(test)]
mod tests;
