//! Errors of Dagster's own tools: `dg`, `create-dagster`, the webserver, the daemon, a code server that ends.

use regex::Regex;

use super::load::{Origin, search_line};
use super::traceback::{Frame, frames};
use super::uv;
pub(super) use rules::known;

mod rules;

#[cfg(test)]
mod tests;

/// A failed tool with what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplainedTool {
    /// A short title: the rule's, else the class of the exception, else the tool's last line.
    pub title: String,
    /// What it means in plain words; none when no rule knows it.
    pub explanation: Option<String>,
    /// The next step.
    pub hint: Option<String>,
    /// The person's own frame nearest to the fault, else the last one of all.
    pub place: Option<Frame>,
    /// The error in one line to search for.
    pub search: String,
}

/// Explains what a tool printed when it failed. Never says nothing: without a rule it shows the last frame that is the
/// person's own and a line to search for. What a tool hands on from uv is explained as uv's.
#[must_use]
pub fn explain_tool(text: &str, origin: Option<&Origin>, dagster: Option<&str>) -> ExplainedTool {
    let all = frames(text, |path| origin.is_some_and(|origin| origin.owns(path)));
    let own = all.iter().rev().find(|frame| frame.own);
    let place = own.or(all.last()).cloned();
    let (class, message) = error(text);
    let search = search_line(&class, &message, dagster);
    if let Some(known) = known(text) {
        return ExplainedTool {
            title: known.title,
            explanation: Some(known.explanation),
            hint: Some(known.hint),
            place,
            search,
        };
    }
    let by_uv = uv::explain_uv(text);
    let known = by_uv.explanation.is_some();
    ExplainedTool {
        title: if known {
            by_uv.title
        } else if class.is_empty() {
            message
        } else {
            class
        },
        explanation: by_uv.explanation,
        hint: by_uv.hints.first().map(|hint| hint.text().to_owned()),
        place,
        search,
    }
}

/// Whether Python found no `dg` to run in the environment: dagster-dg-cli is not installed there.
#[must_use]
pub fn lacks_dg(text: &str) -> bool {
    text.contains("No module named 'dagster_dg_cli")
}

/// The error itself: class and message of the last exception, else the last line without a class.
fn error(text: &str) -> (String, String) {
    let lines = || text.lines().rev().filter(|line| !line.trim().is_empty());
    let exception = Regex::new(r"^(?:[a-z_]\w*\.)*([A-Z]\w*): (\S.*)$").ok();
    let found = exception.and_then(|pattern| {
        lines().find_map(|line| {
            let found = pattern.captures(line)?;
            Some((found[1].to_owned(), found[2].to_owned()))
        })
    });
    found.unwrap_or_else(|| {
        let last = lines().next().unwrap_or("It failed without a word");
        (String::new(), last.trim().to_owned())
    })
}
