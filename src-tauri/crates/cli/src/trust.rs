//! The one question before anything runs: may programs run in this folder?

use std::io::{IsTerminal, Write};

use api::WorkspaceView;
use tokio::sync::oneshot;

use crate::error::CliError;

/// What a person let us do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Leave {
    /// Run programs in the folder.
    pub(crate) run: bool,
    /// Make an environment for the webserver in Dagdeck's own folder.
    pub(crate) make: bool,
}

/// Finds out what we may do: from `--trust`, from what was allowed before, or by asking on a terminal.
pub(crate) async fn leave(workspace: &WorkspaceView, trust: bool) -> Result<Leave, CliError> {
    let wanted = Leave {
        run: !workspace.trusted,
        make: workspace
            .deployment
            .as_ref()
            .is_some_and(|deployment| deployment.to_be_made),
    };
    if trust
        || wanted
            == (Leave {
                run: false,
                make: false,
            })
    {
        return Ok(wanted);
    }
    if !on_terminal() {
        return Err(CliError::Failed(refusal(workspace, wanted)));
    }
    ask(&question(workspace, wanted)).await.map(|()| wanted)
}

/// Finds out whether uv may be run in the folder; answers whether that is to be remembered.
pub(crate) async fn to_sync(workspace: &WorkspaceView, trust: bool) -> Result<bool, CliError> {
    if workspace.trusted || trust {
        return Ok(!workspace.trusted);
    }
    let root = &workspace.root;
    let what = "Syncing runs uv in it, which may run the code that its projects are built with.";
    if !on_terminal() {
        return Err(CliError::Failed(format!(
            "{root} is not trusted yet, and there is no terminal to ask on.\n  {what} If you trust it, add --trust."
        )));
    }
    let question = format!("{root} is not trusted yet. {what}\nGo on? [y/N] ");
    ask(&question).await.map(|()| true)
}

fn on_terminal() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks, and waits for a line. Whoever drops this while it waits hears no more of the answer, so that Ctrl-C ends a question
/// too: the reading itself can't be broken off, and ends with the process.
async fn ask(question: &str) -> Result<(), CliError> {
    let asked = {
        let mut error = anstream::stderr().lock();
        write!(error, "{question}").and_then(|()| error.flush())
    };
    let failed = |error| CliError::Failed(format!("can't ask: {error}"));
    asked.map_err(failed)?;
    let (answer, answered) = oneshot::channel();
    let read = move || {
        let mut line = String::new();
        let read = std::io::stdin().read_line(&mut line);
        // Who asked may have stopped waiting.
        let _ = answer.send(read.map(|_| line));
    };
    std::thread::Builder::new().spawn(read).map_err(failed)?;
    if let Ok(Ok(answer)) = answered.await
        && agrees(&answer)
    {
        Ok(())
    } else {
        Err(CliError::Failed("Nothing was started.".to_owned()))
    }
}

fn refusal(workspace: &WorkspaceView, wanted: Leave) -> String {
    let root = &workspace.root;
    if wanted.run {
        format!(
            "{root} is not trusted yet, and there is no terminal to ask on.\n  Launching runs the code in it. \
             If you trust it, add --trust."
        )
    } else {
        format!(
            "No environment in {root} holds dagster-webserver, and there is no terminal to ask on.\n  \
             With --trust Dagdeck makes one in its own folder."
        )
    }
}

fn question(workspace: &WorkspaceView, wanted: Leave) -> String {
    let mut text = String::new();
    if wanted.run {
        text.push_str(&format!(
            "{} is not trusted yet. Launching it would run:\n",
            workspace.root
        ));
        for step in &workspace.trust_plan.steps {
            let more = if step.more > 0 {
                format!(", and {} more like it", step.more)
            } else {
                String::new()
            };
            text.push_str(&format!(
                "  {} ({}{more})\n    $ {}\n",
                step.title, step.when, step.command.line
            ));
        }
        let concerns = &workspace.trust_plan.concerns;
        if !concerns.is_empty() {
            text.push_str("Worth a look before:\n");
        }
        for concern in concerns {
            let line = concern.subject.line;
            let line = line.map_or_else(String::new, |line| format!(":{line}"));
            text.push_str(&format!(
                "  {}{line}\n    {}\n",
                concern.subject.path, concern.message
            ));
        }
    }
    if wanted.make {
        text.push_str("No environment here holds dagster-webserver: Dagdeck would make one in its own folder.\n");
    }
    text.push_str("Go on? [y/N] ");
    text
}

fn agrees(answer: &str) -> bool {
    matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clear_yes_is_a_yes() {
        assert!(agrees("y\n") && agrees(" YES \r\n"));
        assert!(!agrees("") && !agrees("\n") && !agrees("n") && !agrees("yeah"));
    }
}
