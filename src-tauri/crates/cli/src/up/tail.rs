//! Follows the merged log and prints what it gains, each line with the name of what printed it.

use std::io::Write;

use api::{FoldLogRequest, LogFilter, LogWindowRequest, OpenLogRequest, RowKind};
use attach::Attached;

use super::lines::{Names, line};
use crate::error::{CliError, piped};

/// How many rows are asked for at once.
const ROWS: u32 = 500;

/// Where printing stands in the merged log.
pub(super) struct Tail {
    view: u32,
    printed: u32,
}

impl Tail {
    /// Begins at the end: what earlier launches printed stays in their files.
    pub(super) async fn open(attached: &Attached) -> Result<Self, CliError> {
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
            let window = attached.log_window(request).await?;
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
            piped(anstream::stdout().lock().write_all(text.as_bytes()))?;
            if let Some(row) = fold {
                attached
                    .log_fold(FoldLogRequest {
                        view: self.view,
                        row,
                        open: true,
                    })
                    .await?;
                self.printed = row + 1;
            }
        }
    }
}
