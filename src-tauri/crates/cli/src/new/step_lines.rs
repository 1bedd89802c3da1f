//! The steps of something that is being made, as lines: each once when it begins and once when it ends.

use std::io::{IsTerminal, Write};

use api::{Creation, CreationState, StepState};
use terminal::Shell;

use crate::error::{CliError, piped};

/// Prints the steps of a creation, each once when it begins and once when it ends.
pub(super) struct StepLines {
    /// With JSON only the result is told.
    quiet: bool,
    /// Whether a line can be written over.
    live: bool,
    /// How each step stood when it was told.
    steps: Vec<StepState>,
    /// The line that stands there to be written over.
    line: String,
}

impl StepLines {
    pub(super) fn new(quiet: bool) -> Self {
        Self {
            quiet,
            live: std::io::stdout().is_terminal(),
            steps: Vec::new(),
            line: String::new(),
        }
    }

    /// Tells what is new.
    pub(super) fn print_new(&mut self, creation: &Creation) -> Result<(), CliError> {
        if self.quiet {
            return Ok(());
        }
        let mut lines = Vec::new();
        let count = creation.steps.len();
        self.steps.resize(count, StepState::Waiting);
        for (at, step) in creation.steps.iter().enumerate() {
            if self.steps[at] == step.state {
                continue;
            }
            let was = std::mem::replace(&mut self.steps[at], step.state);
            if was == StepState::Waiting {
                lines.push(format!("[{}/{count}] {}", at + 1, step.title));
                if let Some(command) = &step.command {
                    lines.push(format!("      $ {}", command.shell));
                }
            }
            let took = step.took.unwrap_or_default() / 1000.0;
            match step.state {
                StepState::Succeeded => lines.push(format!("      done, {took:.1} s")),
                StepState::Failed => {
                    let from = step.tail.len().saturating_sub(LAST);
                    lines.extend(step.tail[from..].iter().map(|line| format!("      {line}")));
                    lines.push(format!("      failed after {took:.1} s"));
                }
                StepState::Cancelled => lines.push(format!("      cancelled after {took:.1} s")),
                StepState::Waiting | StepState::Running => {}
            }
        }
        if creation.state == CreationState::Succeeded {
            lines.push(format!("{} is ready.", creation.folder));
            lines.push(next(creation));
        }
        self.print(&lines, &progress(creation))
    }

    fn print(&mut self, lines: &[String], progress: &str) -> Result<(), CliError> {
        let mut out = anstream::stdout().lock();
        if self.live && !self.line.is_empty() && (!lines.is_empty() || self.line != progress) {
            piped(write!(out, "\r{:1$}\r", "", self.line.chars().count()))?;
            self.line.clear();
        }
        for line in lines {
            piped(writeln!(out, "{line}"))?;
        }
        if self.live && self.line != progress {
            piped(write!(out, "{progress}"))?;
            progress.clone_into(&mut self.line);
        }
        piped(out.flush())
    }
}

/// What comes next: where no packages were installed, nothing could be launched yet.
fn next(creation: &Creation) -> String {
    let root = Shell::HERE.quote(&creation.root);
    if creation.spec.sync {
        format!("  Launch it: dagdeck up {root}")
    } else {
        format!("  Install its packages: dagdeck sync {root}")
    }
}

/// How many of the last lines of a step that failed are told.
const LAST: usize = 20;

/// How far the running step says it is.
fn progress(creation: &Creation) -> String {
    let running = creation
        .steps
        .iter()
        .find(|step| step.state == StepState::Running);
    running
        .and_then(|step| step.progress.as_ref())
        .map_or_else(String::new, |progress| format!("      {}", progress.words))
}
