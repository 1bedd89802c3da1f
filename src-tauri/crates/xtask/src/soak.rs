//! `cargo xtask soak`: what happens rarely, met by doing it often. The gate does most of these stories a few
//! times, and leaves the longest out.

use anyhow::Result;

use crate::prepared::{Wanted, prepared};
use crate::test;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    wanted: Wanted,
}

/// Kills, cancels and reloads in their full number. `DAGDECK_SEED` takes a seed that was printed.
pub(crate) fn soak(arguments: &Arguments) -> Result<()> {
    prepared(&arguments.wanted, |prepared| {
        test::run(&test::soak(), &test::Chosen::default(), prepared.set_up)
    })
}
