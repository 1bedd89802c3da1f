//! Follows the merged log and prints what it gains, each line with the name of what printed it.

use std::io::Write;

use anstream::{ColorChoice, adapter};
use api::{ApiError, LogFilter, LogWindowRequest, OpenLogRequest};
use attach::Attached;

use super::lines::{Names, lines};
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
            unfolded: true,
        };
        let view = attached.log_open(request).await?;
        Ok(Self {
            view: view.view,
            printed: view.rows,
        })
    }

    /// Prints the rows that are new.
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
            let print = attached.log_print(request).await.map_err(refused)?;
            if print.blocks.is_empty() {
                return Ok(());
            }
            self.printed = print.next;
            let mut text = String::new();
            for block in &print.blocks {
                lines(names, block, &mut text);
            }
            write(&text)?;
        }
    }
}

/// Prints lines, at one stroke: what takes styles out of a text hands each piece between two of them to the system by itself.
fn write(text: &str) -> Result<(), CliError> {
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
