//! `dagdeck sync --dry-run`: what a sync would change. Starts no owner for it, and changes nothing.

use std::io::Write as _;

use api::{Nothing, PackageChange, SyncPlan, SyncPreview};

use super::{python, request};
use crate::arguments;
use crate::error::{CliError, piped, words};
use crate::hand::Hand;
use crate::stop::Stop;
use crate::trust;

/// Says what would change. Nothing is begun, so that it can be left at any moment.
pub(super) async fn print(what: &arguments::Sync, stop: &mut Stop) -> Result<(), CliError> {
    let hand = stop.or(Hand::to_look(&what.path)).await?;
    let end = stop.or(preview(&hand, what)).await;
    hand.end_or(stop).await.and(end)
}

async fn preview(hand: &Hand, what: &arguments::Sync) -> Result<(), CliError> {
    let workspace = hand.workspace().await?;
    if trust::to_sync(&workspace, what.trust).await? {
        hand.workspace_trust(Nothing {}).await?;
    }
    match &what.python {
        Some(version) => python::print_plan(hand, what, &workspace, version).await,
        None => {
            let preview = hand.sync_preview(request(what, &workspace)?).await?;
            print_preview(&preview, what.json)
        }
    }
}

fn print_preview(preview: &SyncPreview, json: bool) -> Result<(), CliError> {
    if json {
        crate::json::print(preview)?;
    } else {
        let mut out = anstream::stdout().lock();
        for plan in &preview.environments {
            piped(write!(out, "{}", page(plan)))?;
        }
        piped(writeln!(out, "Nothing has been changed."))?;
    }
    let failed = preview
        .environments
        .iter()
        .any(|plan| plan.failure.is_some());
    if failed {
        Err(CliError::NothingServed)
    } else {
        Ok(())
    }
}

/// What a sync of one environment would change, as a terminal shows it.
pub(super) fn page(plan: &SyncPlan) -> String {
    let mut page = format!("{}  {}\n", plan.name, plan.path);
    for command in &plan.commands {
        page.push_str(&format!("  $ {}\n", command.line));
    }
    if let Some(failure) = &plan.failure {
        page.push_str(&format!("  {}\n", words(failure).replace('\n', "\n  ")));
        return page;
    }
    if plan.anew {
        let python = plan.python.as_deref().unwrap_or("uv's choice");
        page.push_str(&format!(
            "  The environment is made anew, with Python {python}.\n"
        ));
    }
    if plan.downloads {
        page.push_str(
            "  uv downloads that Python first; which packages change is known only then.\n",
        );
    }
    if !plan.stops.is_empty() {
        page.push_str(&format!("  Stops meanwhile: {}\n", plan.stops.join(", ")));
    }
    for change in &plan.packages {
        page.push_str(&format!("  {}\n", line(change)));
    }
    match &plan.lock {
        Some(lock) if lock.made => page.push_str("  uv.lock is made.\n"),
        Some(lock) => {
            page.push_str("  uv.lock changes:\n");
            for change in &lock.changes {
                page.push_str(&format!("    {}\n", line(change)));
            }
        }
        None if plan.packages.is_empty() && !plan.anew => page.push_str("  Nothing to change.\n"),
        None => {}
    }
    page
}

fn line(change: &PackageChange) -> String {
    let name = &change.name;
    match (change.from.as_deref(), change.to.as_deref()) {
        (None, Some(to)) => format!("+ {name} {to}").trim_end().to_owned(),
        (Some(from), None) => format!("- {name} {from}"),
        (Some(from), Some(to)) => format!("~ {name} {from} -> {to}"),
        (None, None) => format!("  {name}"),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use api::{ApiError, ErrorCode};

    use super::*;

    pub(in crate::sync) fn plan() -> SyncPlan {
        let change = |name: &str, from: Option<&str>, to: Option<&str>| PackageChange {
            name: name.to_owned(),
            from: from.map(str::to_owned),
            to: to.map(str::to_owned),
        };
        SyncPlan {
            name: "marketing".to_owned(),
            locations: vec!["projects/marketing".to_owned()],
            deployment: false,
            path: "/w/projects/marketing/.venv".to_owned(),
            commands: Vec::new(),
            stops: vec!["marketing".to_owned()],
            python: Some("3.12.1".to_owned()),
            anew: false,
            downloads: false,
            packages: vec![
                change("humanize", Some("4.9.0"), Some("4.17.0")),
                change("iniconfig", None, Some("2.3.1")),
                change("tabulate", Some("0.10.0"), None),
            ],
            lock: None,
            failure: None,
        }
    }

    #[test]
    fn a_preview_names_what_comes_goes_and_changes() {
        assert_eq!(
            page(&plan()),
            "marketing  /w/projects/marketing/.venv\n  Stops meanwhile: marketing\n  ~ humanize 4.9.0 -> 4.17.0\n  + \
             iniconfig 2.3.1\n  - tabulate 0.10.0\n"
        );
    }

    #[test]
    fn a_failed_preview_says_why_and_nothing_else() {
        let failure = ApiError::new(ErrorCode::ToolFailed, "The disk is full.");
        let failed = SyncPlan {
            failure: Some(failure.with_hint("Free some space.")),
            ..plan()
        };
        let page = page(&failed);
        assert!(
            page.ends_with("  The disk is full.\n    Free some space.\n"),
            "{page}"
        );
    }
}
