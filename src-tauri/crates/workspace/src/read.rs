//! Reading a folder as a workspace. Owns the order of things; each kind's grammar is its own module's.
//!
//! A reading never fails. What can't be read becomes a problem with its place, and everything else is read all the same: a
//! dg.toml that is no valid TOML still shows the projects whose paths can be made out, one broken project is one project
//! with a problem.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use crate::dg::{DirectoryType, ListedPath, Placed, Settings, read_settings};
use crate::dot_env::read_dot_env;
use crate::environment::{Subject, UvWorkspaces, read_environment};
use crate::model::{CliSettings, Deployment, Kind, ReadOptions, Reading};
use crate::nearby::{look_below, look_nearby};
use crate::plain_package::read_plain_package;
use crate::problem::{FilePosition, Problem, ProblemCode, Severity};
use crate::project::{ListedProject, ReadProject, read_project, tool_dg_ignored};
use crate::pyproject::{Package, Toml};
use crate::reader::KnownProjects;
use crate::root::{WORKSPACE_FILES, absolute, kind_of_folder, locate, relative, workspace_around};
use crate::source::{Source, file_name};
use crate::spelling::normal_path;
use crate::wildcard;
use crate::workspace_file::read_workspace_file;

/// Reads the workspace that a path belongs to, or says that there is none.
///
/// Never fails: what can't be read becomes a problem. Runs nothing. Projects are read side by side.
#[must_use]
pub fn read(path: &Path, options: &ReadOptions) -> Reading {
    read_with(path, options, true, &KnownProjects::default())
}

/// Reads without looking around for other projects.
pub(crate) fn glance(path: &Path, options: &ReadOptions) -> Reading {
    read_with(path, options, false, &KnownProjects::default())
}

/// Reads; projects that are known need not be read again.
pub(crate) fn read_with(
    path: &Path,
    options: &ReadOptions,
    look: bool,
    known: &KnownProjects,
) -> Reading {
    let start = absolute(path);
    let (folder, kind, config) = match locate(&start) {
        Some(found) => (found.root, found.kind, Some(found.config)),
        None => (start, Kind::NotAWorkspace, None),
    };
    let (dot_env, mut problems) = read_dot_env(&folder, &options.environment);
    if matches!(kind, Kind::DgProject | Kind::PlainPackage) {
        // The project reads the same file and tells of it.
        problems.clear();
    }
    let mut reading = Reading {
        name: file_name(&folder),
        root: folder,
        kind,
        config,
        container: None,
        projects: Vec::new(),
        deployment: None,
        dot_env,
        cli: CliSettings::default(),
        nearby: Vec::new(),
        problems,
    };
    read_user_config(&mut reading, options);
    let workspaces = UvWorkspaces::default();
    match kind {
        Kind::DgWorkspace => read_dg_workspace(&mut reading, options, &workspaces, known),
        Kind::DgProject => read_single_project(&mut reading, options, &workspaces),
        Kind::WorkspaceYaml => read_workspace_file(&mut reading, options, &workspaces),
        Kind::PlainPackage => read_plain(&mut reading, options, &workspaces),
        Kind::NotAWorkspace => {}
    }
    read_deployment(&mut reading, options, &workspaces);
    let empty = reading.kind == Kind::DgWorkspace && reading.projects.is_empty();
    if look && (empty || reading.kind == Kind::NotAWorkspace) {
        look_for_others(&mut reading);
    }
    reading
}

/// Fills `nearby`, for a folder that shows nothing else. Bounded in depth, folders and time by `nearby`; where that cut it
/// short, a note says so.
fn look_for_others(reading: &mut Reading) {
    let around = if reading.kind == Kind::NotAWorkspace {
        look_nearby(&reading.root)
    } else {
        look_below(&reading.root, 4)
    };
    reading.nearby = around.found;
    if around.cut {
        reading.problems.push(Problem::new(
            ProblemCode::SearchCut,
            Severity::Note,
            &reading.root,
            "The folder is large; the search for Dagster projects ended before all of it was seen.",
        ));
    }
}

