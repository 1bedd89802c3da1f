//! The words for a fault of ours.

use crate::guarded::Fault;
use crate::rim::by_value;
use api::{ApiError, ErrorCode};

by_value!(Fault);

impl From<&Fault> for ApiError {
    fn from(Fault { command, report }: &Fault) -> Self {
        let words = "This is a fault in Dagdeck, not in your workspace. What runs goes on running.";
        let mut told = Self::new(ErrorCode::Internal, words);
        told.causes.push(format!("command {command}\n{report}"));
        told
    }
}
