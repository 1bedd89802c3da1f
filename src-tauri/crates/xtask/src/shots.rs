//! `cargo xtask shots`: every screen, both themes, on real data.

use std::time::Duration;

use anyhow::Result;

use crate::display::Display;
use crate::prepared::{PrepareArguments, prepared};
use crate::test::{build, driven};
use crate::{places, run};

const LIMIT: Duration = Duration::from_secs(900);

/// Drives the real app through every screen and leaves the pictures in target/shots.
pub(crate) fn shots() -> Result<()> {
    prepared(&PrepareArguments::default(), |_| taken())
}

fn taken() -> Result<()> {
    run::build_ui()?;
    build()?;
    let folder = places::target().join("shots");
    if folder.exists() {
        fs_err::remove_dir_all(&folder)?;
    }
    let display = Display::open()?;
    display
        .within(driven("window").arg("every_screen"))
        .count(LIMIT)?;
    println!("\npictures: {}", folder.display());
    Ok(())
}
