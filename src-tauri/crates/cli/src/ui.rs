//! `dagdeck ui`: the Dagster UI of what runs, in the browser.

use std::io::Write as _;
use std::sync::mpsc;
use std::time::Duration;

use serde::Serialize;

use crate::arguments::Ui;
use crate::error::{CliError, piped};
use crate::reached::Reached;
use crate::runtime;
use crate::stop::Stop;

/// What scripts read. Fields are added, never renamed.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Shown<'a> {
    root: &'a str,
    url: &'a str,
    /// Whether a browser was asked to open it.
    opened: bool,
}

pub(crate) fn run(what: &Ui) -> Result<(), CliError> {
    let (root, url) = runtime::wait_for(async {
        let mut stop = Stop::listen()?;
        stop.or(address(what)).await
    })??;
    let opened = if what.print {
        Ok(false)
    } else {
        browse(&url).map(|()| true)
    };
    if what.at.json {
        let opened = *opened.as_ref().unwrap_or(&false);
        let told = Shown {
            root: &root,
            url: &url,
            opened,
        };
        crate::json::print(&told)?;
    } else {
        piped(writeln!(anstream::stdout().lock(), "{url}"))?;
    }
    opened.map(drop).map_err(|_| {
        let words = format!("No browser could be opened here. The Dagster UI is at {url}");
        CliError::Failed(words)
    })
}

/// How long what opens a browser may take to say that it can't; where it says nothing, it is taken to go on.
const REFUSING: Duration = Duration::from_secs(5);

/// Has the system's browser open an address. What it says where it can't would mean nothing to a person.
fn browse(url: &str) -> std::io::Result<()> {
    let (answer, answered) = mpsc::channel();
    let url = url.to_owned();
    let ask = move || {
        // Who asked may have stopped waiting.
        let _gone = answer.send(open::that(url));
    };
    std::thread::Builder::new()
        .name("browser".to_owned())
        .spawn(ask)?;
    answered.recv_timeout(REFUSING).unwrap_or(Ok(()))
}

async fn address(what: &Ui) -> Result<(String, String), CliError> {
    let workspace = Reached::running(&what.at.workspace, &[]).await?.workspace;
    match workspace.webserver.url {
        Some(url) => Ok((workspace.root, url)),
        None => Err(CliError::Failed(format!(
            "The Dagster UI of {} does not answer: `dagdeck start` launches it, and `dagdeck wait` waits for it.",
            workspace.root
        ))),
    }
}
