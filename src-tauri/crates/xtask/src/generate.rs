//! `cargo xtask gen`: the wire's TypeScript, made from the crate api and committed.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Result, bail};

use crate::places;
use crate::program::Program;

/// Where the window expects the generated files.
const FOLDER: &str = "ui/src/backend/generated";

/// Writes the generated files, or with `check` fails when one is stale.
pub(crate) fn generate(check: bool) -> Result<()> {
    if !check {
        // That it is as it should be is a test among the others.
        Program::new("cargo")
            .args(["test", "--quiet", "--locked", "--lib", "--package"])
            .args(["dagdeck-health", "--", "the_list_for_people"])
            .env("DAGDECK_WRITES_DOCUMENTATION", "1")
            .run()?;
    }
    let made = places::target().join("generated");
    if made.exists() {
        fs_err::remove_dir_all(&made)?;
    }
    fs_err::create_dir_all(&made)?;
    // Checking is a step among others, so it builds what they build; writing builds as little as it can.
    let selection: &[&str] = if check {
        &["--workspace"]
    } else {
        &["--package", "dagdeck-api"]
    };
    Program::new("cargo")
        .args(["test", "--quiet", "--locked", "--lib"])
        .args(selection)
        .args(["--", "export_bindings"])
        .env("TS_RS_EXPORT_DIR", &made)
        .run()?;
    let (new, old) = (read(&made)?, read(&places::root().join(FOLDER))?);
    if new.is_empty() {
        bail!(
            "nothing was generated: is the test `export_bindings_commands` still in the crate api?"
        );
    }
    let stale = differences(&old, &new);
    if stale.is_empty() {
        println!("  {} generated files are as they should be", new.len());
        return Ok(());
    }
    if check {
        bail!(
            "stale in {FOLDER}: {}\nrun `cargo xtask gen` and commit what it writes",
            stale.join(", ")
        );
    }
    let folder = places::root().join(FOLDER);
    fs_err::create_dir_all(&folder)?;
    for name in &stale {
        match new.get(name) {
            Some(text) => fs_err::write(folder.join(name), text)?,
            None => fs_err::remove_file(folder.join(name))?,
        }
        println!("  {FOLDER}/{name}");
    }
    Ok(())
}

/// The TypeScript files of a folder, by path below it.
fn read(folder: &Path) -> Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        if !next.is_dir() {
            continue;
        }
        for entry in fs_err::read_dir(&next)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "ts") {
                let name = path.strip_prefix(folder)?.to_string_lossy().into_owned();
                files.insert(name, fs_err::read_to_string(&path)?);
            }
        }
    }
    Ok(files)
}

fn differences(old: &BTreeMap<String, String>, new: &BTreeMap<String, String>) -> Vec<String> {
    let mut names: Vec<String> = old
        .keys()
        .chain(new.keys())
        .filter(|name| old.get(*name) != new.get(*name))
        .cloned()
        .collect();
    names.sort();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_changed_missing_and_left_over_files() {
        let files = |list: &[(&str, &str)]| {
            list.iter()
                .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
                .collect::<BTreeMap<_, _>>()
        };
        let old = files(&[("same.ts", "1"), ("changed.ts", "1"), ("left.ts", "1")]);
        let new = files(&[("same.ts", "1"), ("changed.ts", "2"), ("missing.ts", "1")]);
        assert_eq!(
            differences(&old, &new),
            ["changed.ts", "left.ts", "missing.ts"]
        );
    }
}