/// Takes over what of the person's own dg settings matters here: warnings that are not to be shown, and telemetry. A
/// damaged file is a warning: it stops dg, and nothing of ours.
fn read_user_config(reading: &mut Reading, options: &ReadOptions) {
    let Some(path) = options
        .user_config
        .clone()
        .or_else(|| usual_user_config(&options.environment))
    else {
        return;
    };
    match Toml::read(&path) {
        Ok(Some(toml)) => {
            let list = toml
                .get(&["cli", "suppress_warnings"])
                .and_then(toml_edit::Item::as_array);
            for name in list
                .into_iter()
                .flatten()
                .filter_map(|value| value.as_str())
            {
                reading.cli.suppress_warnings.push(name.to_owned());
            }
            reading.cli.telemetry = toml
                .get(&["cli", "telemetry", "enabled"])
                .and_then(toml_edit::Item::as_bool);
            reading.cli.user_config = Some(path);
        }
        Ok(None) => {}
        Err(mut problem) => {
            problem.severity = Severity::Warning;
            reading.problems.push(*problem);
        }
    }
}

/// Where dg keeps the person's own settings.
fn usual_user_config(environment: &BTreeMap<String, String>) -> Option<PathBuf> {
    let get = |name: &str| {
        environment
            .get(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    if let Some(path) = get("DG_CLI_CONFIG") {
        return Some(path);
    }
    if cfg!(windows) {
        return get("USERPROFILE").map(|home| home.join("AppData").join("dg").join("dg.toml"));
    }
    get("XDG_CONFIG_HOME")
        .or_else(|| get("HOME").map(|home| home.join(".config")))
        .map(|folder| folder.join("dg.toml"))
}

/// Lets a workspace's or project's `[cli]` speak before the person's own.
fn adopt_cli(reading: &mut Reading, settings: &Settings) {
    // dg lets the nearer file replace the whole list.
    if !settings.suppress_warnings.is_empty() {
        reading
            .cli
            .suppress_warnings
            .clone_from(&settings.suppress_warnings);
    }
    reading.cli.telemetry = settings.telemetry.or(reading.cli.telemetry);
}

/// Reads a dg workspace: the settings, the listed projects side by side, and what speaks against them together.
///
/// `known` answers for projects of which no file changed since they were read.
fn read_dg_workspace(
    reading: &mut Reading,
    options: &ReadOptions,
    workspaces: &UvWorkspaces,
    known: &KnownProjects,
) {
    let Some(config) = reading.config.clone() else {
        return;
    };
    let nested = config.ends_with("pyproject.toml");
    let entries = match Toml::read(&config) {
        Ok(Some(toml)) => {
            let mut settings = read_settings(&toml, nested);
            reading.problems.append(&mut settings.problems);
            adopt_cli(reading, &settings);
            if settings.entries.is_empty() && settings.directory_type != DirectoryType::Missing {
                let place = toml
                    .place(if nested {
                        &["tool", "dg", "workspace"]
                    } else {
                        &["workspace"]
                    })
                    .or(Some(FilePosition { line: 1, column: 1 }));
                reading.problems.push(no_projects(&config, place));
            }
            settings.entries
        }
        Ok(None) => Vec::new(),
        Err(problem) => {
            let entries = salvage_entries(&config);
            reading.problems.push(*problem);
            entries
        }
    };
    if !nested
        && let Ok(Some(other)) = Toml::read(&reading.root.join("pyproject.toml"))
        && other.get(&["tool", "dg"]).is_some()
    {
        reading.problems.push(tool_dg_ignored(&other));
    }
    note_workspace_file(reading);
    let listed = list_projects(reading, &config, &entries);
    let read: Vec<ReadProject> = listed
        .par_iter()
        .map(|listed| known.or_read(listed, || read_project(listed, options, workspaces)))
        .collect();
    let places: Vec<&ListedPath> = listed
        .iter()
        .filter_map(|listed| listed.by.map(|(_, entry)| entry))
        .collect();
    compare(reading, read, &config, &places);
}

/// That nothing is listed, at the table that would hold it.
fn no_projects(config: &Path, place: Option<FilePosition>) -> Problem {
    Problem::new(
        ProblemCode::NoProjects,
        Severity::Warning,
        config,
        format!("{} lists no projects.", file_name(config)),
    )
    .at(place)
    .with_hint("Create a project, or list one with `[[workspace.projects]]` and its `path`.")
}

/// Says of a workspace.yaml beside dg settings that it is not used: `dg` looks at it no more, but a person may still edit
/// it.
fn note_workspace_file(reading: &mut Reading) {
    for name in WORKSPACE_FILES {
        let path = reading.root.join(name);
        if path.is_file() {
            reading.problems.push(Problem::new(
                ProblemCode::WorkspaceYamlIgnored,
                Severity::Note,
                &path,
                format!("{name} is not used, because the folder has dg settings."),
            ));
        }
    }
}

/// Finds the listed paths in a file that is no valid TOML, so that its projects still show.
fn salvage_entries(config: &Path) -> Vec<ListedPath> {
    let Ok(Some(source)) = Source::read(config) else {
        return Vec::new();
    };
    let mut entries = Vec::new();
    for (at, line) in source.text.lines().enumerate() {
        let before_comment = line.split('#').next().unwrap_or_default();
        let Some((key, value)) = before_comment.split_once('=') else {
            continue;
        };
        let key = key.trim().trim_start_matches(['{', ' ']);
        let value = value.trim();
        let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
            continue;
        };
        if let (true, Some(path)) = (key.ends_with("path"), value[1..].split(quote).next()) {
            entries.push(Placed {
                value: path.to_owned(),
                place: Some(FilePosition {
                    line: u32::try_from(at + 1).unwrap_or(u32::MAX),
                    column: 1,
                }),
            });
        }
    }
    entries
}

/// Turns entries into folders: patterns opened up, one folder once.
fn list_projects<'a>(
    reading: &mut Reading,
    config: &'a Path,
    entries: &'a [ListedPath],
) -> Vec<ListedProject<'a>> {
    let mut listed: Vec<ListedProject<'a>> = Vec::with_capacity(entries.len());
    let mut seen: HashMap<PathBuf, Option<FilePosition>> = HashMap::new();
    for entry in entries {
        let folders =
            if wildcard::is_pattern(&entry.value) && !reading.root.join(&entry.value).exists() {
                open_pattern(reading, config, entry)
            } else {
                vec![normal_path(&reading.root.join(&entry.value))]
            };
        for folder in folders {
            if let Some(first) = seen.get(&folder) {
                let problem = listed_twice(config, entry, *first);
                reading.problems.push(problem);
                continue;
            }
            seen.insert(folder.clone(), entry.place);
            let path = relative(&reading.root, &folder);
            note_path(reading, config, entry, &path);
            listed.push(ListedProject {
                path,
                folder,
                by: Some((config, entry)),
            });
        }
    }
    listed
}

