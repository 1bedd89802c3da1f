//! (d) One process prints 200,000 lines in a second for 10 s: are all on disk, and what does it cost?

use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use super::build::Build;
use super::measure::{memory, processor, wait};
use super::table::{Amount, BenchRow};
use super::{code, launch, web, workspaces};
use crate::setup;

pub(super) const LINES_PER_SECOND: u32 = 200_000;
pub(super) const SECONDS: u32 = 10;
/// The length of a printed line, without its end.
const LINE: usize = 96;
const LIMIT: Duration = Duration::from_secs(120);

/// What a flood cost a build.
pub(super) struct Flooded {
    /// How many lines are not on disk.
    pub(super) lost: f64,
    /// The most memory of Dagdeck's own processes meanwhile, in MB.
    pub(super) megabytes: f64,
    /// The processor time of Dagdeck's own processes until every line was on disk, in seconds.
    pub(super) processor: f64,
}

/// How many lines are printed.
pub(super) fn printed() -> u64 {
    u64::from(LINES_PER_SECOND) * u64::from(SECONDS)
}

pub(super) fn measure(_runs: usize) -> Result<Vec<BenchRow>> {
    let flooded = flooded(&Build::present(), "flood")?;
    Ok(vec![
        BenchRow {
            what: format!("lines lost on disk of {} printed in {SECONDS} s", printed()),
            ours: Amount::Count(flooded.lost),
            peer: None,
            aim: Some(0.0),
        },
        BenchRow {
            what: "Dagdeck's memory during it (PSS)".to_owned(),
            ours: Amount::Megabytes(flooded.megabytes),
            peer: None,
            aim: None,
        },
    ])
}

/// Lets a location of a build flood its log.
pub(super) fn flooded(build: &Build, state: &str) -> Result<Flooded> {
    let root = workspaces::folder().join("flood");
    let file = root.join("projects/loud/src/loud/defs/flood.py");
    if !file.is_file() {
        setup::scaffold(&root, &["loud".to_owned()])?;
        fs_err::write(&file, code::flood(LINES_PER_SECOND, SECONDS))?;
    }
    let state = workspaces::fresh_state(state)?;
    let (running, port) = launch::begin(build, &root, &state)?;
    wait("the loud location is served", LIMIT, || {
        web::loaded(port) == 1
    })?;
    let own = build.own(running.pid());
    let mut megabytes: f64 = 0.0;
    let mut kept = 0;
    let all = wait("every line is on disk", LIMIT, || {
        megabytes = megabytes.max(memory(&own));
        kept = lines_kept(&state);
        kept >= printed()
    });
    let processor = processor(&own);
    if let Err(error) = all {
        println!("  {error}: {kept} of {}", printed());
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "two million lines are counted exactly"
    )]
    let lost = printed() as f64 - kept as f64;
    Ok(Flooded {
        lost,
        megabytes,
        processor,
    })
}

/// How many of the printed lines are in files below a folder.
fn lines_kept(folder: &Path) -> u64 {
    let mut kept = 0;
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).into_iter().flatten().flatten() {
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                let bytes = std::fs::read(entry.path()).unwrap_or_default();
                let lines = bytes.split(|byte| *byte == b'\n');
                kept += lines.filter(|line| is_flood(line)).count() as u64;
            }
        }
    }
    kept
}

/// Whether a line begins with a printed one that is whole. What another stream printed meanwhile may stand behind it: a file
/// holds bytes in the order in which they came.
fn is_flood(line: &[u8]) -> bool {
    line.len() >= LINE
        && line.starts_with(b"flood ")
        && line[6..15].iter().all(u8::is_ascii_digit)
        && line[16..LINE].iter().all(|byte| *byte == b'x')
}

#[cfg(test)]
mod tests {
    use super::is_flood;

    #[test]
    fn only_whole_lines_count() {
        let line = format!("flood {:09} {}", 7, "x".repeat(80));
        assert!(is_flood(line.as_bytes()));
        assert!(!is_flood(&line.as_bytes()[..95]));
        assert!(!is_flood(format!("x{line}").as_bytes()));
        assert!(is_flood(format!("{line}\u{1b}[32mINFO").as_bytes()));
        assert!(!is_flood(line.replacen("xx", "x\u{1b}", 1).as_bytes()));
    }
}
