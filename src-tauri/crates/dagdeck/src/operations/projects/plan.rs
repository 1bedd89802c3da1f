//! What a change of the list would do, and what speaks against it.

use std::path::Path;
use std::time::{Duration, Instant};

use workspace::edit::{self, ListChange};
use workspace::{Kind, Project, ReadOptions, Reading, path_from, real_path};

use super::{Planned, ProjectsError, file_name};
use crate::operations::basis::Basis;
use crate::operations::diff;
use api::{PlannedEdit, ProjectsChange, ProjectsPlan, ProjectsRemark, TrashedFolder};

/// How long counting the files of one folder may take.
const COUNT_LIMIT: Duration = Duration::from_secs(2);

/// Why a folder can't be added, whatever else is added.
pub(super) fn refusal(reading: &Reading, folder: &Path, kind: Kind) -> Option<String> {
    if folder == reading.root {
        return Some("It is the workspace itself.".to_owned());
    }
    if let Some(listed) = listed(reading, folder) {
        return Some(format!("It is listed already, as {}.", listed.path));
    }
    match kind {
        Kind::DgProject => None,
        Kind::DgWorkspace => Some("It is a workspace of its own; a workspace lists projects only.".to_owned()),
        Kind::WorkspaceYaml | Kind::PlainPackage => Some(
            "It has no dg settings, and dg stops at a project without them. Add a [tool.dg] table with directory_type = \"project\" to its pyproject.toml.".to_owned(),
        ),
        Kind::NotAWorkspace => Some("There is no Dagster project in it.".to_owned()),
    }
}

pub(super) fn listed<'a>(reading: &'a Reading, folder: &Path) -> Option<&'a Project> {
    let place = real_path(folder);
    let mut projects = reading.projects.iter();
    projects.find(|project| project.folder == folder || real_path(&project.folder) == place)
}

/// A change while it is worked out.
struct Work<'a> {
    reading: &'a Reading,
    config: &'a Path,
    changes: Vec<ListChange>,
    remarks: Vec<ProjectsRemark>,
    /// Who has a code location name, and a package.
    taken: Vec<(String, Option<String>, String)>,
}

/// Works out which lines of the list come, go and change, and what is worth saying of each folder. Reads the folders;
/// writes nothing. A folder that can't come in is a remark that blocks, not an error, so that all of them are told at once.
///
/// # Errors When a location is not in the workspace, and when the file that lists them can't be edited so.
pub(super) fn plan(
    reading: &Reading,
    config: &Path,
    change: &ProjectsChange,
) -> Result<Planned, ProjectsError> {
    let leaving = |project: &Project| {
        change.remove.contains(&project.id)
            || change
                .moved
                .iter()
                .any(|moved| moved.location == project.id)
    };
    let staying = reading.projects.iter().filter(|project| !leaving(project));
    let mut work = Work {
        reading,
        config,
        changes: Vec::new(),
        remarks: Vec::new(),
        taken: staying
            .map(|project| {
                (
                    project.name.clone(),
                    project.root_module.clone(),
                    project.path.clone(),
                )
            })
            .collect(),
    };
    let mut trash = Vec::new();
    for id in &change.remove {
        let project = known(reading, id)?;
        work.changes
            .push(ListChange::Unregister(project.path.clone()));
        if change.trash {
            trash.extend(work.going(project));
        }
    }
    for moved in &change.moved {
        let project = known(reading, &moved.location)?;
        if let Some(path) = work.coming(Path::new(&moved.path)) {
            work.changes
                .push(ListChange::Rename(project.path.clone(), path));
        }
    }
    for folder in &change.add {
        if let Some(path) = work.coming(Path::new(folder)) {
            work.changes.push(ListChange::Register(path));
        }
    }
    work.finish(trash)
}

/// The project that an id names.
fn known<'a>(reading: &'a Reading, id: &str) -> Result<&'a Project, ProjectsError> {
    reading.project(id).ok_or_else(|| ProjectsError::Unknown {
        location: id.to_owned(),
    })
}

