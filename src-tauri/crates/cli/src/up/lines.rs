//! One row of the merged log as a line of a terminal.

use std::collections::BTreeMap;

use anstyle::{AnsiColor, Style};
use api::{LogLevel, Row, RowKind, Segment, WorkspaceView};

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
    pub(super) fn of(workspace: &WorkspaceView) -> Self {
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

/// The line of a row, with its end; None for rows that only matter to a window.
pub(super) fn line(names: &Names, row: &Row) -> Option<String> {
    let dim = Style::new().dimmed();
    let mut line = names.prefix(&row.source);
    match row.kind {
        RowKind::Fold { .. } => return None,
        RowKind::Note | RowKind::RunStart | RowKind::Gap => {
            let text: String = row
                .segments
                .iter()
                .map(|segment| segment.text.as_str())
                .collect();
            line.push_str(&format!("{dim}-- {text}{dim:#}"));
        }
        _ => {
            // Lines that name no level are lines of Info: only what stands out is worth a word.
            if let (RowKind::Line, Some((word, style))) = (&row.kind, level(row.level)) {
                line.push_str(&format!("{style}{word}{style:#} "));
            }
            if let Some(logger) = &row.logger {
                line.push_str(&format!("{dim}{logger}{dim:#} "));
            }
            row.segments
                .iter()
                .for_each(|segment| line.push_str(&styled(segment)));
        }
    }
    if row.cut {
        line.push_str(&format!("{dim} ... (cut; the file has it all){dim:#}"));
    }
    line.push('\n');
    Some(line)
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
    use super::*;

    fn names() -> Names {
        let mut names = Names::default();
        names.add("location-a", "a", SLOTS[0].on_default());
        names.add("webserver", "webserver", Style::new().bold());
        names
    }

    fn row(kind: RowKind, level: LogLevel, text: &str) -> Row {
        let segments = vec![Segment {
            text: text.to_owned(),
            color: Some("red".to_owned()),
            bold: true,
        }];
        let source = "location-a".to_owned();
        Row {
            index: 0,
            time: 0.0,
            level,
            source,
            kind,
            logger: Some("dagster".to_owned()),
            segments,
            cut: false,
        }
    }

    fn plain(row: &Row) -> String {
        anstream::adapter::strip_str(&line(&names(), row).unwrap_or_default()).to_string()
    }

    #[test]
    fn names_line_up() {
        assert_eq!(
            plain(&row(RowKind::Line, LogLevel::Info, "hello")),
            "a         | dagster hello\n"
        );
        assert_eq!(
            plain(&row(RowKind::Line, LogLevel::Error, "no")),
            "a         | ERROR dagster no\n"
        );
    }

    #[test]
    fn a_source_without_a_name_is_shown_by_its_log() {
        let mut odd = row(RowKind::Continuation, LogLevel::Error, "x");
        odd.source = "sync-a".to_owned();
        assert_eq!(plain(&odd), "sync-a    | dagster x\n");
    }

    #[test]
    fn our_own_words_are_set_apart_and_folds_left_out() {
        let note = row(RowKind::Note, LogLevel::Info, "stopped by you");
        assert_eq!(plain(&note), "a         | -- stopped by you\n");
        let fold = row(
            RowKind::Fold {
                frames: 3,
                open: true,
            },
            LogLevel::Error,
            "",
        );
        assert_eq!(line(&names(), &fold), None);
    }

    #[test]
    fn colours_end_where_the_text_ends() {
        let line = line(&names(), &row(RowKind::Line, LogLevel::Info, "hot")).unwrap_or_default();
        assert!(line.contains("\u{1b}[1m\u{1b}[31mhot\u{1b}[0m"), "{line:?}");
    }
}
