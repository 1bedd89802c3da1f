//! One dg project: settings, target, working directory, `.env` and environment. Refuses to know its neighbours.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::dg::{DirectoryType, ListedPath, Placed, ProjectSettings, Settings, read_settings};
use crate::dot_env::read_dot_env;
use crate::environment::{EnvironmentState, Subject, UvWorkspaces, read_environment};
use crate::model::{LoadTarget, Project, ReadOptions};
use crate::plain_package::read_plain_package;
use crate::problem::{Problem, ProblemCode, Severity};
use crate::pyproject::{Package, Toml};
use crate::source::file_name;

/// A project that a workspace lists, or the root itself.
pub(crate) struct ListedProject<'a> {
    /// Relative to the root with `/`, or absolute.
    pub(crate) path: String,
    pub(crate) folder: PathBuf,
    /// The file that lists it, and where.
    pub(crate) by: Option<(&'a Path, &'a ListedPath)>,
}

/// A project with what is needed to compare it with its neighbours.
#[derive(Debug, Clone)]
pub(crate) struct ReadProject {
    pub(crate) project: Project,
    pub(crate) name_place: Option<(PathBuf, Placed<String>)>,
    /// What tells two paths to one folder apart from two folders.
    pub(crate) identity: Option<(u64, u64)>,
    pub(crate) suppress_warnings: Vec<String>,
    pub(crate) telemetry: Option<bool>,
}

/// The settings files of a project folder.
struct Files {
    config: Option<PathBuf>,
    settings: Option<Settings>,
    package: Package,
    plain_module: Option<String>,
    problems: Vec<Problem>,
}

/// Reads a project; faults become problems of it.
pub(crate) fn read_project(
    listed: &ListedProject<'_>,
    options: &ReadOptions,
    workspaces: &UvWorkspaces,
) -> ReadProject {
    let folder = &listed.folder;
    let mut problems = Vec::new();
    let there = match std::fs::metadata(folder) {
        Ok(metadata) => metadata.is_dir().then_some(metadata),
        Err(_) => None,
    };
    let (files, dot_env) = match &there {
        Some(_) => {
            let mut files = read_files(folder);
            problems.append(&mut files.problems);
            let (dot_env, mut faults) = read_dot_env(folder, &options.environment);
            problems.append(&mut faults);
            (files, dot_env)
        }
        None => {
            problems.push(not_there(listed));
            (no_files(), None)
        }
    };
    let settings = files
        .settings
        .as_ref()
        .map(|settings| settings.project.clone())
        .unwrap_or_default();
    let layout = lay_out(folder, &settings, &files, &mut problems, there.is_some());
    let subject = Subject {
        folder,
        dot_env: dot_env.as_ref(),
        package: &files.package,
        named: None,
        picked: options.picked.get(&listed.path).map(PathBuf::as_path),
        lock_freshness: options.lock_freshness,
        needs_dagster: true,
    };
    let (mut environment, mut faults) = read_environment(&subject, workspaces);
    if there.is_some() {
        problems.append(&mut faults);
    } else {
        // What stands in the project's place says nothing of an environment.
        environment.state = EnvironmentState::Missing;
    }
    let name = match &settings.location_name {
        Some(name) if !name.value.is_empty() => name.value.clone(),
        _ => file_name(folder),
    };
    ReadProject {
        name_place: settings
            .location_name
            .clone()
            .and_then(|name| files.config.clone().map(|file| (file, name))),
        identity: there.as_ref().and_then(identity),
        suppress_warnings: files
            .settings
            .as_ref()
            .map(|settings| settings.suppress_warnings.clone())
            .unwrap_or_default(),
        telemetry: files
            .settings
            .as_ref()
            .and_then(|settings| settings.telemetry),
        project: Project {
            id: listed.path.clone(),
            name,
            path: listed.path.clone(),
            folder: folder.clone(),
            target: layout.target,
            attribute: None,
            working_directory: layout.working_directory,
            root_module: layout.root_module,
            defs_module: layout.defs_module,
            environment,
            dot_env,
            config: files.config,
            problems,
        },
    }
}