/// That an entry names a folder which an earlier one named. The first counts.
fn listed_twice(config: &Path, entry: &ListedPath, first: Option<FilePosition>) -> Problem {
    let earlier = first.map_or(String::new(), |place| {
        format!(", first on line {}", place.line)
    });
    Problem::new(
        ProblemCode::ProjectListedTwice,
        Severity::Warning,
        config,
        format!("\"{}\" is listed twice{earlier}.", entry.value),
    )
    .at(entry.place)
    .with_hint("Remove one of the two entries.")
}

/// The Dagster projects that a pattern matches. `dg` itself takes no patterns, so one that matches is told, and so is one
/// that matches nothing.
fn open_pattern(reading: &mut Reading, config: &Path, entry: &ListedPath) -> Vec<PathBuf> {
    let matched: Vec<PathBuf> = wildcard::expand(&reading.root, &entry.value)
        .into_iter()
        .filter(|folder| {
            matches!(
                kind_of_folder(folder),
                Some((Kind::DgProject | Kind::PlainPackage, _))
            )
        })
        .collect();
    let (code, message) = if matched.is_empty() {
        (
            ProblemCode::GlobMatchesNothing,
            format!(
                "The pattern \"{}\" matches no Dagster project.",
                entry.value
            ),
        )
    } else {
        (
            ProblemCode::ProjectEntryIsGlob,
            format!(
                "\"{}\" is a pattern; {} projects match it here, but dg does not open patterns and fails.",
                entry.value,
                matched.len()
            ),
        )
    };
    reading.problems.push(
        Problem::new(code, Severity::Warning, config, message)
            .at(entry.place)
            .with_hint("List each project with its own path."),
    );
    matched
}

