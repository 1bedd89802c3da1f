//! `dagdeck logs`: what locations, the webserver and the daemon printed, also after all of it was stopped.

use std::fmt::Write as _;
use std::io::Write as _;

use api::{
    ApiError, ErrorCode, Event, LogFilter, LogLevel, LogView, LogWindowRequest, OpenLogRequest,
    Row, RowKind, WorkspaceView,
};
use jiff::Timestamp;
use regex::Regex;
use serde::Serialize;

use crate::arguments::{Gravity, Logs};
use crate::error::{CliError, piped, tell};
use crate::hand::{Ear, Hand};
use crate::names::unknown;
use crate::runtime;
use crate::stop::Stop;
use crate::up::{Names, lines, row_line, row_text};

/// How many rows are asked for at once.
const ROWS: u32 = 1_000;

/// One line, for scripts. Fields are added, never renamed.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct LogLine<'a> {
    /// When it was printed, in UTC.
    time: String,
    /// The location's name, `webserver` or `daemon`.
    source: &'a str,
    level: LogLevel,
    /// `line`, `continuation` (of the line before), `ownFrame`, `frame` and `exception` (of a traceback), `note` (Dagdeck's own
    /// words), `runStart` or `gap`.
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    logger: Option<&'a str>,
    text: &'a str,
    /// Whether the text was cut: the log's file has it all.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    cut: bool,
}

pub(crate) fn run(what: &Logs) -> Result<(), CliError> {
    runtime::run(async {
        let mut stop = Stop::listen()?;
        let hand = stop
            .or(Hand::to_look_at_what_runs(&what.at.workspace))
            .await?;
        let printed = stop.or(print(what, &hand)).await;
        // Ctrl-C is how following ends.
        let printed = match printed {
            Err(CliError::Interrupted) if what.follow => Ok(()),
            printed => printed,
        };
        hand.end_or(&mut stop).await?;
        printed
    })
}

async fn print(what: &Logs, hand: &Hand) -> Result<(), CliError> {
    let workspace = hand.workspace().await?;
    let filter = LogFilter {
        levels: levels(what.level),
        sources: sources(&workspace, &what.locations)?,
    };
    let request = OpenLogRequest {
        log: "all".to_owned(),
        filter,
        unfolded: true,
    };
    // Before the first look, so that nothing is missed in between.
    let mut ear = match hand {
        Hand::Owner(_) if what.follow => Some(hand.listen().await?),
        _ => None,
    };
    let view = hand.log_open(request).await?;
    let printing = Printing {
        hand,
        view: view.view,
        names: Names::of(&workspace),
        grep: what.grep.as_ref(),
        json: what.at.json,
    };
    let since = what.since.map(|since| since.millis(Timestamp::now()));
    let since = since.or(workspace.launch.at).unwrap_or_default();
    let mut from = printing.first_since(&view, since).await?;
    loop {
        printing.all_from(&mut from).await?;
        match &mut ear {
            Some(ear) => {
                if !grew(ear, view.view).await {
                    tell("What printed this was stopped.");
                    return Ok(());
                }
            }
            None if what.follow => {
                tell("Nothing runs here that could print more.");
                return Ok(());
            }
            None => return Ok(()),
        }
    }
}

/// Waits until the view has more rows; not where there will be none any more.
async fn grew(ear: &mut Ear, of: u32) -> bool {
    let grew = |event: &Event| matches!(event, Event::LogGrew { view, .. } if *view == of);
    ear.until(grew).await.is_ok()
}

/// These levels and graver ones; all where none is named.
fn levels(least: Option<Gravity>) -> Vec<LogLevel> {
    let all = [
        (Gravity::Debug, LogLevel::Debug),
        (Gravity::Info, LogLevel::Info),
        (Gravity::Warning, LogLevel::Warning),
        (Gravity::Error, LogLevel::Error),
    ];
    let Some(least) = least else {
        return Vec::new();
    };
    let grave = all.into_iter().filter(|(gravity, _)| *gravity >= least);
    grave.map(|(_, level)| level).collect()
}

/// The logs of what was named; none means all.
fn sources(workspace: &WorkspaceView, names: &[String]) -> Result<Vec<String>, CliError> {
    let log = |name: &String| {
        let mut locations = workspace.locations.iter();
        let location = locations.find(|one| one.name == *name || one.id == *name);
        let service = match name.as_str() {
            "webserver" => Some(&workspace.webserver),
            "daemon" => Some(&workspace.daemon),
            _ => None,
        };
        location
            .map(|one| one.log.clone())
            .or_else(|| service.map(|one| one.log.clone()))
            .ok_or_else(|| CliError::Unusable(unknown(workspace, name)))
    };
    names.iter().map(log).collect()
}

