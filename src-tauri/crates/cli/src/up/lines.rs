//! Rows of the merged log as lines of a terminal.

use std::collections::BTreeMap;

use anstyle::{AnsiColor, Style};
use api::{LogLevel, PrintBlock, Row, RowKind, Segment, WorkspaceView};

/// The colours of sources, in the order of the window's slots.
const SLOTS: [AnsiColor; 8] = [
    AnsiColor::Cyan,
    AnsiColor::Magenta,
    AnsiColor::Green,
    AnsiColor::Blue,
    AnsiColor::Yellow,
    AnsiColor::BrightCyan,
    AnsiColor::BrightMagenta,
    AnsiColor::BrightGreen,
];

/// What stands in front of each log's lines.
#[derive(Debug, Default)]
pub(crate) struct Names {
    known: BTreeMap<String, (String, Style)>,
    width: usize,
}

impl Names {
    pub(crate) fn of(workspace: &WorkspaceView) -> Self {
        let mut names = Self::default();
        for location in &workspace.locations {
            let slot = SLOTS[usize::from(location.color.saturating_sub(1)) % SLOTS.len()];
            names.add(&location.log, &location.name, slot.on_default());
        }
        names.add(&workspace.webserver.log, "webserver", Style::new().bold());
        names.add(&workspace.daemon.log, "daemon", Style::new().bold());
        names
    }

    fn add(&mut self, log: &str, name: &str, style: Style) {
        self.width = self.width.max(name.chars().count());
        self.known.insert(log.to_owned(), (name.to_owned(), style));
    }

    /// A source's name; its log's where it has none.
    pub(crate) fn name<'a>(&'a self, log: &'a str) -> &'a str {
        self.known.get(log).map_or(log, |(name, _)| name)
    }

    /// A source's name in its colour, as wide as all others.
    pub(super) fn prefix(&self, log: &str) -> String {
        let (name, style) = self
            .known
            .get(log)
            .map_or((log, Style::new()), |(name, style)| (name.as_str(), *style));
        let width = self.width;
        format!("{style}{name:<width$} |{style:#} ")
    }
}

/// Adds the lines of rows that are alike, each with its end; rows that only matter to a window have none.
pub(crate) fn lines(names: &Names, block: &PrintBlock, text: &mut String) {
    let first = &block.first;
    let Some((start, end)) = around(names, first) else {
        return;
    };
    push(&start, first, &end, text);
    for more in block.more.lines() {
        text.extend([&start, more, &end]);
    }
}

/// The line of a single row, with its end; empty for one that only matters to a window.
pub(crate) fn row_line(names: &Names, row: &Row) -> String {
    let mut text = String::new();
    if let Some((start, end)) = around(names, row) {
        push(&start, row, &end, &mut text);
    }
    text
}

/// What a row says, without its styles.
pub(crate) fn row_text(row: &Row) -> String {
    row.segments.iter().map(|one| one.text.as_str()).collect()
}

fn push(start: &str, row: &Row, end: &str, text: &mut String) {
    let dim = Style::new().dimmed();
    text.push_str(start);
    text.extend(row.segments.iter().map(styled));
    if row.cut {
        text.push_str(&format!("{dim} ... (cut; the file has it all){dim:#}"));
    }
    text.push_str(end);
}

/// What stands before and behind the words of a row; none for one that only matters to a window.
fn around(names: &Names, first: &Row) -> Option<(String, String)> {
    let dim = Style::new().dimmed();
    let mut start = names.prefix(&first.source);
    let mut end = "\n".to_owned();
    match first.kind {
        RowKind::Fold { .. } => return None,
        RowKind::Note | RowKind::RunStart | RowKind::Gap => {
            start.push_str(&format!("{dim}-- "));
            end.insert_str(0, &format!("{dim:#}"));
        }
        _ => {
            // Lines that name no level are lines of Info: only what stands out is worth a word.
            if let (RowKind::Line, Some((word, style))) = (&first.kind, level(first.level)) {
                start.push_str(&format!("{style}{word}{style:#} "));
            }
            if let Some(logger) = &first.logger {
                start.push_str(&format!("{dim}{logger}{dim:#} "));
            }
        }
    }
    Some((start, end))
}

