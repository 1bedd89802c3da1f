//! Which folders are watched, and whose they are. Refuses environments, caches and version control.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::CodeFiles;
use crate::model::{Kind, LoadTarget, Reading};
use crate::nearby::skipped;

/// The most folders of code that one project may have watched.
const CODE_FOLDERS: usize = 2_000;

/// What is watched for one project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Owner {
    pub(crate) id: String,
    pub(crate) folder: PathBuf,
    /// Folders whose Python and YAML files are the project's code, with all below them.
    pub(crate) code: Vec<PathBuf>,
    /// Single folders whose files are code, without what is below.
    pub(crate) flat: Vec<PathBuf>,
    /// The environment folder, and the folders in it that tell of a change.
    pub(crate) environment: PathBuf,
    pub(crate) inside: Vec<PathBuf>,
}

/// Which folders to watch, made from a reading.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WatchPlan {
    pub(crate) root: PathBuf,
    pub(crate) owners: Vec<Owner>,
    /// Folders whose settings files count, with those on the way to projects.
    pub(crate) settings: Vec<PathBuf>,
}

impl WatchPlan {
    /// Plans for a reading.
    #[must_use]
    pub fn of(reading: &Reading) -> Self {
        let root = &reading.root;
        let mut settings = vec![root.clone()];
        let mut owners = Vec::new();
        for project in &reading.projects {
            settings.extend(way(root, &project.folder));
            let CodeFiles { deep, flat, .. } = CodeFiles::of(project);
            owners.push(Owner {
                id: project.id.clone(),
                folder: project.folder.clone(),
                code: deep,
                flat,
                environment: project.environment.path.clone(),
                inside: project.environment.watched.clone(),
            });
        }
        if let Some(deployment) = &reading.deployment {
            settings.extend(way(root, &deployment.folder));
            owners.push(Owner {
                id: deployment.path.clone(),
                folder: deployment.folder.clone(),
                code: Vec::new(),
                flat: Vec::new(),
                environment: deployment.environment.path.clone(),
                inside: deployment.environment.watched.clone(),
            });
        }
        if reading.kind == Kind::DgWorkspace {
            // Where a deployment would appear.
            settings.push(root.join("deployments"));
        }
        settings.sort();
        settings.dedup();
        Self {
            root: root.clone(),
            owners,
            settings,
        }
    }

    /// Every folder to watch that exists now.
    pub(crate) fn folders(&self) -> Walk {
        let mut walk = Walk::default();
        for folder in &self.settings {
            match existing(folder) {
                Some(found) => walk.add(found),
                None => continue,
            }
        }
        for owner in &self.owners {
            if owner.folder.is_dir() {
                walk.add(owner.folder.clone());
            }
            for folder in owner.inside.iter().chain(&owner.flat) {
                if folder.is_dir() {
                    walk.add(folder.clone());
                }
            }
            // Where an environment lies elsewhere, the folder around it tells when it comes and goes.
            if let Some(around) = owner.environment.parent()
                && around.is_dir()
            {
                walk.add(around.to_path_buf());
            }
            for folder in &owner.code {
                walk.descend(folder, &owner.id);
            }
        }
        walk
    }
}

/// The folders to watch, and the projects whose code is too large for it.
#[derive(Debug, Default)]
pub(crate) struct Walk {
    pub(crate) folders: BTreeMap<PathBuf, ()>,
    pub(crate) cut: Vec<String>,
}

impl Walk {
    fn add(&mut self, folder: PathBuf) {
        self.folders.insert(folder, ());
    }

    /// Adds the folders of code below one, as many as a project may have; one with more is noted.
    pub(crate) fn descend(&mut self, folder: &Path, owner: &str) {
        if !folder.is_dir() {
            return;
        }
        let mut left = CODE_FOLDERS;
        let mut linked = BTreeSet::new();
        let mut open = vec![folder.to_path_buf()];
        while let Some(folder) = open.pop() {
            if left == 0 {
                self.cut.push(owner.to_owned());
                return;
            }
            left -= 1;
            open.extend(subfolders(&folder, &mut linked));
            self.add(folder);
        }
    }
}

/// Folders of code below a folder. What a link leads to is code as well, as Python has it; `linked` is where links led before, so
/// that none is followed twice or for ever.
fn subfolders(folder: &Path, linked: &mut BTreeSet<PathBuf>) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter(|entry| !entry.file_name().to_str().is_none_or(skipped_code))
        .filter(|entry| match entry.file_type() {
            Ok(kind) if kind.is_symlink() => leads_on(&entry.path(), linked),
            Ok(kind) => kind.is_dir(),
            Err(_) => false,
        })
        .map(|entry| entry.path())
        // An environment under any other name is known by its file.
        .filter(|path| !path.join("pyvenv.cfg").exists())
        .collect()
}

/// Whether a link leads to a folder that is not around it, and that no link led to before.
fn leads_on(link: &Path, linked: &mut BTreeSet<PathBuf>) -> bool {
    let Ok(real) = std::fs::canonicalize(link) else {
        return false;
    };
    let around = link
        .parent()
        .and_then(|parent| std::fs::canonicalize(parent).ok());
    let around = around.is_some_and(|around| around.starts_with(&real));
    real.is_dir() && !around && linked.insert(real)
}

/// Unlike in a search for projects, a package may well be called `build` or `target`.
fn skipped_code(name: &str) -> bool {
    skipped(name) && !matches!(name, "build" | "dist" | "target" | "dev" | "proc" | "sys")
}

/// The folder, or the nearest above it that exists.
fn existing(folder: &Path) -> Option<PathBuf> {
    folder
        .ancestors()
        .find(|folder| folder.is_dir())
        .map(Path::to_path_buf)
}

/// The folders from the root to a project's folder, the project's own left out.
fn way(root: &Path, folder: &Path) -> Vec<PathBuf> {
    if folder.starts_with(root) {
        folder
            .ancestors()
            .skip(1)
            .take_while(|above| above.starts_with(root))
            .map(Path::to_path_buf)
            .collect()
    } else {
        folder.parent().map(Path::to_path_buf).into_iter().collect()
    }
}

/// Which folders hold a project's code, watched with what is below them, and which are watched alone. With a `src` that is
/// all of it; else the package that is loaded, and the files beside it.
pub(crate) fn code_of(
    target: &LoadTarget,
    folder: &Path,
    working_directory: &Path,
    root_module: Option<&str>,
) -> (Vec<PathBuf>, Vec<PathBuf>) {
    if working_directory != folder && working_directory.ends_with("src") {
        return (vec![working_directory.to_path_buf()], Vec::new());
    }
    let package = |name: &str| {
        let first = name.split('.').next().unwrap_or(name);
        working_directory.join(first)
    };
    match target {
        LoadTarget::Module { name }
        | LoadTarget::Package { name }
        | LoadTarget::Autoload { name } => {
            let mut code = vec![package(root_module.unwrap_or(name))];
            if root_module.is_some() && package(name) != code[0] {
                code.push(package(name));
            }
            (code, vec![working_directory.to_path_buf()])
        }
        LoadTarget::File { path } => {
            let around = path.parent().unwrap_or(working_directory);
            (vec![around.to_path_buf()], Vec::new())
        }
        LoadTarget::Unknown => (Vec::new(), vec![folder.to_path_buf()]),
        LoadTarget::GrpcServer { .. } => (Vec::new(), Vec::new()),
    }
}
