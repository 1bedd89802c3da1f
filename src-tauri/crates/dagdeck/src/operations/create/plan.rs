//! Everything that would happen, worked out from the answers: what the review shows and what is run are one value.

mod answers;
mod files;
mod pinned;
mod steps;
mod work;

use std::path::{Path, PathBuf};

use dagster::create::names::package_of;
use dagster::create::scaffold::Tools;
use workspace::edit::{self, Edit};

use super::place::{self, Destination};
use super::remark::stop;
use super::{Index, form};
use crate::context::AppContext;
use crate::operations::basis::{self, Moved};
use crate::operations::diff;
use crate::present::command_view;
use api::{
    CreateField, CreateKind, CreatePlan, CreateRemark, CreateSpec, PlannedEdit, PlannedStep,
};
use files::files;
use steps::{Toolchain, first_project, steps};

pub(crate) use answers::{not_published, used};
pub(crate) use work::{Action, Scaffold, Work};

/// Why nothing is made by a plan.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PlanError {
    /// The thread that looks at the folder ended early.
    #[error("the folder can't be looked at")]
    Looking(#[source] tokio::task::JoinError),
    /// Something else would be made by now.
    #[error(transparent)]
    Moved(#[from] Moved),
    /// The same, and something speaks against it.
    #[error("{moved}, and {remark}")]
    MovedAndBlocked {
        moved: Moved,
        /// What speaks against it.
        remark: String,
    },
    /// An answer can't be used.
    #[error("{remark}")]
    Blocked {
        /// Why, as it was shown.
        remark: String,
    },
}

/// What would happen.
#[derive(Debug)]
pub(crate) struct Plan {
    /// As it is shown.
    pub(crate) shown: CreatePlan,
    /// The root to open when it is done.
    pub(crate) root: PathBuf,
    /// The folder that is made.
    pub(crate) folder: PathBuf,
    /// Whether the root is new too, and so trusted with what made it.
    pub(crate) new_root: bool,
    /// The steps, in order.
    pub(crate) work: Vec<Work>,
    /// The change to the settings of the workspace that a project goes into.
    pub(crate) register: Option<Edit>,
}

impl Plan {
    /// Works out what would happen. Asks the index for the version, reads files, writes nothing.
    ///
    /// # Errors
    /// When the disk can't be looked at. Answers that can't be used are remarks, not errors.
    pub(crate) async fn of(
        context: &AppContext,
        index: &Index,
        mut spec: CreateSpec,
    ) -> Result<Self, PlanError> {
        let home = context.home.clone();
        let asked = spec.clone();
        let looked = tokio::task::spawn_blocking(move || place::find(&asked, &home)).await;
        let (place, mut remarks) = looked.map_err(PlanError::Looking)?;
        let dagster = answers::dagster(context, index, &spec.dagster, place.as_ref()).await;
        spec.dagster = dagster.version;
        remarks.extend(dagster.remark);
        let python = answers::python(context, spec.python.as_deref()).await;
        let python = python.unwrap_or_else(|remark| {
            remarks.push(remark);
            (spec.python.clone().unwrap_or_default(), String::new())
        });
        spec.python = (!python.0.is_empty()).then(|| python.0.clone());
        let git = form::git().await;
        if let Some(place) = &place {
            remarks.extend(answers::trust_remark(context, place, spec.trust));
            spec.git &= place.around.is_none();
            if spec.git {
                remarks.extend(answers::git_remark(place, git.is_some()));
            }
        }
        let uv = context.uv().await;
        let means = Toolchain {
            tools: Tools {
                uv: uv.unwrap_or_else(|| "uv".into()),
                python: python.1,
                dagster: spec.dagster.clone(),
                telemetry: context.state.settings().dagster_telemetry,
            },
            git,
        };
        Ok(Self::made(spec, place, remarks, &means))
    }

    /// Makes sure that this is the plan that was shown, by its basis, and that nothing speaks against it.
    ///
    /// # Errors
    /// When something moved, named; or when an answer can't be used, as was shown.
    pub(crate) fn require(&self, shown: &str) -> Result<(), PlanError> {
        let blocked = self.shown.remarks.iter().find(|remark| remark.blocks);
        let blocked = blocked.map(|remark| remark.message.clone());
        match (basis::require(shown, &self.shown.basis), blocked) {
            (Ok(()), None) => Ok(()),
            (Ok(()), Some(remark)) => Err(PlanError::Blocked { remark }),
            (Err(moved), None) => Err(moved.into()),
            (Err(moved), Some(remark)) => Err(PlanError::MovedAndBlocked { moved, remark }),
        }
    }

    /// The root that is trusted with what is made in it, where it is not new.
    pub(crate) fn to_be_trusted(&self) -> Option<&Path> {
        (self.shown.spec.trust && !self.new_root).then_some(&self.root)
    }

    /// Works the plan out. Where a remark blocks there are no steps: nobody is shown what can't be done. The basis is made
    /// of what the steps follow from and of the steps, so that either moving refuses the start.
    fn made(
        spec: CreateSpec,
        place: Option<Destination>,
        mut remarks: Vec<CreateRemark>,
        means: &Toolchain,
    ) -> Self {
        let settings = pinned::settings(place.as_ref());
        let mut work = Vec::new();
        let mut register = None;
        let usable = !remarks.iter().any(|remark| remark.blocks);
        if let Some(place) = place.as_ref().filter(|_| usable) {
            match edit_of(place) {
                Ok(edit) => {
                    register = edit;
                    work = steps(&spec, place, means);
                }
                Err(error) => remarks.push(stop(CreateField::Parent, format!("{error}."), None)),
            }
        }
        let project = match spec.kind {
            CreateKind::Project => place.as_ref().map(|place| place.name.clone()),
            CreateKind::Workspace | CreateKind::Sample => first_project(&spec),
        };
        let project = project.filter(|name| !name.is_empty());
        let folder = place.as_ref().map(|place| place.folder.clone());
        let folder = folder.unwrap_or_default();
        let basis = pinned::Pinned {
            spec: &spec,
            place: place.as_ref(),
            remarks: &remarks,
            tools: &means.tools,
            work: &work,
            register: register.as_ref(),
        };
        let basis = basis.added_to(settings).to_string();
        let edits = register.iter().map(|edit: &Edit| PlannedEdit {
            path: edit.path.display().to_string(),
            diff: diff::lines(&edit.before, &edit.after),
        });
        let shown = CreatePlan {
            remarks,
            folder: folder.display().to_string(),
            package: project.as_deref().map(package_of),
            location: project,
            steps: work.iter().map(planned).collect(),
            files: place
                .as_ref()
                .map_or_else(Vec::new, |place| files(place, &work)),
            edits: edits.collect(),
            spec,
            basis,
        };
        Self {
            shown,
            root: place.as_ref().map(Destination::root).unwrap_or_default(),
            folder,
            new_root: place.is_some_and(|place| place.around.is_none()),
            work,
            register,
        }
    }
}

fn planned(work: &Work) -> PlannedStep {
    PlannedStep {
        title: work.words(),
        note: work.note.clone(),
        command: work.command().map(command_view),
    }
}

/// The change that lists a project in its workspace: the scaffolder makes the same.
fn edit_of(place: &Destination) -> Result<Option<Edit>, edit::EditError> {
    let config = place
        .around
        .as_ref()
        .and_then(|reading| reading.config.as_ref());
    config
        .map(|config| edit::register(config, &place.relative()))
        .transpose()
}

#[cfg(test)]
mod tests;