fn note_path(reading: &mut Reading, config: &Path, entry: &ListedPath, path: &str) {
    let written = Path::new(&entry.value);
    let (code, message) = if written.is_absolute() {
        (
            ProblemCode::ProjectPathAbsolute,
            format!(
                "\"{}\" is an absolute path; it holds on this machine only.",
                entry.value
            ),
        )
    } else if Path::new(path).is_absolute() || path.starts_with("../") {
        (
            ProblemCode::ProjectPathOutside,
            format!("\"{}\" lies outside the workspace folder.", entry.value),
        )
    } else {
        return;
    };
    reading
        .problems
        .push(Problem::new(code, Severity::Note, config, message).at(entry.place));
}

/// A folder as a settings file in `root` names it: relative with `/`, also where it lies beside the root; absolute where
/// the two share nothing but the top of the disk.
#[must_use]
pub fn path_from(root: &Path, folder: &Path) -> String {
    let (root, folder) = (normal_path(root), normal_path(folder));
    let shared = root.components().zip(folder.components());
    let shared = shared.take_while(|(one, other)| one == other).count();
    let named = |part: &std::path::Component<'_>| matches!(part, std::path::Component::Normal(_));
    if !root.components().take(shared).any(|part| named(&part)) {
        return relative(&root, &folder);
    }
    let up = root.components().skip(shared).map(|_| "..".to_owned());
    let down = folder.components().skip(shared);
    let parts: Vec<String> = up
        .chain(down.map(|part| part.as_os_str().to_string_lossy().into_owned()))
        .collect();
    if parts.is_empty() {
        ".".to_owned()
    } else {
        parts.join("/")
    }
}

/// Compares projects with each other: one folder by two paths, one name twice, one package twice.
fn compare(reading: &mut Reading, read: Vec<ReadProject>, config: &Path, places: &[&ListedPath]) {
    let mut identities: HashMap<(u64, u64), Option<FilePosition>> = HashMap::new();
    let mut names: HashMap<String, String> = HashMap::new();
    let mut packages: HashMap<String, String> = HashMap::new();
    for (at, mut each) in read.into_iter().enumerate() {
        let entry = places.get(at).copied();
        if let Some(identity) = each.identity {
            let place = entry.and_then(|entry| entry.place);
            if let Some(first) = identities.get(&identity) {
                if let Some(entry) = entry {
                    reading.problems.push(listed_twice(config, entry, *first));
                }
                continue;
            }
            identities.insert(identity, place);
        }
        let project = &mut each.project;
        if let Some(first) = names.get(&project.name) {
            let (file, place) = match &each.name_place {
                Some((file, name)) => (file.as_path(), name.place),
                None => (config, entry.and_then(|entry| entry.place)),
            };
            project.problems.push(
                Problem::new(
                    ProblemCode::LocationNameTwice,
                    Severity::Blocker,
                    file,
                    format!(
                        "The code location name \"{}\" is already taken by {first}.",
                        project.name
                    ),
                )
                .at(place)
                .with_hint("Give one of them a `code_location_name` of its own."),
            );
        } else {
            names.insert(project.name.clone(), project.path.clone());
        }
        if let Some(package) = &project.root_module {
            if let Some(first) = packages.get(package) {
                project.problems.push(Problem::new(
                    ProblemCode::PackageTwice,
                    Severity::Note,
                    project.config.as_deref().unwrap_or(&project.folder),
                    format!("The package {package} also exists in {first}; they can't share an environment."),
                ));
            } else {
                packages.insert(package.clone(), project.path.clone());
            }
        }
        reading.projects.push(each.project);
    }
}

