//! `cargo xtask fuzz`: any bytes in any file that Dagdeck reads, guided by which code they reach.
//!
//! libFuzzer does the work, on a stable compiler: only its coverage is asked for, no sanitizer. What it finds while it runs
//! stays under `target/fuzz/corpus`; `--keep` adds to `tests/fuzz/corpus` what reaches code that nothing there reaches, and
//! a test feeds those in each run of the tests.

use anyhow::{Context, Result};

use crate::places;
use crate::program::Program;

/// What the compiler adds to each branch. libFuzzer reads the counters.
const COVERAGE: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Ccodegen-units=1 --cfg fuzzing";
/// The longest input, in bytes.
const LONGEST: u32 = 4096;
/// How much memory the readers may take in all, in MB.
const MEMORY: u32 = 512;
/// How long one input may take, in seconds.
const SLOWEST: u32 = 5;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// For how many minutes
    #[arg(long, default_value_t = 5)]
    minutes: u32,
    /// Adds to the corpus in the repository what reaches code that nothing there reaches
    #[arg(long)]
    keep: bool,
}

/// Builds the fuzzer and runs it.
pub(crate) fn fuzz(arguments: &Arguments) -> Result<()> {
    let root = places::root();
    let target = places::target().join("fuzz");
    let (found, kept) = (target.join("corpus"), root.join("tests/fuzz/corpus"));
    fs_err::create_dir_all(&found)?;
    let host = host()?;
    Program::new("cargo")
        .args(["build", "--release", "--locked", "--manifest-path"])
        .arg(root.join("tests/fuzz/Cargo.toml"))
        .args(["--target", &host, "--target-dir"])
        .arg(&target)
        .env("RUSTFLAGS", COVERAGE)
        .run()?;
    let readers = target.join(host).join("release/readers");
    let limits = [
        format!("-max_len={LONGEST}"),
        format!("-rss_limit_mb={MEMORY}"),
        format!("-timeout={SLOWEST}"),
        format!("-artifact_prefix={}/", target.display()),
    ];
    Program::new(&readers)
        .args([&found, &kept])
        .args(&limits)
        .arg(format!("-max_total_time={}", arguments.minutes * 60))
        .arg("-print_final_stats=1")
        .run()?;
    if arguments.keep {
        Program::new(&readers)
            // As few as reach every branch, not every count of passing one.
            .args(["-set_cover_merge=1", "-use_counters=0"])
            .args([&kept, &found])
            .args(&limits)
            .run()?;
    }
    Ok(())
}

/// The triple of this machine: named, so that what runs while compiling is compiled without counters.
fn host() -> Result<String> {
    let told = Program::new("rustc").arg("-vV").read()?;
    let line = told.lines().find_map(|line| line.strip_prefix("host: "));
    line.map(str::to_owned)
        .context("rustc does not say which machine this is")
}
