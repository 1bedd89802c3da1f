//! Load errors of a code location.

use std::path::{Path, PathBuf};

use crate::code_server::LoadFailure;

use super::traceback::{Frame, frames};

pub use excerpt::Excerpt;

mod excerpt;
mod place;
mod rules;

#[cfg(test)]
mod tests;

/// A load error with what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// A short title: the rule's, else the exception's class.
    pub title: String,
    /// What it means in plain words; none when no rule knows it.
    pub explanation: Option<String>,
    /// Next steps, beside opening the place.
    pub hints: Vec<Step>,
    /// The class of the exception that the person's code met.
    pub class: String,
    /// What the exception said, without its class.
    pub message: String,
    /// All frames, outermost first.
    pub frames: Vec<Frame>,
    /// The person's own frame nearest to the fault, or the place matched by name.
    pub place: Option<Frame>,
    /// The place's line with two before and two after it; none where the file doesn't say that line (any more).
    pub excerpt: Option<Excerpt>,
    /// The whole text, as Python would print it, but each exception once.
    pub text: String,
}

impl Explained {
    /// The line to search for where no rule knows the error: `class: message (Dagster 1.13.27)`.
    #[must_use]
    pub fn search(&self, dagster: Option<&str>) -> String {
        search_line(&self.class, &self.message, dagster)
    }
}

/// How long a line to search for may get: a search engine cuts longer ones, and names of one's own are at the end.
const SEARCHED: usize = 200;

/// An error in one line to search for: its class, the first line of its message, and the Dagster version.
#[must_use]
pub fn search_line(class: &str, message: &str, dagster: Option<&str>) -> String {
    let mut lines = message.lines().map(str::trim);
    let first = lines.find(|line| !line.is_empty());
    let first: String = first.unwrap_or_default().chars().take(SEARCHED).collect();
    let mut line = match (class, first.as_str()) {
        (class, "") => class.to_owned(),
        ("", first) => first.to_owned(),
        (class, first) => format!("{class}: {first}"),
    };
    if let Some(version) = dagster {
        line.push_str(&format!(" (Dagster {version})"));
    }
    line
}

/// A next step, with what a button behind it would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Words alone.
    Say(String),
    /// `uv sync` of the location's environment.
    Sync(String),
    /// Opening a file at a line.
    Open {
        /// The step in words.
        text: String,
        /// The file, absolute.
        path: PathBuf,
        /// The line, from 1.
        line: u32,
    },
    /// A shell line to copy.
    Copy {
        /// The step in words.
        text: String,
        /// The line, without going to the folder first.
        command: String,
        /// Where it has to be run, absolute.
        folder: PathBuf,
    },
}

impl Step {
    /// The step in words.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Say(text)
            | Self::Sync(text)
            | Self::Open { text, .. }
            | Self::Copy { text, .. } => text,
        }
    }
}

/// What is known of the project whose code failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The project's folder.
    pub folder: PathBuf,
    /// The folder that imports start from.
    pub working_directory: PathBuf,
    /// The top-level package that is loaded, if a module is.
    pub root_module: Option<String>,
}

impl Origin {
    /// What is known of a project as read.
    #[must_use]
    pub fn of(project: &workspace::Project) -> Self {
        Self {
            folder: project.folder.clone(),
            working_directory: project.working_directory.clone(),
            root_module: project.root_module.clone(),
        }
    }

    /// Whether a file of a traceback is the person's own.
    pub(super) fn owns(&self, path: &Path) -> bool {
        let library = path.components().any(|part| {
            let part = part.as_os_str();
            part == "site-packages" || part == "dist-packages" || part == ".venv"
        });
        !library
            && (path.starts_with(&self.folder)
                || path.starts_with(&self.working_directory)
                || path.is_relative() && self.file(path).is_some())
    }

    /// The absolute path of a file that Python names relative to where it runs.
    fn file(&self, path: &Path) -> Option<PathBuf> {
        if path.is_absolute() {
            return Some(path.to_owned());
        }
        if path.as_os_str().to_string_lossy().starts_with('<') {
            return None;
        }
        [&self.working_directory, &self.folder]
            .iter()
            .map(|base| base.join(path))
            .find(|found| found.is_file())
    }
}

/// Explains why a location's code could not be loaded. Reads the project's files to find a place; runs nothing.
#[must_use]
pub fn explain_load_error(failure: &LoadFailure, origin: &Origin) -> Explained {
    let case = Case::of(failure, origin);
    let rule = rules::explain(&case);
    let (title, explanation, hints, named) = match rule {
        Some(rule) => (rule.title, Some(rule.explanation), rule.hints, rule.place),
        None => (case.class.clone(), None, Vec::new(), None),
    };
    let place = named.or_else(|| case.own_frame().cloned());
    let excerpt = place.as_ref().and_then(excerpt::around);
    Explained {
        title,
        explanation,
        hints,
        class: case.class,
        message: case.message,
        frames: case.frames,
        place,
        excerpt,
        text: failure.text(),
    }
}

/// A failure taken apart for the rules.
struct Case<'a> {
    failure: &'a LoadFailure,
    origin: &'a Origin,
    /// The class of the exception that counts: the outermost that is not Dagster's wrapping.
    class: String,
    /// Its message without the class.
    message: String,
    /// All frames along the causes, outermost first.
    frames: Vec<Frame>,
}

impl<'a> Case<'a> {
    /// Takes a failure apart: Dagster wraps the person's own exception in up to several of its own, and gives the stack of
    /// each.
    fn of(failure: &'a LoadFailure, origin: &'a Origin) -> Self {
        let mut counts = failure;
        while counts.wraps()
            && let Some(inner) = counts.inner()
        {
            counts = inner;
        }
        let mut all = Vec::new();
        let mut at = Some(failure);
        while let Some(one) = at {
            // A syntax error's place stands in its message.
            let text = format!("{}{}", one.stack.concat(), one.message);
            all.extend(frames(&text, |path| origin.owns(path)));
            at = one
                .cause
                .as_deref()
                .or_else(|| one.inner().filter(|_| one.wraps()));
        }
        for frame in &mut all {
            if frame.own
                && let Some(found) = origin.file(&frame.path)
            {
                frame.path = found;
            }
        }
        Self {
            failure,
            origin,
            class: counts.class.clone(),
            message: bare_message(counts),
            frames: all,
        }
    }

    /// The person's own frame nearest to the fault.
    fn own_frame(&self) -> Option<&Frame> {
        self.frames.iter().rev().find(|frame| frame.own)
    }
}

/// The message without the class that Python prints in front of it.
fn bare_message(failure: &LoadFailure) -> String {
    let text = failure.message.trim();
    let mark = format!("{}: ", failure.class);
    match text.find(&mark) {
        // The class may carry its module in front, and a syntax error its place.
        Some(at) if at == 0 || text[..at].ends_with('.') || text[..at].ends_with('\n') => {
            text[at + mark.len()..].trim().to_owned()
        }
        _ if text == failure.class => String::new(),
        _ => text.to_owned(),
    }
}
