//! Saying that a test can't be made on this machine.

use std::io::Write;

/// Says that the running test can't be made here, and why: `cargo xtask test` counts and names it at its end. The test returns
/// after it.
pub fn skipped(why: &str) {
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test");
    eprintln!("skipped: {test}: {why}");
    if let Some(file) = std::env::var_os("DAGDECK_SKIPPED") {
        let mut options = fs_err::OpenOptions::new();
        let mut file = options.create(true).append(true).open(file).unwrap();
        // One write, for several tests may say it at once.
        file.write_all(format!("{test}\t{why}\n").as_bytes())
            .unwrap();
    }
}
