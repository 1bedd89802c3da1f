//! The steps that make something, in their order.
//!
//! Files first, then git, then environments, which take longest. Each step is one command, or files that Dagdeck writes
//! itself; each can be tried again by itself.

use std::path::{Path, PathBuf};

use dagster::create::names::package_of;
use dagster::create::sample;
use dagster::create::scaffold::{self, Tools};
use dagster::create::tree;

use super::super::place::Destination;
use super::{Action, Scaffold, Work};
use api::{CreateKind, CreateSpec};

/// The tools that the steps run.
pub(super) struct Toolchain {
    pub(super) tools: Tools,
    pub(super) git: Option<PathBuf>,
}

/// A workspace's first project, if there is to be one.
pub(super) fn first_project(spec: &CreateSpec) -> Option<String> {
    let name = spec.first_project.as_deref().map(str::trim);
    name.filter(|name| !name.is_empty()).map(str::to_owned)
}

/// What makes it.
pub(super) fn steps(spec: &CreateSpec, place: &Destination, means: &Toolchain) -> Vec<Work> {
    match spec.kind {
        CreateKind::Project => project_steps(spec, place, means),
        CreateKind::Workspace => workspace_steps(spec, place, means),
        CreateKind::Sample => sample_steps(spec, place, means),
    }
}

/// The sample is written by Dagdeck itself, for the scaffolder makes empty projects.
fn sample_steps(spec: &CreateSpec, place: &Destination, means: &Toolchain) -> Vec<Work> {
    let root = &place.folder;
    let mut steps = vec![Work {
        title: "Write the sample to",
        of: place.name.clone(),
        note: "Two projects of real Dagster code to read and change.".to_owned(),
        action: Action::Sample {
            folder: root.clone(),
            files: sample::files(&spec.dagster),
        },
    }];
    if spec.git {
        steps.extend(git_steps(root, &place.name, means, false));
    }
    if spec.sync {
        steps.push(deployment_sync(root, means));
        steps.extend(sample::PROJECTS.iter().map(|path| {
            let name = path.rsplit('/').next().unwrap_or(path);
            sync_step(&root.join(path), name, means)
        }));
    }
    steps
}

/// A workspace, with its first project listed in it where there is one.
fn workspace_steps(spec: &CreateSpec, place: &Destination, means: &Toolchain) -> Vec<Work> {
    let root = &place.folder;
    let mut steps = vec![Work {
        title: "Make the workspace",
        of: place.name.clone(),
        note: "Writes its settings and the environment that the Dagster UI runs from.".to_owned(),
        action: Action::Scaffold(Scaffold {
            command: means.tools.workspace(&place.parent, &place.name),
            folder: root.clone(),
            promised: tree::workspace(),
            listed: None,
        }),
    }];
    let first = first_project(spec);
    if let Some(name) = &first {
        let path = format!("projects/{name}");
        steps.push(project_step(
            means,
            root,
            &path,
            name,
            Some((root.join("dg.toml"), path.clone())),
        ));
    }
    if spec.git {
        steps.extend(git_steps(root, &place.name, means, true));
    }
    if spec.sync {
        steps.push(deployment_sync(root, means));
        if let Some(name) = &first {
            steps.push(sync_step(&root.join("projects").join(name), name, means));
        }
    }
    steps
}

/// A project, listed in the workspace around it where there is one. The environment of deployments/local is made with it
/// where it is still missing: nothing could be served without.
fn project_steps(spec: &CreateSpec, place: &Destination, means: &Toolchain) -> Vec<Work> {
    let path = place.relative();
    let around = place.around.as_ref();
    let listed = around
        .and_then(|reading| reading.config.clone())
        .map(|config| (config, path.clone()));
    let mut steps = vec![project_step(
        means,
        &place.base(),
        &path,
        &place.name,
        listed,
    )];
    if spec.git {
        steps.extend(git_steps(&place.folder, &place.name, means, false));
    }
    if spec.sync {
        let deployment = around.and_then(|reading| reading.deployment.as_ref());
        if let (Some(deployment), Some(reading)) = (deployment, around)
            && !deployment.environment.path.exists()
            && deployment.folder.join("pyproject.toml").is_file()
        {
            steps.push(deployment_sync(&reading.root, means));
        }
        steps.push(sync_step(&place.folder, &place.name, means));
    }
    steps
}

/// The scaffolder's step, with the files that it has to leave and the list that it has to be on.
fn project_step(
    means: &Toolchain,
    base: &Path,
    path: &str,
    name: &str,
    listed: Option<(PathBuf, String)>,
) -> Work {
    let note = if listed.is_some() {
        "Writes a Python package for your definitions and lists the project in dg.toml."
    } else {
        "Writes a Python package for your definitions."
    };
    Work {
        title: "Make the project",
        of: name.to_owned(),
        note: note.to_owned(),
        action: Action::Scaffold(Scaffold {
            command: means.tools.project(base, path),
            folder: base.join(path),
            promised: tree::project(&package_of(name), listed.is_none()),
            listed,
        }),
    }
}

/// The environment that webserver and daemon run from.
fn deployment_sync(root: &Path, means: &Toolchain) -> Work {
    let folder = root.join("deployments/local");
    Work {
        title: "Install packages for",
        of: "the Dagster UI".to_owned(),
        note: "Makes an environment with the Dagster webserver and daemon.".to_owned(),
        action: Action::Sync {
            command: means.tools.sync(&folder),
            environment: folder.join(".venv"),
        },
    }
}

/// A project's own environment.
fn sync_step(folder: &Path, name: &str, means: &Toolchain) -> Work {
    Work {
        title: "Install packages for",
        of: name.to_owned(),
        note: "Makes the project's own environment with Python and Dagster.".to_owned(),
        action: Action::Sync {
            command: means.tools.sync(folder),
            environment: folder.join(".venv"),
        },
    }
}

/// An empty repository, and with `ignore` a .gitignore before it.
fn git_steps(folder: &Path, name: &str, means: &Toolchain, ignore: bool) -> Vec<Work> {
    let git = means.git.clone().unwrap_or_else(|| "git".into());
    let mut steps = Vec::new();
    if ignore {
        steps.push(Work {
            title: "Write .gitignore of",
            of: name.to_owned(),
            note: "Keeps environments, caches and .env files out of git.".to_owned(),
            action: Action::Write {
                path: folder.join(".gitignore"),
                text: tree::GITIGNORE,
            },
        });
    }
    steps.push(Work {
        title: "Make a git repository of",
        of: name.to_owned(),
        note: "Commits nothing yet.".to_owned(),
        action: Action::Run(scaffold::git_init(&git, folder)),
    });
    steps
}
