//! What Cargo calls in place of the compiler lints, and links nothing.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "runs xtask as Cargo does, and fails by panicking"
)]

use std::path::Path;
use std::process::{Command, Output};

fn compiled(code: &str, folder: &Path) -> Output {
    let file = folder.join("one.rs");
    std::fs::write(&file, code).unwrap();
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["rustc", "--crate-name", "one", "--crate-type", "lib"])
        .args(["--emit=dep-info,metadata,link", "--out-dir"])
        .args([folder, &file])
        .env("DAGDECK_LINTS", "1")
        .env(
            "CLIPPY_ARGS",
            "--deny__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__",
        )
        .output()
        .unwrap()
}

#[test]
fn a_lint_fails_and_what_has_none_leaves_metadata_only() {
    let folder = tempfile::tempdir().unwrap();
    let linted = compiled(
        "pub fn none(all: &[u8]) -> bool {\n    all.len() == 0\n}\n",
        folder.path(),
    );
    let said = String::from_utf8_lossy(&linted.stderr);
    assert!(!linted.status.success(), "{said}");
    assert!(said.contains("length comparison to zero"), "{said}");

    let fine = compiled(
        "pub fn none(all: &[u8]) -> bool {\n    all.is_empty()\n}\n",
        folder.path(),
    );
    let said = String::from_utf8_lossy(&fine.stderr);
    assert!(fine.status.success(), "{said}");
    assert!(folder.path().join("libone.rmeta").is_file());
    assert!(!folder.path().join("libone.rlib").exists());
}

#[test]
fn words_that_are_not_understood_are_refused() {
    let refused = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["rustc", "@arguments"])
        .env("DAGDECK_LINTS", "1")
        .output()
        .unwrap();
    assert!(!refused.status.success());
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(said.contains("not understood"), "{said}");
}
