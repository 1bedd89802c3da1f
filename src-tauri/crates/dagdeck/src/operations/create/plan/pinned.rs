//! What a creation is pinned by: the answers as they were read, what is on disk around them, and each step.

use dagster::create::scaffold::Tools;
use workspace::edit::Edit;

use super::super::place::Destination;
use super::{Action, Work};
use crate::operations::basis::Basis;
use crate::operations::projects::file_name;
use crate::present::command_view;
use api::{CreateField, CreateRemark, CreateSpec};

/// What a plan was made of.
pub(super) struct Pinned<'a> {
    pub(super) spec: &'a CreateSpec,
    pub(super) place: Option<&'a Destination>,
    pub(super) remarks: &'a [CreateRemark],
    pub(super) tools: &'a Tools,
    pub(super) work: &'a [Work],
    pub(super) register: Option<&'a Edit>,
}

/// The settings that list a new project, as they are before anything is worked out from them.
pub(super) fn settings(place: Option<&Destination>) -> Basis {
    let mut basis = Basis::default();
    let around = place.and_then(|place| place.around.as_ref());
    if let Some(config) = around.and_then(|reading| reading.config.as_ref()) {
        basis.file(file_name(config), config);
    }
    basis
}

impl Pinned<'_> {
    /// Adds each answer with what blocks it, the change of the list of projects, and each step's command and files, each
    /// part under a name that a person reads in a refusal.
    pub(super) fn added_to(&self, mut basis: Basis) -> Basis {
        let spec = self.spec;
        let folder = self.place.map(|place| &place.folder);
        let name = match folder {
            Some(folder) => format!("the folder {}", folder.display()),
            None => "the name".to_owned(),
        };
        let (first, git) = (spec.first_project.as_deref(), spec.git);
        let base = self.place.map(Destination::base);
        // What is only worth knowing may come and go, as the index can be reached or not.
        let stops = |field: CreateField| -> Vec<&str> {
            let of_field = self
                .remarks
                .iter()
                .filter(|one| one.field == field && one.blocks);
            of_field.map(|one| one.message.as_str()).collect()
        };
        let parent = format!("the folder {}", spec.parent);
        basis.read(parent, &(base, stops(CreateField::Parent)));
        basis.read(name, &(folder, stops(CreateField::Name)));
        basis.read(
            "the first project",
            &(first, stops(CreateField::FirstProject)),
        );
        basis.read(
            "the Dagster version",
            &(&spec.dagster, stops(CreateField::Dagster)),
        );
        let python = (&spec.python, &self.tools.python, stops(CreateField::Python));
        basis.read("the Python", &python);
        basis.read("the git repository", &(git, stops(CreateField::Git)));
        if let Some(edit) = self.register {
            let name = format!("the change of {}", file_name(&edit.path));
            basis.runs(name, &edit.after);
        }
        for work in self.work {
            let step = format!("the step “{}”", work.words());
            basis.runs(
                step,
                &(work.command().map(command_view), written(&work.action)),
            );
        }
        basis
    }
}

/// What a step writes itself.
fn written(action: &Action) -> Vec<(String, &str)> {
    match action {
        Action::Sample { folder, files } => {
            let path = |path: &str| folder.join(path).display().to_string();
            files
                .iter()
                .map(|file| (path(file.path), &*file.text))
                .collect()
        }
        Action::Write { path, text } => vec![(path.display().to_string(), *text)],
        Action::Scaffold(_) | Action::Sync { .. } | Action::Run(_) => Vec::new(),
    }
}
