//! Adding a definition to a location's project with `dg scaffold defs`.
//!
//! What it would write is not guessed: the same command runs first in a copy of the project that holds no code, and what
//! appears there is shown. The location reloads by itself when the file is there.

use std::path::{Path, PathBuf};
use std::time::Duration;

use dagster::scaffold::{self, ParamKind};
use process::{CommandLine, Finished};
use workspace::Project;

use super::preview;
use crate::errors::FileError;
use crate::open_workspace::OpenWorkspace;
use crate::operations::basis::{self, Basis, Moved};
use crate::operations::{NewOperation, OnceError, OneShot, command_view};
use api::{
    ApiError, DefinitionForm, DefinitionParam, DefinitionParamKind, DefinitionType,
    DefinitionTypeRequest, DefinitionTypes, ScaffoldPlan, ScaffoldRequest, ScaffoldStart,
    ScaffoldedFile,
};

/// How long `dg` may take; importing a large project's packages is the slowest.
const LIMIT: Duration = Duration::from_secs(120);

/// The files that `dg` goes by.
const SETTINGS: [&str; 2] = ["pyproject.toml", "dg.toml"];

/// Why nothing can be added to a project, or nothing was.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ScaffoldError {
    /// The open workspace refuses.
    #[error(transparent)]
    Refused(#[from] ApiError),
    /// The project has no definitions folder of its own: it is none that `dg` knows.
    #[error("{project} is no dg project")]
    NoFolder {
        /// The project's name.
        project: String,
    },
    /// The project's environment can't run anything.
    #[error("{project} has no environment that runs")]
    NotSetUp {
        /// The project's name.
        project: String,
        /// Its location, by id.
        location: String,
    },
    /// No Python of the environment is known.
    #[error("{project} has no Python that is known")]
    NoPython {
        /// The project's name.
        project: String,
    },
    /// The environment holds no `dg`.
    #[error("{project}'s environment does not hold dagster-dg-cli")]
    LacksDg {
        /// The project's name.
        project: String,
    },
    /// `dg` has no answer.
    #[error(transparent)]
    Dg(#[from] OnceError),
    /// The answer of `dg` is of another shape.
    #[error("the answer of dg to {asked} can't be read")]
    Unreadable {
        /// The last word of what it was asked.
        asked: String,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// What was asked for can't be met, in the words of `dagster::scaffold`.
    #[error("{fault}")]
    Fault {
        /// Why.
        fault: String,
    },
    /// Something else would be written by now.
    #[error(transparent)]
    Moved(#[from] Moved),
    /// The same, and what was asked for can't be met any more.
    #[error("{moved}, and {fault}")]
    MovedAndFault {
        /// What moved.
        moved: Moved,
        /// Why it can't be met.
        fault: String,
    },
    /// `dg` ended without an error and without what it was to write.
    #[error("{} is not there though dg said that it was done", path.display())]
    NotWritten {
        /// What was to be written.
        path: PathBuf,
    },
    /// A file of the project or of its copy refuses.
    #[error(transparent)]
    File(#[from] FileError),
    /// The thread that looks at the environment ended early.
    #[error("the environment can't be looked at")]
    Looking(#[source] tokio::task::JoinError),
}

/// A project that `dg` can write into.
struct ScaffoldTarget {
    project: Project,
    interpreter: PathBuf,
    /// The definitions folder, absolute.
    defs: PathBuf,
}

impl OpenWorkspace {
    /// What can be added to a location's project.
    pub(crate) async fn definition_types(
        &self,
        id: &str,
    ) -> Result<DefinitionTypes, ScaffoldError> {
        let place = self.place(id)?;
        let command = scaffold::list_components(&place.interpreter, &place.project.folder);
        let of = format!("what {} can hold", place.project.name);
        let listed = self
            .ask_dg(&place, ("Listing", "Listed", &of), &command, true)
            .await?;
        let components = scaffold::parse_components(&listed.stdout_text())
            .map_err(|source| unreadable(&command, source))?;
        let types = scaffold::python_types()
            .into_iter()
            .chain(components)
            .map(|one| DefinitionType {
                path: free_path(&place.defs, &one),
                key: one.key,
                title: one.title,
                summary: one.summary,
                python: one.python,
            })
            .collect();
        let folder = relative(&place.defs, &place.project.folder);
        Ok(DefinitionTypes { types, folder })
    }

    /// What a type asks for.
    pub(crate) async fn definition_form(
        &self,
        request: &DefinitionTypeRequest,
    ) -> Result<DefinitionForm, ScaffoldError> {
        let place = self.place(&request.location)?;
        let params = self.params(&place, &request.key).await?;
        let params = params.into_iter().map(param).collect();
        Ok(DefinitionForm { params })
    }

    /// What adding a definition would do.
    pub(crate) async fn scaffold_plan(
        &self,
        request: &ScaffoldRequest,
    ) -> Result<ScaffoldPlan, ScaffoldError> {
        let place = self.place(&request.location)?;
        let checked = self.checked(&place, request).await?;
        let basis = pinned(&place, request, &checked).await?.to_string();
        let params = match checked {
            Ok(params) => params,
            Err(fault) => {
                return Ok(ScaffoldPlan {
                    fault: Some(fault),
                    command: None,
                    files: Vec::new(),
                    basis,
                });
            }
        };
        let copy = copy_without_code(&place, &self.facts.context.state_folder).map_err(
            FileError::of("copy the project's settings", &place.project.folder),
        )?;
        let folder = copy.path().to_owned();
        let preview = command(&place, &folder, request, params.as_deref());
        let title = ("Previewing", "Previewed", request.path.as_str());
        self.ask_dg(&place, title, &preview, true).await?;
        let defs = folder.join(relative(&place.defs, &place.project.folder));
        let files =
            written(&defs, &folder).map_err(FileError::of("read what was written", &defs))?;
        let real = command(&place, &place.project.folder, request, params.as_deref());
        Ok(ScaffoldPlan {
            fault: None,
            command: Some(command_view(&real)),
            files,
            basis,
        })
    }

    /// Adds a definition that was shown, and sees that it is there.
    ///
    /// # Errors
    /// When something else would be written by now than was shown, the request can't be met, or `dg` fails.
    pub(crate) async fn scaffold_run(&self, start: &ScaffoldStart) -> Result<(), ScaffoldError> {
        let request = &start.request;
        let place = self.place(&request.location)?;
        let checked = self.checked(&place, request).await?;
        let now = pinned(&place, request, &checked).await?.to_string();
        let params = match (basis::require(&start.basis, &now), checked) {
            (Ok(()), Ok(params)) => params,
            (Ok(()), Err(fault)) => return Err(ScaffoldError::Fault { fault }),
            (Err(moved), Ok(_)) => return Err(moved.into()),
            (Err(moved), Err(fault)) => return Err(ScaffoldError::MovedAndFault { moved, fault }),
        };
        let line = command(&place, &place.project.folder, request, params.as_deref());
        let of = format!("{} to {}", request.path, place.project.name);
        self.ask_dg(&place, ("Adding", "Added", &of), &line, false)
            .await?;
        let made = place.defs.join(&request.path);
        if made.exists() {
            return Ok(());
        }
        Err(ScaffoldError::NotWritten { path: made })
    }

    /// The parameters as `dg` takes them, or why the request can't be met.
    async fn checked(
        &self,
        place: &ScaffoldTarget,
        request: &ScaffoldRequest,
    ) -> Result<Result<Option<String>, String>, ScaffoldError> {
        let python = scaffold::PYTHON_TYPES
            .iter()
            .any(|one| one.0 == request.key);
        if let Err(fault) = scaffold::check_path(&place.defs, &request.path, python) {
            return Ok(Err(fault.to_string()));
        }
        // Asking costs a second and a half: only where there may be something to ask for.
        if request.params.is_empty() && python && !scaffold::needs_params(&request.key) {
            return Ok(Ok(None));
        }
        let params = self.params(place, &request.key).await?;
        Ok(scaffold::json_params(&params, &request.params).map_err(|error| error.to_string()))
    }

    async fn params(
        &self,
        place: &ScaffoldTarget,
        key: &str,
    ) -> Result<Vec<scaffold::Param>, ScaffoldError> {
        let command = scaffold::inspect(&place.interpreter, &place.project.folder, key);
        let of = format!("what {key} needs");
        let answer = self
            .ask_dg(place, ("Asking", "Asked", &of), &command, true)
            .await?;
        scaffold::parse_params(&answer.stdout_text()).map_err(|source| unreadable(&command, source))
    }

    /// A location's project, if `dg` can write into it.
    fn place(&self, id: &str) -> Result<ScaffoldTarget, ScaffoldError> {
        self.facts.require_trust()?;
        let project = self.facts.project(id)?;
        let (Some(defs_module), true) = (&project.defs_module, project.environment.can_run())
        else {
            let (no_folder, name) = (project.defs_module.is_none(), project.name);
            return Err(if no_folder {
                ScaffoldError::NoFolder { project: name }
            } else {
                ScaffoldError::NotSetUp {
                    project: name,
                    location: id.to_owned(),
                }
            });
        };
        let defs = project
            .working_directory
            .join(defs_module.replace('.', "/"));
        let interpreter =
            project
                .environment
                .interpreter
                .clone()
                .ok_or_else(|| ScaffoldError::NoPython {
                    project: project.name.clone(),
                })?;
        Ok(ScaffoldTarget {
            project,
            interpreter,
            defs,
        })
    }

    /// Runs dg once. What it is about is told as "Listing ..." while it runs and as "Listed ..." then.
    async fn ask_dg(
        &self,
        place: &ScaffoldTarget,
        (begins, done, of): (&str, &str, &str),
        command: &CommandLine,
        passing: bool,
    ) -> Result<Finished, ScaffoldError> {
        let once = OneShot {
            begun: NewOperation {
                title: format!("{begins} {of}"),
                location: Some(place.project.id.clone()),
                passing,
                ..NewOperation::default()
            },
            done: Some(format!("{done} {of}")),
            command,
            writer: None,
            limit: LIMIT,
            environment: None,
        };
        let context = &self.facts.context;
        let outcome = context
            .operations
            .run(&context.table, once, &self.ended)
            .await;
        outcome.map_err(|error| match error {
            OnceError::Tool { printed, .. } if dagster::explain::lacks_dg(&printed) => {
                ScaffoldError::LacksDg {
                    project: place.project.name.clone(),
                }
            }
            other => other.into(),
        })
    }
}

/// What pins an addition: all that decides what `dg` writes, which is not run a second time to be sure. Its own settings
/// and code are the project's environment's; only a component whose scaffolder is in the project's own code is not seen.
async fn pinned(
    place: &ScaffoldTarget,
    request: &ScaffoldRequest,
    checked: &Result<Option<String>, String>,
) -> Result<Basis, ScaffoldError> {
    let (project, name) = (&place.project, &place.project.name);
    let mut basis = Basis::default();
    for file in SETTINGS {
        basis.file(format!("{file} of {name}"), &project.folder.join(file));
    }
    let path = project.environment.path.clone();
    let held = tokio::task::spawn_blocking(move || workspace::contents(&path)).await;
    let held = held.map_err(ScaffoldError::Looking)?;
    let environment = (held.config, held.packages, held.unfinished);
    basis.read(format!("the environment of {name}"), &environment);
    let made = place.defs.join(request.path.trim());
    let made = relative(&made, &project.folder);
    basis.read(made, &checked.as_ref().err());
    if let Ok(params) = checked {
        let command = command(place, &project.folder, request, params.as_deref());
        basis.runs(format!("the command for {name}"), &command_view(&command));
    }
    Ok(basis)
}

fn command(
    place: &ScaffoldTarget,
    folder: &Path,
    request: &ScaffoldRequest,
    params: Option<&str>,
) -> CommandLine {
    let path = request.path.trim();
    scaffold::scaffold(&place.interpreter, folder, &request.key, path, params)
}

/// A path for a type that nothing stands in the way of: the suggested one, else with a number.
fn free_path(defs: &Path, one: &scaffold::DefinitionType) -> String {
    let wished = scaffold::suggested_path(&one.key);
    let (stem, ending) = match wished.strip_suffix(".py") {
        Some(stem) => (stem, ".py"),
        None => (wished.as_str(), ""),
    };
    let numbered = (2..).map(|number| format!("{stem}_{number}{ending}"));
    std::iter::once(wished.clone())
        .chain(numbered)
        .find(|path| scaffold::check_path(defs, path, one.python).is_ok())
        .unwrap_or_else(|| wished.clone())
}

/// A project with the same settings and no code, in Dagdeck's own folder; gone when dropped.
fn copy_without_code(
    place: &ScaffoldTarget,
    state_folder: &Path,
) -> std::io::Result<tempfile::TempDir> {
    let copy = preview::copy(&place.project.folder, &SETTINGS, state_folder)?;
    let inside = relative(&place.project.working_directory, &place.project.folder);
    let root = place.project.root_module.as_deref().unwrap_or_default();
    let package = copy.path().join(inside).join(root.replace('.', "/"));
    fs_err::create_dir_all(&package)?;
    fs_err::write(package.join("__init__.py"), "")?;
    let defs = copy
        .path()
        .join(relative(&place.defs, &place.project.folder));
    fs_err::create_dir_all(defs)?;
    Ok(copy)
}

/// Every file below a folder with its text, paths relative to `root`.
fn written(folder: &Path, root: &Path) -> std::io::Result<Vec<ScaffoldedFile>> {
    let mut files = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs_err::read_dir(next)? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let text = String::from_utf8_lossy(&fs_err::read(&path)?).into_owned();
            files.push(ScaffoldedFile {
                path: relative(&path, root),
                text,
            });
        }
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(files)
}

fn relative(path: &Path, root: &Path) -> String {
    path.strip_prefix(root)
        .unwrap_or(path)
        .display()
        .to_string()
        .replace('\\', "/")
}

fn unreadable(command: &CommandLine, source: serde_json::Error) -> ScaffoldError {
    let asked = command.argv().last().cloned();
    ScaffoldError::Unreadable {
        asked: asked.unwrap_or_else(|| "dg".to_owned()),
        source,
    }
}

fn param(param: scaffold::Param) -> DefinitionParam {
    let (kind, choices) = match param.kind {
        ParamKind::Text => (DefinitionParamKind::Text, Vec::new()),
        ParamKind::Integer | ParamKind::Number => (DefinitionParamKind::Number, Vec::new()),
        ParamKind::Boolean => (DefinitionParamKind::Boolean, Vec::new()),
        ParamKind::Choice(choices) => (DefinitionParamKind::Choice, choices),
        ParamKind::Json => (DefinitionParamKind::Json, Vec::new()),
    };
    DefinitionParam {
        name: param.name,
        title: param.title,
        description: param.description,
        required: param.required,
        kind,
        choices,
        default: param.default,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn basis(folder: &Path, path: &str) -> String {
        let reading = workspace::read(folder, &workspace::ReadOptions::default());
        let project = reading.projects.into_iter().next().unwrap();
        let defs = folder.join("src/etl/defs");
        let checked = scaffold::check_path(&defs, path, true);
        let place = ScaffoldTarget {
            interpreter: folder.join(".venv/bin/python"),
            defs,
            project,
        };
        let request = ScaffoldRequest {
            location: place.project.id.clone(),
            key: "dagster.asset".into(),
            path: path.into(),
            params: std::collections::BTreeMap::new(),
        };
        let checked = checked.map(|()| None).map_err(|fault| fault.to_string());
        pinned(&place, &request, &checked)
            .await
            .unwrap()
            .to_string()
    }

    #[tokio::test]
    async fn what_was_shown_holds_until_what_decides_it_moves() {
        let folder = tempfile::tempdir().unwrap();
        let folder = &folder.path().join("etl");
        fs_err::create_dir(folder).unwrap();
        let settings = "[project]\nname = \"etl\"\nversion = \"0.1\"\n[tool.dg]\ndirectory_type = \"project\"\n\
            [tool.dg.project]\nroot_module = \"etl\"\n";
        fs_err::write(folder.join("pyproject.toml"), settings).unwrap();
        let shown = basis(folder, "assets.py").await;
        assert_eq!(
            basis::require(&shown, &basis(folder, "assets.py").await),
            Ok(())
        );
        let refused = async |path: &str| {
            let now = basis(folder, path).await;
            ApiError::from(basis::require(&shown, &now).unwrap_err()).message
        };
        let other = refused("others.py").await;
        assert!(other.contains("src/etl/defs/others.py"), "{other}");

        let packages = folder.join(".venv/lib/python3.12/site-packages");
        let info = packages.join("dagster-1.13.27.dist-info");
        fs_err::create_dir_all(&info).unwrap();
        fs_err::write(info.join("INSTALLER"), "uv").unwrap();
        let said = refused("assets.py").await;
        assert!(
            said.starts_with("The environment of etl changed since"),
            "{said}"
        );
        fs_err::remove_dir_all(folder.join(".venv")).unwrap();

        fs_err::write(folder.join("pyproject.toml"), format!("{settings}# mine\n")).unwrap();
        let said = refused("assets.py").await;
        assert!(
            said.starts_with("pyproject.toml of etl changed since"),
            "{said}"
        );
        fs_err::write(folder.join("pyproject.toml"), settings).unwrap();

        fs_err::create_dir_all(folder.join("src/etl/defs")).unwrap();
        fs_err::write(folder.join("src/etl/defs/assets.py"), "").unwrap();
        let said = refused("assets.py").await;
        assert!(
            said.starts_with("src/etl/defs/assets.py changed since"),
            "{said}"
        );
    }
}
