//! Where things are in this repository and under its target folder.

use std::path::{Path, PathBuf};

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(3)
        .expect("xtask is three folders below the root")
        .to_path_buf()
}

/// The window's source.
pub(crate) fn ui() -> PathBuf {
    root().join("ui")
}

/// Cargo's target folder, absolute.
pub(crate) fn target() -> PathBuf {
    let named = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    let folder = root().join(named);
    // As tools see it from inside: what they write of a place names no link.
    fs_err::canonicalize(&folder).unwrap_or(folder)
}

/// What set-up installs for this repository alone.
pub(crate) fn tools() -> PathBuf {
    target().join("tools")
}

/// The wheels that the tests' own index answers from.
pub(crate) fn wheels() -> PathBuf {
    target().join("index")
}

/// uv's cache while tests run: a person's own is neither read nor filled.
pub(crate) fn uv_cache() -> PathBuf {
    target().join("uv-cache")
}

/// What the tests' own index held, and the lockfiles of the test workspace.
pub(crate) fn recording() -> PathBuf {
    root().join("tests/index")
}

/// The workspace that create-dagster made, which tests copy.
pub(crate) fn test_workspace() -> PathBuf {
    target().join("test-workspace")
}

/// Where tests make their copies of it.
pub(crate) fn test_copies() -> PathBuf {
    target().join("test-copies")
}

/// A program that Cargo built with the dev profile.
pub(crate) fn built(name: &str, release: bool) -> PathBuf {
    target()
        .join(if release { "release" } else { "debug" })
        .join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}
