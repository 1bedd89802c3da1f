//! `cargo xtask soak`: what happens rarely, met by doing it often, and what costs too much to be in the gate. The gate does most
//! of these stories a few times, and leaves the longest out.

mod older;

use anyhow::Result;

use crate::prepared::{self, PrepareArguments, prepared};
use crate::test;

/// The first commit whose workspaces have owners.
const FIRST_OWNERS: &str = "687d719";
/// The step that needs an older Dagdeck.
const OLDER: &str = "older";

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only these steps: cancels, reloads, verbs, hosts, owners, older, guards, kills, whole, long
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// The git revision whose Dagdeck is the older one: the last release, or the first that has owners
    #[arg(long, value_name = "REVISION", default_value = FIRST_OWNERS)]
    older: String,
    #[command(flatten)]
    wanted: PrepareArguments,
}

/// Kills, cancels and reloads in their full number. `DAGDECK_SEED` takes a seed that was printed.
pub(crate) fn soak(arguments: &Arguments) -> Result<()> {
    let steps = test::soak(&arguments.only)?;
    let mut chosen = test::Chosen::default();
    if arguments.only.is_empty() || arguments.only.iter().any(|name| name == OLDER) {
        // While there is a network to fetch what it is made of.
        if !prepared::is_dark() {
            older::build(&arguments.older)?;
        }
        chosen.older = Some(older::program());
    }
    prepared(&arguments.wanted, |prepared| {
        test::run(&steps, &chosen, prepared.set_up)
    })
}
