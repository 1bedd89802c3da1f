//! What a code server said, on the wire: definitions, and code that does not load.

use api::{
    DefinitionCounts, DefinitionNames, DefinitionsView, Excerpt, Frame, Hint, HintAction,
    LoadError, Millis, Subject,
};
use dagster::code_server::{Counts, Definitions, LoadFailure, WaitError};
use dagster::explain::{Explained, Step};
use terminal::Shell;
use workspace::Project;

use crate::state::KnownDefinitions;

/// Counts, on the wire.
pub(crate) fn counts(counts: Counts) -> DefinitionCounts {
    let narrow = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    DefinitionCounts {
        assets: narrow(counts.assets),
        checks: narrow(counts.checks),
        jobs: narrow(counts.jobs),
        schedules: narrow(counts.schedules),
        sensors: narrow(counts.sensors),
        resources: narrow(counts.resources),
    }
}

/// Names, on the wire.
pub(crate) fn names(definitions: Definitions) -> DefinitionNames {
    DefinitionNames {
        assets: definitions.assets,
        checks: definitions.checks,
        jobs: definitions.jobs,
        schedules: definitions.schedules,
        sensors: definitions.sensors,
        resources: definitions.resources,
    }
}

/// Definitions as last read, on the wire.
pub(crate) fn definitions(known: &KnownDefinitions, live: bool) -> DefinitionsView {
    DefinitionsView {
        counts: known.counts,
        read_at: known.read_at,
        live,
    }
}

/// A load error of a project's code, as it was explained, on the wire; `at` is when it came.
pub(crate) fn load_error(project: &Project, explained: Explained, at: Millis) -> LoadError {
    LoadError {
        title: explained.title,
        explanation: explained.explanation,
        hints: explained
            .hints
            .into_iter()
            .map(|step| hint(&step, &project.id))
            .collect(),
        class: explained.class,
        message: explained.message,
        frames: explained.frames.into_iter().map(frame).collect(),
        place: explained.place.map(frame),
        excerpt: explained.excerpt.map(|excerpt| Excerpt {
            first: excerpt.first,
            lines: excerpt.lines,
        }),
        text: explained.text,
        at,
    }
}

/// A load error of code whose project is gone meanwhile, so that nothing explains it.
pub(crate) fn unexplained(failure: &LoadFailure, at: Millis) -> LoadError {
    plain(&failure.class, &failure.message, failure.text(), at)
}

/// A server that answers, but not as ours does.
pub(crate) fn unanswered(error: &WaitError, at: Millis) -> LoadError {
    let text = error.to_string();
    let title = "The code server gave no usable answer";
    plain(title, &text, text.clone(), at)
}

/// An error that nothing explains: its class is its title, and its text is all there is.
fn plain(class: &str, message: &str, text: String, at: Millis) -> LoadError {
    LoadError {
        title: class.to_owned(),
        explanation: None,
        hints: Vec::new(),
        class: class.to_owned(),
        message: message.to_owned(),
        frames: Vec::new(),
        place: None,
        excerpt: None,
        text,
        at,
    }
}

/// A next step, with the button that does it where Dagdeck can.
fn hint(step: &Step, location: &str) -> Hint {
    let action = match step {
        Step::Sync(_) => Some(HintAction::Sync {
            location: location.to_owned(),
        }),
        Step::Open { path, line, .. } => Some(HintAction::OpenFile {
            subject: Subject {
                path: path.display().to_string(),
                line: Some(*line),
                column: None,
            },
        }),
        Step::Copy {
            command, folder, ..
        } => {
            let folder = folder.display().to_string();
            Some(HintAction::CopyCommand {
                command: Shell::HERE.within(&folder, command),
                short: Some(command.clone()),
                folder: Some(folder),
            })
        }
        Step::Say(_) => None,
    };
    Hint {
        text: step.text().to_owned(),
        action,
    }
}

/// A frame of a traceback, on the wire.
fn frame(frame: dagster::explain::Frame) -> Frame {
    Frame {
        subject: Subject {
            path: frame.path.display().to_string(),
            line: Some(frame.line),
            column: None,
        },
        function: frame.function,
        code: frame.code,
        own: frame.own,
    }
}
