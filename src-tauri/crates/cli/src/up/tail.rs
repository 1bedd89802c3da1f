//! Follows the merged log and prints what it gains, each line with the name of what printed it.

use api::{ApiError, LogFilter, LogWindowRequest, OpenLogRequest};
use attach::Attached;

use super::lines::{Names, lines};
use super::output::Output;
use super::refused;
use crate::error::CliError;

/// How many rows are printed at once.
const ROWS: u32 = 1_000;

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

    /// Prints some of the rows that are new, so that other news comes in between; whether there may be more.
    pub(super) async fn print_some(
        &mut self,
        attached: &Attached,
        names: &Names,
        output: &Output,
    ) -> Result<bool, CliError> {
        let request = LogWindowRequest {
            view: self.view,
            from: self.printed,
            count: ROWS,
        };
        let print = attached.log_print(request).await.map_err(refused)?;
        if print.blocks.is_empty() {
            return Ok(false);
        }
        self.printed = print.next;
        let mut text = String::new();
        for block in &print.blocks {
            lines(names, block, &mut text);
        }
        output.print(text).await?;
        Ok(true)
    }
}
