//! What a form starts from: sensible answers, so that a person may go on without typing.

use std::path::{Path, PathBuf};

use dagster::create::sample;

use super::place::{expanded, free_in, named};
use crate::context::AppContext;
use crate::errors::UvMissing;
use crate::operations::pythons;
use api::{CreateForm, CreateFormRequest, CreateKind, CreateSpec, PythonChoice};

/// The Pythons that new projects accept: what the scaffolder writes as `requires-python`.
const PYTHONS: &str = ">=3.10,<3.15";

/// What is filled in for names.
const WORKSPACE: &str = "dagster-workspace";
const PROJECT: &str = "my-project";

/// The answers as they stand before the person gave any. `open` is the root of the open workspace.
pub(crate) async fn form(
    context: &AppContext,
    request: &CreateFormRequest,
    open: Option<&Path>,
) -> CreateForm {
    let pythons = pythons(context).await;
    let uv = context.uv().await;
    let home = context.home.clone();
    let parent = request.parent.as_deref();
    let parent = parent
        .and_then(|typed| expanded(typed, &home))
        .or_else(|| usual_parent(context, request.kind, open))
        .unwrap_or_else(|| home.clone());
    let project = request.kind == CreateKind::Project;
    let around = project.then(|| workspace_around(&parent)).flatten();
    let (parent, around, name) = match &request.name {
        Some(name) if project => led(parent, around, name),
        Some(name) => (parent, around, name.clone()),
        None => {
            let name = match request.kind {
                CreateKind::Project => project_name(&parent, around.as_deref()),
                CreateKind::Workspace => free_in(&parent, WORKSPACE),
                CreateKind::Sample => free_in(&parent, sample::NAME),
            };
            (parent, around, name)
        }
    };
    let git = request.kind != CreateKind::Sample
        && around.is_none()
        && git().await.is_some()
        && repository(&parent).is_none();
    let spec = CreateSpec {
        kind: request.kind,
        parent: parent.display().to_string(),
        name,
        dagster: String::new(),
        python: pythons.first().map(|python| python.version.clone()),
        first_project: (request.kind == CreateKind::Workspace).then(|| PROJECT.to_owned()),
        git,
        sync: true,
        trust: false,
    };
    CreateForm {
        spec,
        workspace: around.map(|root| root.display().to_string()),
        pythons,
        blocked: uv.is_none().then(|| UvMissing.into()),
    }
}

/// The Pythons to choose from that Dagster runs on: those of this machine, newest first, then those that uv would download.
pub(super) async fn pythons(context: &AppContext) -> Vec<PythonChoice> {
    let mut all = pythons::choices(context).await;
    all.retain(|one| workspace::meets(&one.version, PYTHONS));
    all
}

/// git, where it is.
pub(super) async fn git() -> Option<PathBuf> {
    let find = || process::tools::find("git").map(|found| found.path);
    tokio::task::spawn_blocking(find).await.ok().flatten()
}

/// The git repository that a folder is in.
pub(super) fn repository(folder: &Path) -> Option<PathBuf> {
    let found = folder
        .ancestors()
        .find(|folder| folder.join(".git").exists());
    found.map(Path::to_path_buf)
}

/// Where a project's name leads: into a workspace from outside, or into one inside of its own, it is a name in there. What leads
/// out of its own stays as it is, to be refused.
fn led(parent: PathBuf, own: Option<PathBuf>, name: &str) -> (PathBuf, Option<PathBuf>, String) {
    let folder = named(&parent, name);
    let ends = Path::new(name).file_name().zip(folder.parent());
    let found = ends.and_then(|(last, before)| {
        let around = workspace_around(before)?;
        let allowed = own.as_ref().is_none_or(|own| around.starts_with(own));
        allowed.then(|| {
            (
                before.to_owned(),
                around,
                last.to_string_lossy().into_owned(),
            )
        })
    });
    match found {
        Some((before, around, last))
            if !parent.starts_with(&around) || !folder.starts_with(&parent) =>
        {
            (before, Some(around), last)
        }
        _ => (parent, own, name.to_owned()),
    }
}

/// The root of the workspace that a project in a folder would belong to.
pub(super) fn workspace_around(folder: &Path) -> Option<PathBuf> {
    let root = workspace::find_root(workspace::nearest_existing(folder))?;
    let reading = workspace::read(&root, &workspace::ReadOptions::default());
    (reading.kind == workspace::Kind::DgWorkspace).then_some(root)
}

/// Where such a thing is usually made: a project in the open workspace, a workspace beside the last one.
fn usual_parent(context: &AppContext, kind: CreateKind, open: Option<&Path>) -> Option<PathBuf> {
    if kind == CreateKind::Project
        && let Some(root) = open.and_then(workspace_around)
    {
        return Some(root);
    }
    let recent = context.state.recent();
    let beside = |root: &Path| root.parent().map(Path::to_path_buf);
    recent
        .iter()
        .filter_map(|entry| beside(&entry.root))
        // What is inside another workspace is no place for one.
        .find(|folder| folder.is_dir() && workspace::find_root(folder).is_none())
}

fn project_name(parent: &Path, around: Option<&Path>) -> String {
    match around {
        Some(root) if root == parent => {
            format!("projects/{}", free_in(&root.join("projects"), PROJECT))
        }
        _ => free_in(parent, PROJECT),
    }
}