fn read_single_project(reading: &mut Reading, options: &ReadOptions, workspaces: &UvWorkspaces) {
    let listed = ListedProject {
        path: ".".to_owned(),
        folder: reading.root.clone(),
        by: None,
    };
    let read = read_project(&listed, options, workspaces);
    if !read.suppress_warnings.is_empty() {
        reading.cli.suppress_warnings = read.suppress_warnings;
    }
    reading.cli.telemetry = read.telemetry.or(reading.cli.telemetry);
    reading.projects.push(read.project);
    reading.container = workspace_around(&reading.root);
    note_workspace_file(reading);
}

fn read_plain(reading: &mut Reading, options: &ReadOptions, workspaces: &UvWorkspaces) {
    let Ok(Some(toml)) = Toml::read(&reading.root.join("pyproject.toml")) else {
        return;
    };
    let toml = Arc::new(toml);
    let Some(plain) = read_plain_package(&toml) else {
        return;
    };
    reading.problems.extend(plain.problems);
    let package = Package::of(&toml);
    let several = plain.modules.len() > 1;
    for module in plain.modules {
        let name = match (&plain.location_name, several) {
            (Some(name), false) => name.clone(),
            _ => module.clone(),
        };
        let id = if several {
            name.clone()
        } else {
            ".".to_owned()
        };
        let project = crate::workspace_file::make_project(
            &crate::workspace_file::Made {
                id,
                name,
                target: crate::model::LoadTarget::Module { name: module },
                attribute: None,
                working_directory: reading.root.clone(),
                folder: reading.root.clone(),
                named: None,
                config: toml.source.path.clone(),
                place: toml.place(&["tool", "dagster"]),
                package: Some(package.clone()),
            },
            &reading.root,
            options,
            workspaces,
        );
        reading.projects.push(project);
    }
}

fn read_deployment(reading: &mut Reading, options: &ReadOptions, workspaces: &UvWorkspaces) {
    if !matches!(reading.kind, Kind::DgWorkspace | Kind::WorkspaceYaml) {
        return;
    }
    let path = "deployments/local";
    let folder = reading.root.join("deployments").join("local");
    if !folder.is_dir() {
        if reading.kind == Kind::DgWorkspace {
            reading.problems.push(Problem::new(
                ProblemCode::DeploymentMissing,
                Severity::Note,
                &reading.root,
                "There is no deployments/local; the webserver and daemon run from another environment.",
            ));
        }
        return;
    }
    let mut problems = Vec::new();
    let package = match Toml::read(&folder.join("pyproject.toml")) {
        Ok(Some(toml)) => Package::of(&Arc::new(toml)),
        Ok(None) => Package::default(),
        Err(problem) => {
            problems.push(*problem);
            Package::default()
        }
    };
    let (dot_env, mut faults) = read_dot_env(&folder, &options.environment);
    problems.append(&mut faults);
    let subject = Subject {
        folder: &folder,
        dot_env: dot_env.as_ref(),
        package: &package,
        named: None,
        picked: options.picked.get(path).map(PathBuf::as_path),
        lock_freshness: options.lock_freshness,
        needs_dagster: true,
    };
    let (environment, mut faults) = read_environment(&subject, workspaces);
    problems.append(&mut faults);
    reading.deployment = Some(Deployment {
        path: path.to_owned(),
        folder,
        environment,
        problems,
    });
}