fn level(level: LogLevel) -> Option<(&'static str, Style)> {
    match level {
        LogLevel::Debug => Some(("DEBUG", Style::new().dimmed())),
        LogLevel::Info => None,
        LogLevel::Warning => Some(("WARNING", AnsiColor::Yellow.on_default())),
        LogLevel::Error => Some(("ERROR", AnsiColor::Red.on_default())),
    }
}

fn styled(segment: &Segment) -> String {
    let color = match segment.color.as_deref() {
        Some("red") => AnsiColor::Red.on_default(),
        Some("green") => AnsiColor::Green.on_default(),
        Some("yellow") => AnsiColor::Yellow.on_default(),
        Some("blue") => AnsiColor::Blue.on_default(),
        Some("magenta") => AnsiColor::Magenta.on_default(),
        Some("cyan") => AnsiColor::Cyan.on_default(),
        Some("dim") => Style::new().dimmed(),
        _ => Style::new(),
    };
    let style = if segment.bold { color.bold() } else { color };
    format!("{style}{}{style:#}", segment.text)
}

#[cfg(test)]
mod tests {
    use api::Row;

    use super::*;

    fn names() -> Names {
        let mut names = Names::default();
        names.add("location-a", "a", SLOTS[0].on_default());
        names.add("webserver", "webserver", Style::new().bold());
        names
    }

    fn block(kind: RowKind, level: LogLevel, text: &str) -> PrintBlock {
        let segments = vec![Segment {
            text: text.to_owned(),
            color: Some("red".to_owned()),
            bold: true,
            marked: false,
        }];
        let first = Row {
            index: 0,
            time: 0.0,
            level,
            source: "location-a".to_owned(),
            kind,
            logger: Some("dagster".to_owned()),
            segments,
            cut: false,
        };
        PrintBlock {
            first,
            more: String::new(),
        }
    }

    fn styled(block: &PrintBlock) -> String {
        let mut text = String::new();
        lines(&names(), block, &mut text);
        text
    }

    fn plain(block: &PrintBlock) -> String {
        anstream::adapter::strip_str(&styled(block)).to_string()
    }

    #[test]
    fn names_line_up() {
        assert_eq!(
            plain(&block(RowKind::Line, LogLevel::Info, "hello")),
            "a         | dagster hello\n"
        );
        assert_eq!(
            plain(&block(RowKind::Line, LogLevel::Error, "no")),
            "a         | ERROR dagster no\n"
        );
    }

    #[test]
    fn a_source_without_a_name_is_shown_by_its_log() {
        let mut odd = block(RowKind::Continuation, LogLevel::Error, "x");
        odd.first.source = "sync-a".to_owned();
        assert_eq!(plain(&odd), "sync-a    | dagster x\n");
    }

    #[test]
    fn rows_that_are_alike_begin_and_end_alike_and_an_empty_one_is_a_line() {
        let mut alike = block(RowKind::Line, LogLevel::Warning, "one");
        alike.more = "two\n\nfour\n".to_owned();
        let start = "a         | WARNING dagster";
        let lines = ["one", "two", "", "four"].map(|text| format!("{start} {text}\n"));
        assert_eq!(plain(&alike), lines.concat());
    }

    #[test]
    fn our_own_words_are_set_apart_and_folds_left_out() {
        let mut note = block(RowKind::Note, LogLevel::Info, "stopped by you");
        note.more = "started by you\n".to_owned();
        assert_eq!(
            plain(&note),
            "a         | -- stopped by you\na         | -- started by you\n"
        );
        let fold = block(
            RowKind::Fold {
                frames: 3,
                open: true,
            },
            LogLevel::Error,
            "",
        );
        assert_eq!(styled(&fold), "");
    }

    #[test]
    fn colours_end_where_the_text_ends() {
        let line = styled(&block(RowKind::Line, LogLevel::Info, "hot"));
        assert!(line.contains("\u{1b}[1m\u{1b}[31mhot\u{1b}[0m"), "{line:?}");
    }
}
