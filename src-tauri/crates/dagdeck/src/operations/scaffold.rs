//! Adding a definition to a location's project with `dg scaffold defs`.
//!
//! What it would write is not guessed: the same command runs first in a copy of the project that holds no code, and what
//! appears there is shown. The location reloads by itself when the file is there.

mod copy;
mod error;

use std::path::{Path, PathBuf};
use std::time::Duration;

use dagster::scaffold::{self, ParamKind};
use process::{CommandLine, Finished};
use workspace::Project;

use self::copy::{copy_without_code, relative, written};
pub(crate) use self::error::ScaffoldError;
use crate::errors::FileError;
use crate::open_workspace::OpenWorkspace;
use crate::operations::basis::{self, Basis};
use crate::present::command_view;
use crate::record::{NewOperation, OnceError, OneShot};
use api::{
    DefinitionForm, DefinitionParam, DefinitionParamKind, DefinitionType, DefinitionTypeRequest,
    DefinitionTypes, ScaffoldPlan, ScaffoldRequest, ScaffoldStart,
};

/// How long `dg` may take; importing a large project's packages is the slowest.
const LIMIT: Duration = Duration::from_secs(120);

/// The files that `dg` goes by.
const SETTINGS: [&str; 2] = ["pyproject.toml", "dg.toml"];

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

    /// What a type asks for, as `dg` of the project's own environment says it. Costs a second or two.
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

/// The command that adds it, for the project's folder or its copy.
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

/// That `dg` answered something else than its JSON.
fn unreadable(command: &CommandLine, source: serde_json::Error) -> ScaffoldError {
    let asked = command.argv().last().cloned();
    ScaffoldError::Unreadable {
        asked: asked.unwrap_or_else(|| "dg".to_owned()),
        source,
    }
}

/// A parameter, on the wire. Whole numbers and others are one kind there.
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
mod tests;
