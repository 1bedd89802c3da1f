//! Tests that found out that they can't be made on this machine: each says so in a file, with its name and its reason.

use std::io::ErrorKind;
use std::path::PathBuf;

use anyhow::Result;

use crate::places;

/// Where tests are told to say it; `testkit::skipped` writes there.
pub(super) const FILE: &str = "DAGDECK_SKIPPED";

pub(super) fn file() -> PathBuf {
    places::target().join("skipped.txt")
}

/// Forgets what an earlier run said.
pub(super) fn forget() -> Result<()> {
    match fs_err::remove_file(file()) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// Each skipped test with its reason, in order.
pub(super) fn recorded() -> Result<Vec<(String, String)>> {
    let text = match fs_err::read_to_string(file()) {
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        read => read?,
    };
    let split = |line: &str| {
        let (test, why) = line
            .split_once('\t')
            .unwrap_or((line, "no reason was given"));
        (test.to_owned(), why.to_owned())
    };
    let mut all: Vec<_> = text.lines().map(split).collect();
    all.sort();
    all.dedup();
    Ok(all)
}
