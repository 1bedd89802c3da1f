//! Clippy over the workspace's own crates, on top of dependencies as they are built anyway.
//!
//! `cargo clippy` checks every dependency on its own account, which builds can't use. Here Cargo builds, and calls xtask in
//! place of the compiler for the workspace's own crates; xtask calls Clippy's driver, and has it write metadata only. What it
//! writes is named apart from what is built and run; since it is less than Cargo waits for, each run reads all of the
//! workspace's crates again.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::program::Program;

/// Says to xtask that Cargo calls it as a compiler.
const AS_COMPILER: &str = "DAGDECK_LINTS";
/// What Clippy's driver splits its arguments by.
const BETWEEN: &str = "__CLIPPY_HACKERY__";

/// Lints everything that tests and programs are made of; any warning fails.
pub(crate) fn lint() -> Result<()> {
    // Apart: beside `--tests` Cargo does not hear which are named.
    let named = left_out_tests()?;
    lint_targets(named.iter().flat_map(|name| ["--test", name]))?;
    lint_targets(["--lib", "--bins", "--tests"])
}

fn lint_targets<'a>(targets: impl IntoIterator<Item = &'a str>) -> Result<()> {
    Program::new("cargo")
        .args([
            "build",
            "--locked",
            "--quiet",
            "--workspace",
            "--keep-going",
        ])
        .args(targets)
        // Another's wrapper would be given what only Cargo may ask xtask.
        .env("RUSTC_WRAPPER", "")
        .env("RUSTC_WORKSPACE_WRAPPER", std::env::current_exe()?)
        .env(AS_COMPILER, "1")
        .env("CLIPPY_ARGS", ["--deny", "warnings", ""].join(BETWEEN))
        .run()
}

/// The tests that Cargo does not build unless they are named: those that need a set-up machine.
fn left_out_tests() -> Result<Vec<String>> {
    #[derive(serde::Deserialize)]
    struct Workspace {
        packages: Vec<Package>,
    }
    #[derive(serde::Deserialize)]
    struct Package {
        targets: Vec<CargoTarget>,
    }
    #[derive(serde::Deserialize)]
    struct CargoTarget {
        name: String,
        kind: Vec<String>,
        test: bool,
    }
    let told = Program::new("cargo")
        .args(["metadata", "--locked", "--no-deps", "--format-version", "1"])
        .read()?;
    let workspace: Workspace = serde_json::from_str(&told)?;
    let targets = workspace.packages.into_iter().flat_map(|one| one.targets);
    let left_out = targets.filter(|target| target.kind == ["test"] && !target.test);
    Ok(left_out.map(|target| target.name).collect())
}

/// Compiles as Cargo asks for it, when it is Cargo that calls.
pub(crate) fn called_as_compiler() -> Option<Result<()>> {
    std::env::var_os(AS_COMPILER)?;
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    Some(compile(&arguments))
}

fn compile(arguments: &[OsString]) -> Result<()> {
    let (compiler, asked) = arguments.split_first().context("Cargo names a compiler")?;
    let words: Vec<String> = asked
        .iter()
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let name = after(&words, "--crate-name");
    // Cargo asks what the compiler is and can.
    if words == ["-vV"] || name == Some("___") {
        return Program::in_our_place(compiler).args(asked).replace();
    }
    let name = name.with_context(|| format!("Cargo's words are not understood: {words:?}"))?;
    let driver = Program::in_our_place("clippy-driver").arg(compiler);
    // What a crate's build needs is run, and has to be whole.
    if name.starts_with("build_script_") {
        return driver.args(asked).replace();
    }
    driver
        .args(words.iter().map(|word| metadata(word)))
        .replace()
}

fn after<'a>(words: &'a [String], option: &str) -> Option<&'a str> {
    let at = words.iter().position(|word| word == option)?;
    words.get(at + 1).map(String::as_str)
}

/// An argument, with metadata in the place of what would be linked.
fn metadata(word: &str) -> String {
    if let Some(kinds) = word.strip_prefix("--emit=") {
        let mut kinds: Vec<&str> = kinds.split(',').filter(|kind| *kind != "link").collect();
        if !kinds.contains(&"metadata") {
            kinds.push("metadata");
        }
        return format!("--emit={}", kinds.join(","));
    }
    // A dependency's: `name=path`.
    let Some((name, library)) = word.split_once('=') else {
        return word.to_owned();
    };
    let only: PathBuf = Path::new(library).with_extension("rmeta");
    if library.ends_with(".rlib") && only.is_file() {
        return format!("{name}={}", only.display());
    }
    word.to_owned()
}

#[cfg(test)]
mod tests {
    use super::metadata;

    #[test]
    fn metadata_stands_in_for_what_would_be_linked() {
        assert_eq!(
            metadata("--emit=dep-info,metadata,link"),
            "--emit=dep-info,metadata"
        );
        assert_eq!(metadata("--emit=dep-info,link"), "--emit=dep-info,metadata");
        let folder = tempfile::tempdir().unwrap();
        let library = folder.path().join("libone.rlib");
        let extern_one = format!("one={}", library.display());
        assert_eq!(
            metadata(&extern_one),
            extern_one,
            "a proc macro has no metadata"
        );
        let only = library.with_extension("rmeta");
        std::fs::write(&only, "").unwrap();
        assert_eq!(metadata(&extern_one), format!("one={}", only.display()));
        assert_eq!(metadata("feature=\"default\""), "feature=\"default\"");
    }
}
