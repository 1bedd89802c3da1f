//! `dagdeck explain`: why code does not load, in plain words.

use std::io::Write as _;

use api::{LocationView, Nothing};
use serde::Serialize;

use crate::arguments::Explain;
use crate::error::{CliError, piped};
use crate::hand::Hand;
use crate::names::{chosen, command};
use crate::report::LocationReport;
use crate::runtime;
use crate::stop::Stop;

/// What scripts read. Fields are added, never renamed.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Explained<'a> {
    root: &'a str,
    /// Those that were named; without names those of which there is something to explain.
    locations: &'a [LocationReport],
}

pub(crate) fn run(what: &Explain) -> Result<(), CliError> {
    runtime::run(async {
        let mut stop = Stop::listen()?;
        let hand = stop
            .or(Hand::to_look_at_what_runs(&what.at.workspace))
            .await?;
        let told = stop.or(explain(what, &hand)).await;
        hand.end_or(&mut stop).await?;
        told
    })
}

async fn explain(what: &Explain, hand: &Hand) -> Result<(), CliError> {
    hand.workspace_read(Nothing {}).await?;
    let workspace = hand.workspace().await?;
    let mut locations = chosen(&workspace, &what.locations)?;
    if what.locations.is_empty() {
        locations.retain(|one| LocationReport::of(one).is_to_explain());
    }
    let reports: Vec<_> = locations.iter().map(LocationReport::of).collect();
    if what.at.json {
        let root = &workspace.root;
        crate::json::print(&Explained {
            root,
            locations: &reports,
        })?;
    } else {
        let mut page: String = locations.iter().zip(&reports).map(page).collect();
        if page.is_empty() {
            page = format!("Nothing in {} has to be explained.\n", workspace.root);
        }
        piped(write!(anstream::stdout().lock(), "{page}"))?;
    }
    if reports.iter().any(LocationReport::is_to_explain) {
        Err(CliError::NothingServed)
    } else {
        Ok(())
    }
}

fn page((location, report): (&LocationView, &LocationReport)) -> String {
    let name = &location.name;
    match report.line.state {
        "stopped" => format!(
            "{}  What its code is like is known once it was loaded.\n",
            report.page()
        ),
        "starting" => {
            let wait = command("wait", name);
            format!("{name} is being loaded: `{wait}` says what comes of it.\n")
        }
        _ if location.reloading => format!(
            "{}  Its code is being loaded again: `{}` says what comes of it.\n",
            report.page(),
            command("wait", name)
        ),
        _ => report.page(),
    }
}
