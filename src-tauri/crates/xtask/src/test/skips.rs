//! Tests that found out that they can't be made on this machine: each says so in a file, with its name and its reason.

use std::io::ErrorKind;
use std::path::PathBuf;

use anyhow::Result;

use crate::places;

/// Where tests are told to say it; `testkit::skipped` writes there.
pub(crate) const FILE: &str = "DAGDECK_SKIPPED";

pub(crate) fn file() -> PathBuf {
    places::target().join("skipped.txt")
}

/// Forgets what an earlier run said.
pub(super) fn forget() -> Result<()> {
    match fs_err::remove_file(file()) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// Says of a check of xtask's own that it can't be made here, and why.
pub(crate) fn skipped(name: &str, why: &str) -> Result<()> {
    let mut text = match fs_err::read_to_string(file()) {
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        read => read?,
    };
    text.push_str(&format!("{name}\t{}\n", why.replace(['\n', '\t'], " ")));
    Ok(fs_err::write(file(), text)?)
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
