//! Package indexes on this machine, answering from the recording.

use std::path::PathBuf;

use index::Shelf;
pub use index::{DAGSTER, Index, Manners, Recording};

/// What the index holds that all tests ask.
///
/// # Panics
/// When the recording of this repository can't be read.
pub fn recording() -> Recording {
    Recording::of_repository().unwrap()
}

/// An index of a test's own that behaves as it says, with the same wheels.
///
/// # Panics
/// When `cargo xtask setup --tests` has not fetched them.
pub fn index(manners: &Manners) -> Index {
    let shelf = Shelf::open(&recording(), &wheels()).unwrap();
    Index::start(shelf, manners, 0).unwrap()
}

fn wheels() -> PathBuf {
    crate::workspace::target().join("index")
}
