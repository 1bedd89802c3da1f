//! The state in which tests run: everything fetched, the network gone where this system lets anybody take it away, the
//! tests' own package index up, the test workspace made.
//!
//! xtask starts itself again for it: a program can't leave the network by itself, and all that it starts has to see the same
//! index, the same uv and nothing of a person's own settings for them.

use std::ffi::OsString;
use std::net::TcpListener;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use index::{Index, Manners, Recording, Shelf};

use crate::program::{self, Program};
use crate::{places, setup};

/// Says to the second xtask that it is one: how the network stands.
const NETWORK: &str = "DAGDECK_NETWORK";
/// The second xtask's index listens there.
const PORT: &str = "DAGDECK_INDEX_PORT";
/// How long set-up took, in milliseconds.
const SET_UP: &str = "DAGDECK_SET_UP";
/// The usual port. The lockfiles of the test workspace name it.
pub(crate) const USUAL_PORT: u16 = 47_113;
/// The index that lockfiles name as they are kept.
pub(crate) const USUAL_ADDRESS: &str = "http://127.0.0.1:47113";

/// How a system lets go of the network: as root, or as one who is root nowhere else.
const DARK: &[&[&str]] = &[&["--net"], &["--map-root-user", "--net", "--mount"]];
/// Brings up the loopback, which a fresh network namespace has down.
const LOOPBACK: &str = "ip link set lo up";

/// What is wanted of the preparation.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct PrepareArguments {
    /// Takes set-up as done
    #[arg(long)]
    no_setup: bool,
    /// Tells the tests' own index that this Dagster is the newest, published whole
    #[arg(long, value_name = "VERSION")]
    newest_dagster: Option<String>,
}

/// What a prepared piece of work is told.
pub(crate) struct Prepared {
    /// How long set-up took.
    pub(crate) set_up: Duration,
}

/// Does `work` prepared, after what is missing was fetched.
pub(crate) fn prepared(
    wanted: &PrepareArguments,
    work: impl FnOnce(&Prepared) -> Result<()>,
) -> Result<()> {
    let Ok(network) = std::env::var(NETWORK) else {
        return again(wanted);
    };
    let begun = Instant::now();
    within(&network, || {
        setup::timed("test workspace", setup::workspace::make)?;
        let set_up = Duration::from_millis(number(SET_UP)?) + begun.elapsed();
        let outcome = work(&Prepared { set_up });
        let unspoilt = setup::workspace::ensure_unspoilt();
        match (outcome, unspoilt) {
            (Err(error), Err(spoiled)) => Err(error.context(spoiled)),
            (outcome, unspoilt) => outcome.and(unspoilt),
        }
    })
}

/// Whether this is the second xtask, which may have no network.
pub(crate) fn is_dark() -> bool {
    std::env::var_os(NETWORK).is_some()
}

/// Does `work` with everything but the test workspace prepared.
pub(crate) fn unmade(work: impl FnOnce() -> Result<()>) -> Result<()> {
    match std::env::var(NETWORK) {
        Ok(network) => within(&network, work),
        Err(_) => again(&PrepareArguments::default()),
    }
}

fn number(name: &str) -> Result<u64> {
    let text = std::env::var(name).with_context(|| format!("{name} is not set"))?;
    Ok(text.parse()?)
}

/// The second xtask's part.
fn within(network: &str, work: impl FnOnce() -> Result<()>) -> Result<()> {
    if network == "gone" {
        Program::new("sh").args(["-c", LOOPBACK]).run()?;
    } else {
        println!("  the network stays: this system lets nobody take it away from a program");
    }
    let recording = Recording::of_repository()?;
    let shelf = Shelf::open(&recording, &places::wheels())
        .context("run it once without --no-setup, which fetches what is missing")?;
    let index = Index::start(shelf, &Manners::default(), u16::try_from(number(PORT)?)?)?;
    println!(
        "  package index of {} at {}, newest Dagster {}",
        recording.date,
        index.address(),
        recording.newest_whole()
    );
    let outcome = work();
    let unknown = index.unknown();
    let unexpected: Vec<&String> = unknown
        .iter()
        .filter(|name| !name.starts_with("no-such"))
        .collect();
    if unexpected.is_empty() {
        return outcome;
    }
    let unrecorded =
        format!("asked of the index and not recorded (see tests/index): {unexpected:?}");
    match outcome {
        Ok(()) => bail!("{unrecorded}"),
        Err(error) => Err(error.context(unrecorded)),
    }
}

/// The first xtask's part: set-up, then itself once more.
fn again(wanted: &PrepareArguments) -> Result<()> {
    let started = Instant::now();
    if !wanted.no_setup {
        setup::for_testing()?;
    }
    let myself = std::env::current_exe()?;
    let myself = myself.to_string_lossy().into_owned();
    let (mut program, network) = match dark() {
        Some(options) => (Program::new("unshare").args(options).arg(&myself), "gone"),
        None => (Program::new(&myself), "there"),
    };
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        // How a person reaches the network, and their own settings for uv, pip and Git, are none of the tests' matter.
        let proxy = name.to_lowercase().ends_with("_proxy");
        if proxy || name.starts_with("UV_") || name.starts_with("PIP_") {
            program = program.without(&name);
        }
    }
    // Its own: a person's settings may name other indexes, Pythons and places.
    let settings = places::target().join("settings");
    let motion = settings.join("gtk-3.0/settings.ini");
    fs_err::create_dir_all(settings.join("gtk-3.0"))?;
    // Where no graphics card draws, what moves takes the processor from what is tested.
    fs_err::write(motion, "[Settings]\ngtk-enable-animations=0\n")?;
    let port = if network == "gone" {
        USUAL_PORT
    } else {
        free_port()?
    };
    program
        .args(std::env::args_os().skip(1))
        .env(NETWORK, network)
        .env(PORT, port.to_string())
        .env(SET_UP, started.elapsed().as_millis().to_string())
        .env(
            "UV_DEFAULT_INDEX",
            format!("http://127.0.0.1:{port}/simple"),
        )
        .env(
            index::TOLD,
            wanted.newest_dagster.as_deref().unwrap_or_default(),
        )
        .env("UV_CACHE_DIR", places::uv_cache())
        .env("XDG_CONFIG_HOME", settings)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("CARGO_NET_OFFLINE", "true")
        .env("PATH", our_path()?)
        .replace()
}

/// The options with which `unshare` takes the network away here.
fn dark() -> Option<&'static [&'static str]> {
    let works = |options: &&&[&str]| {
        let tried = Program::new("unshare").args(**options);
        tried.args(["sh", "-c", LOOPBACK]).succeeds()
    };
    DARK.iter().find(works).copied()
}

/// The usual port, or any other where somebody has that one.
fn free_port() -> Result<u16> {
    let usual = TcpListener::bind(("127.0.0.1", USUAL_PORT));
    let listener = usual.or_else(|_| TcpListener::bind(("127.0.0.1", 0)))?;
    Ok(listener.local_addr()?.port())
}

/// Where programs are looked for: what set-up installed comes first, for tests take no other uv.
pub(crate) fn our_path() -> Result<OsString> {
    let uv = setup::uv::ours();
    if !uv.is_file() {
        bail!(
            "{} is not there: run it once without --no-setup",
            uv.display()
        );
    }
    let own = places::tools().join("uv/bin");
    let path = program::path();
    let others = std::env::split_paths(&path).filter(|folder| *folder != own);
    let all = std::iter::once(own.clone()).chain(others);
    Ok(std::env::join_paths(all)?)
}