/// Prints the rows of a view.
struct Printing<'a> {
    hand: &'a Hand,
    view: u32,
    names: Names,
    grep: Option<&'a Regex>,
    json: bool,
}

impl Printing<'_> {
    /// The first row that was printed then or later; rows are in the order in which they were printed.
    async fn first_since(&self, view: &LogView, since: f64) -> Result<u32, CliError> {
        let (mut low, mut high) = (0, view.rows);
        while low < high {
            let middle = low + (high - low) / 2;
            let rows = self.rows(middle, 1).await?;
            match rows.first() {
                Some(row) if row.time < since => low = middle + 1,
                _ => high = middle,
            }
        }
        Ok(low)
    }

    async fn rows(&self, from: u32, count: u32) -> Result<Vec<Row>, ApiError> {
        let request = LogWindowRequest {
            view: self.view,
            from,
            count,
        };
        Ok(self.hand.log_window(request).await?.rows)
    }

    /// Prints all there is from a row on, which is moved behind it.
    async fn all_from(&self, from: &mut u32) -> Result<(), CliError> {
        loop {
            let text = match (self.grep, self.json) {
                // Costs little more than its text.
                (None, false) => self.blocks(from).await?,
                _ => self.chosen(from).await?,
            };
            let Some(text) = text else {
                return Ok(());
            };
            piped(anstream::stdout().lock().write_all(text.as_bytes()))?;
        }
    }

    async fn blocks(&self, from: &mut u32) -> Result<Option<String>, CliError> {
        let request = LogWindowRequest {
            view: self.view,
            from: *from,
            count: ROWS,
        };
        let print = match self.hand.log_print(request).await {
            Ok(print) => print,
            // Closed with its workspace.
            Err(error) if error.code == ErrorCode::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        if print.blocks.is_empty() {
            return Ok(None);
        }
        *from = print.next;
        let mut text = String::new();
        for block in &print.blocks {
            lines(&self.names, block, &mut text);
        }
        Ok(Some(text))
    }

    /// The rows that are looked for, as they are asked for.
    async fn chosen(&self, from: &mut u32) -> Result<Option<String>, CliError> {
        let rows = match self.rows(*from, ROWS).await {
            Ok(rows) => rows,
            // Closed with its workspace.
            Err(error) if *from > 0 && error.code == ErrorCode::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let Some(last) = rows.last() else {
            return Ok(None);
        };
        *from = last.index + 1;
        let mut text = String::new();
        for row in &rows {
            let words = row_text(row);
            let found = self.grep.is_none_or(|grep| grep.is_match(&words));
            if !found || matches!(row.kind, RowKind::Fold { .. }) {
                continue;
            }
            if self.json {
                let line = self.line(row, &words)?;
                let _infallible = writeln!(text, "{line}");
            } else {
                text.push_str(&row_line(&self.names, row));
            }
        }
        Ok(Some(text))
    }

    fn line(&self, row: &Row, text: &str) -> Result<String, CliError> {
        let failed = |error: serde_json::Error| CliError::Failed(error.to_string());
        let kind = serde_json::to_value(&row.kind).map_err(failed)?;
        let line = LogLine {
            time: time(row.time),
            source: self.names.name(&row.source),
            level: row.level,
            kind: kind["kind"].as_str().unwrap_or_default().to_owned(),
            logger: row.logger.as_deref(),
            text,
            cut: row.cut,
        };
        serde_json::to_string(&line).map_err(failed)
    }
}

/// A moment in ms since the epoch, in UTC with milliseconds.
fn time(millis: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a moment is far from the ends of i64"
    )]
    let whole = millis.floor() as i64;
    // Only a damaged log has times beyond what a calendar holds.
    let moment = Timestamp::from_millisecond(whole).unwrap_or(Timestamp::UNIX_EPOCH);
    format!("{moment:.3}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_means_that_one_and_graver_ones() {
        assert_eq!(levels(None), []);
        assert_eq!(levels(Some(Gravity::Debug)).len(), 4);
        let grave = [LogLevel::Warning, LogLevel::Error];
        assert_eq!(levels(Some(Gravity::Warning)), grave);
    }

    #[test]
    fn times_are_in_utc() {
        assert_eq!(time(1_796_033_700_123.9), "2026-11-30T10:15:00.123Z");
    }
}