impl Work<'_> {
    /// Notes something worth saying of a folder.
    fn remark(&mut self, folder: &Path, blocks: bool, message: String) {
        self.remarks.push(ProjectsRemark {
            path: folder.display().to_string(),
            message,
            blocks,
        });
    }

    /// The path to list for a folder that comes in; `None` where it can't.
    fn coming(&mut self, folder: &Path) -> Option<String> {
        let root = self.reading.root.clone();
        let found = workspace::read(folder, &ReadOptions::default());
        let kind = if found.root == folder {
            found.kind
        } else {
            Kind::NotAWorkspace
        };
        if let Some(why) = refusal(self.reading, folder, kind) {
            self.remark(folder, true, format!("{}: {why}", folder.display()));
            return None;
        }
        let path = path_from(&root, folder);
        if self.changes.contains(&ListChange::Register(path.clone())) {
            return None;
        }
        if !folder.starts_with(&root) {
            self.remark(
                folder,
                false,
                format!("It lies outside the workspace's folder, listed as {path}: who has only that folder, from git say, does not have it."),
            );
        }
        if let Some(around) = self.reading.projects.iter().find(|project| {
            folder.starts_with(&project.folder) || project.folder.starts_with(folder)
        }) {
            let words = format!("It and {} lie in each other.", around.path);
            self.remark(folder, false, words);
        }
        if let Some(project) = found.projects.first() {
            self.compare(folder, project, &path);
        }
        Some(path)
    }

    /// Says whether what a project is called is taken, and takes it.
    fn compare(&mut self, folder: &Path, project: &Project, path: &str) {
        let taken = self.taken.iter().find(|(name, _, _)| *name == project.name);
        if let Some((_, _, by)) = taken {
            let words = format!(
                "The code location name {} is taken by {by}, and Dagster loads no two of one name. Give one of them a \
                 code_location_name of its own in its settings file first.",
                project.name
            );
            self.remark(folder, true, words);
        }
        let module = project.root_module.as_ref();
        let shared = module.and_then(|module| {
            let mut taken = self.taken.iter();
            taken.find(|(_, other, _)| other.as_ref() == Some(module))
        });
        if let (Some(module), Some((_, _, by))) = (module, shared) {
            let words = format!(
                "Its package {module} also exists in {by}: they run side by side, but can't share an environment."
            );
            self.remark(folder, false, words);
        }
        if let Some(problem) = project.blocked() {
            let words = format!("It can't be loaded as it is: {}", problem.message);
            self.remark(folder, false, words);
        } else if !project.environment.can_run() {
            let words = "It has no usable environment yet; sync it afterwards.".to_owned();
            self.remark(folder, false, words);
        }
        self.taken.push((
            project.name.clone(),
            project.root_module.clone(),
            path.to_owned(),
        ));
    }

    /// What goes to the trash with a project; `None` where that is refused.
    fn going(&mut self, project: &Project) -> Option<TrashedFolder> {
        let folder = real_path(&project.folder);
        let inside = |other: &Path| real_path(other).starts_with(&folder);
        let holds = self
            .reading
            .projects
            .iter()
            .find(|other| other.id != project.id && inside(&other.folder))
            .map(|other| other.path.clone());
        if inside(&self.reading.root) {
            let words = "The workspace itself lies in this folder, so it can't go to the trash. Take the project out of the workspace instead.";
            self.remark(&project.folder, true, words.to_owned());
            return None;
        }
        if let Some(path) = holds {
            let words =
                format!("The project {path} lies in this folder, so it can't go to the trash.");
            self.remark(&project.folder, true, words);
            return None;
        }
        if !folder.is_dir() {
            let words = "Its folder is not there any more; only the entry goes.".to_owned();
            self.remark(&project.folder, false, words);
            return None;
        }
        if !folder.starts_with(real_path(&self.reading.root)) {
            let words =
                "Its folder lies outside the workspace; something else may use it.".to_owned();
            self.remark(&project.folder, false, words);
        }
        Some(measure_folder(&project.folder))
    }

    /// Makes one edit of all changes, and the basis: the file as it was, the file as it would be, and each folder that
    /// goes.
    fn finish(self, trash: Vec<TrashedFolder>) -> Result<Planned, ProjectsError> {
        let edit = match self.changes.as_slice() {
            [] => None,
            changes => Some(edit::change(self.config, changes)?),
        };
        let planned = edit.as_ref().map(|edit| PlannedEdit {
            path: edit.path.display().to_string(),
            diff: diff::lines(&edit.before, &edit.after),
        });
        let mut basis = Basis::default();
        if let Some(edit) = &edit {
            basis.read(file_name(&edit.path), &edit.before);
            basis.runs(
                format!("the change of {}", file_name(&edit.path)),
                &edit.after,
            );
        }
        for folder in &trash {
            basis.runs(
                format!("the folder {} that goes to the trash", folder.path),
                &folder.path,
            );
        }
        let plan = ProjectsPlan {
            edits: planned.into_iter().collect(),
            remarks: self.remarks,
            stops: Vec::new(),
            trash,
            basis: basis.to_string(),
        };
        Ok(Planned { plan, edit })
    }
}

/// Counts what is in a folder; links are not followed.
fn measure_folder(folder: &Path) -> TrashedFolder {
    let until = Instant::now() + COUNT_LIMIT;
    let (mut files, mut bytes, mut cut) = (0_u32, 0_u64, false);
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        if Instant::now() > until {
            cut = true;
            break;
        }
        // A folder that can't be read is counted by nobody; the trash says so if it can't move it.
        let Ok(entries) = fs_err::read_dir(&next) else {
            cut = true;
            continue;
        };
        for entry in entries.flatten() {
            match entry.metadata() {
                Ok(metadata) if metadata.is_dir() => folders.push(entry.path()),
                Ok(metadata) => {
                    files = files.saturating_add(1);
                    bytes = bytes.saturating_add(metadata.len());
                }
                Err(_) => cut = true,
            }
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "no project has 8 petabytes")]
    let bytes = bytes as f64;
    TrashedFolder {
        path: folder.display().to_string(),
        files,
        bytes,
        cut,
    }
}
