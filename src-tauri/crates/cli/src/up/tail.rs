//! Follows the merged log and prints what it gains, each line with the name of what printed it.

use std::io::Write;

use anstream::{ColorChoice, adapter};
use api::{ApiError, FoldLogRequest, LogFilter, LogWindowRequest, OpenLogRequest, RowKind};
use attach::Attached;

use super::lines::{Names, line};
use super::refused;
use crate::error::{CliError, piped};

/// How many rows are asked for at once.
const ROWS: u32 = 2_000;

/// Where printing stands in the merged log.
pub(super) struct Tail {
    view: u32,
    printed: u32,
}

impl Tail {
    /// Begins at the end: what earlier launches printed stays in their files.
    pub(super) async fn open(attached: &Attached) -> Result<Self, ApiError> {
        let request = OpenLogRequest {
            log: "all".to_owned(),
            filter: LogFilter::default(),
        };
        let view = attached.log_open(request).await?;
        Ok(Self {
            view: view.view,
            printed: view.rows,
        })
    }

    /// Prints the rows that are new. Folded library frames are opened: a terminal can't be clicked.
    pub(super) async fn print(
        &mut self,
        attached: &Attached,
        names: &Names,
    ) -> Result<(), CliError> {
        loop {
            let request = LogWindowRequest {
                view: self.view,
                from: self.printed,
                count: ROWS,
            };
            let window = attached.log_window(request).await.map_err(refused)?;
            if window.rows.is_empty() {
                return Ok(());
            }
            let mut fold = None;
            let mut text = String::new();
            for row in &window.rows {
                if let RowKind::Fold { open: false, .. } = row.kind {
                    fold = Some(row.index);
                    break;
                }
                self.printed = row.index + 1;
                text.extend(line(names, row));
            }
            print(&text)?;
            if let Some(row) = fold {
                attached
                    .log_fold(FoldLogRequest {
                        view: self.view,
                        row,
                        open: true,
                    })
                    .await
                    .map_err(refused)?;
                self.printed = row + 1;
            }
        }
    }
}

/// Prints lines, at one stroke: what takes styles out of a text hands each piece between two of them to the system by itself.
fn print(text: &str) -> Result<(), CliError> {
    let stdout = anstream::stdout();
    let written = match stdout.current_choice() {
        ColorChoice::Never => {
            let plain = adapter::strip_str(text).to_string();
            stdout.into_inner().lock().write_all(plain.as_bytes())
        }
        _ => stdout.lock().write_all(text.as_bytes()),
    };
    piped(written)
}