#[cfg(unix)]
fn identity(metadata: &std::fs::Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn identity(_: &std::fs::Metadata) -> Option<(u64, u64)> {
    None
}

fn no_files() -> Files {
    Files {
        config: None,
        settings: None,
        package: Package::default(),
        plain_module: None,
        problems: Vec::new(),
    }
}

/// Why a listed folder can't be read as a project, at the line that lists it.
fn not_there(listed: &ListedProject<'_>) -> Problem {
    let (code, cause) = match std::fs::symlink_metadata(&listed.folder) {
        Ok(metadata) if metadata.is_symlink() => (
            ProblemCode::ProjectFolderMissing,
            "folder is a link to one that does not exist",
        ),
        Ok(_) => (ProblemCode::ProjectPathNotFolder, "is a file, not a folder"),
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => (
            ProblemCode::FileUnreadable,
            "folder can't be read: you have no permission",
        ),
        Err(_) => (ProblemCode::ProjectFolderMissing, "folder does not exist"),
    };
    let path = &listed.path;
    match listed.by {
        Some((file, entry)) => Problem::new(
            code,
            Severity::Blocker,
            file,
            format!(
                "{} lists \"{}\", but that {cause}.",
                file_name(file),
                entry.value
            ),
        )
        .at(entry.place)
        .with_hint("Correct the path, or remove the entry."),
        None => Problem::new(
            code,
            Severity::Blocker,
            &listed.folder,
            format!("\"{path}\": that {cause}."),
        ),
    }
}

/// Reads dg.toml and pyproject.toml of a folder. dg.toml decides where both hold dg settings; one that can't be read still
/// counts as the settings file, so that nothing else is taken for it.
fn read_files(folder: &Path) -> Files {
    let mut files = no_files();
    let dg_path = folder.join("dg.toml");
    let pyproject_path = folder.join("pyproject.toml");
    let pyproject = match Toml::read(&pyproject_path) {
        Ok(found) => found.map(Arc::new),
        Err(problem) => {
            files.package.present = true;
            files.problems.push(*problem);
            None
        }
    };
    if let Some(toml) = &pyproject {
        files.package = Package::of(toml);
        files.plain_module =
            read_plain_package(toml).and_then(|plain| plain.modules.into_iter().next());
    }
    let nested = pyproject
        .as_ref()
        .filter(|toml| toml.get(&["tool", "dg"]).is_some());
    match Toml::read(&dg_path) {
        Ok(Some(toml)) => {
            files.config = Some(dg_path);
            files.settings = Some(read_settings(&toml, false));
            if let Some(ignored) = nested {
                files.problems.push(tool_dg_ignored(ignored));
            }
        }
        Err(problem) => {
            files.config = Some(dg_path);
            files.problems.push(*problem);
        }
        Ok(None) => {
            if let Some(toml) = nested {
                files.config = Some(pyproject_path.clone());
                files.settings = Some(read_settings(toml, true));
            } else if files.package.present && pyproject.is_none() {
                files.config = Some(pyproject_path.clone());
            }
        }
    }
    if !files.package.present {
        files.problems.push(
            Problem::new(
                ProblemCode::PyprojectMissing,
                Severity::Warning,
                folder,
                "There is no pyproject.toml, so `uv sync` can't make an environment here.",
            )
            .with_hint("Add a pyproject.toml that names the project's dependencies."),
        );
    }
    if let Some(settings) = &mut files.settings {
        files.problems.append(&mut settings.problems);
        if settings.directory_type == DirectoryType::Workspace {
            let file = files.config.clone().unwrap_or_else(|| dg_path_of(folder));
            files.problems.push(
                Problem::new(
                    ProblemCode::DirectoryTypeUnexpected,
                    Severity::Blocker,
                    &file,
                    format!(
                        "{} says that this folder is a workspace, but it is listed as a project.",
                        file_name(&file)
                    ),
                )
                .with_hint("Open that folder as a workspace of its own, or remove the entry."),
            );
        }
    } else if files.config.is_none() {
        files.problems.push(
            Problem::new(
                ProblemCode::ProjectSettingsMissing,
                Severity::Warning,
                &pyproject_path,
                "The folder has no dg settings: no dg.toml and no [tool.dg] in pyproject.toml.",
            )
            .with_hint("Add `[tool.dg]` with `directory_type = \"project\"` and `[tool.dg.project]` with `root_module`."),
        );
    }
    files
}

fn dg_path_of(folder: &Path) -> PathBuf {
    folder.join("dg.toml")
}

/// That `[tool.dg]` counts for nothing beside a dg.toml.
pub(crate) fn tool_dg_ignored(toml: &Toml) -> Problem {
    Problem::new(
        ProblemCode::ToolDgIgnored,
        Severity::Note,
        &toml.source.path,
        "`[tool.dg]` is ignored, because there is a dg.toml in the same folder.",
    )
    .at(toml.place(&["tool", "dg"]))
    .with_hint("Keep the settings in one of the two files.")
}

/// What is loaded, from which folder, and the modules it follows from.
struct Layout {
    target: LoadTarget,
    working_directory: PathBuf,
    root_module: Option<String>,
    defs_module: Option<String>,
}

/// Works out what is loaded, and from where.
fn lay_out(
    folder: &Path,
    settings: &ProjectSettings,
    files: &Files,
    problems: &mut Vec<Problem>,
    there: bool,
) -> Layout {
    let src = folder.join("src");
    let working_directory = if there && src.is_dir() {
        src
    } else {
        folder.to_path_buf()
    };
    let unreadable = files.config.is_some() && files.settings.is_none();
    let mut layout = Layout {
        target: LoadTarget::Unknown,
        root_module: None,
        defs_module: None,
        working_directory,
    };
    let guess = file_name(folder).replace('-', "_");
    let guess_fits = there && layout.working_directory.join(&guess).is_dir();
    let root_module = match &settings.root_module {
        Some(name) if !name.value.is_empty() => Some(name.value.clone()),
        _ if unreadable || !there => guess_fits.then_some(guess),
        _ => {
            if files.settings.is_some() {
                problems.push(no_root_module(files, guess_fits.then_some(guess.as_str())));
            }
            guess_fits.then_some(guess)
        }
    };
    let Some(root_module) = root_module else {
        if let Some(module) = &files.plain_module {
            layout.target = LoadTarget::Module {
                name: module.clone(),
            };
            layout.working_directory = folder.to_path_buf();
        } else if there && files.settings.is_none() && !unreadable {
            problems.push(Problem::new(
                ProblemCode::ModuleMissing,
                Severity::Blocker,
                folder,
                "It can't be told which Python module to load.",
            ));
        }
        return layout;
    };
    let exists = |module: &str| module_exists(&layout.working_directory, module);
    let defs_module = match &settings.defs_module {
        Some(name) => name.value.clone(),
        None => {
            let usual = format!("{root_module}.defs");
            let other = format!("{root_module}.definitions");
            if !exists(&usual) && exists(&other) {
                other
            } else {
                usual
            }
        }
    };
    let target = match &settings.target_module {
        Some(name) => name.value.clone(),
        None => format!("{root_module}.definitions"),
    };
    if settings.autoload {
        layout.target = LoadTarget::Autoload {
            name: defs_module.clone(),
        };
    } else {
        if there && !exists(&target) {
            problems.push(module_missing(settings, files, folder, &target));
        }
        layout.target = LoadTarget::Module { name: target };
    }
    layout.root_module = Some(root_module);
    layout.defs_module = Some(defs_module);
    layout
}

/// That `root_module` is missing; `guess` is the package that is taken for it.
fn no_root_module(files: &Files, guess: Option<&str>) -> Problem {
    let file = files.config.clone().unwrap_or_default();
    let (severity, message) = match guess {
        Some(name) => (
            Severity::Warning,
            format!(
                "`root_module` is not set; the package {name} is taken. dg refuses such a file."
            ),
        ),
        None => (
            Severity::Blocker,
            "`root_module` is not set, so it can't be told which package to load.".to_owned(),
        ),
    };
    Problem::new(ProblemCode::RequiredKeyMissing, severity, &file, message)
        .with_hint("Add `root_module` with the name of the project's Python package.")
}

/// That what is loaded is not in the project. A warning: it may be made when the project is installed.
fn module_missing(
    settings: &ProjectSettings,
    files: &Files,
    folder: &Path,
    target: &str,
) -> Problem {
    let place = settings
        .target_module
        .as_ref()
        .or(settings.root_module.as_ref())
        .and_then(|name| name.place);
    let path = files.config.as_deref().unwrap_or(folder);
    Problem::new(
        ProblemCode::ModuleMissing,
        Severity::Warning,
        path,
        format!("The module {target} is not in the project; loading it may fail."),
    )
    .at(place)
}

/// Whether a module is a file or folder below a working directory.
pub(crate) fn module_exists(working_directory: &Path, module: &str) -> bool {
    let path = module_path(working_directory, module);
    let mut file = path.clone().into_os_string();
    file.push(".py");
    Path::new(&file).is_file() || path.is_dir()
}

/// Where a module's folder would be.
pub(crate) fn module_path(working_directory: &Path, module: &str) -> PathBuf {
    let mut path = working_directory.to_path_buf();
    path.extend(module.split('.'));
    path
}
