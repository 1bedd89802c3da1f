//! Programs that xtask runs and that come as wheels: each in a version that is named, by its hash, under `target/tools`.

use std::path::PathBuf;

use anyhow::{Context, Result};

use super::uv;
use crate::places;
use crate::program::Program;

/// Which versions, with the hashes of their wheels for every system.
const LISTED: &str = include_str!("tools.txt");

/// Finds misspelt words.
pub(crate) const TYPOS: Tool = Tool {
    package: "typos",
    folder: "typos",
    program: "bin/typos",
    platform: None,
};
/// A C compiler for every system.
pub(crate) const ZIG: Tool = Tool {
    package: "ziglang",
    folder: "zig",
    program: "ziglang/zig",
    platform: None,
};
/// The uv that Dagdeck finds on Windows.
pub(crate) const UV_FOR_WINDOWS: Tool = Tool {
    package: "uv",
    folder: "uv-for-windows",
    program: "bin/uv.exe",
    platform: Some("windows"),
};

/// A program in a wheel.
pub(crate) struct Tool {
    package: &'static str,
    /// Its folder under `target/tools`.
    folder: &'static str,
    /// The system that it is for, in uv's words, where that is another.
    platform: Option<&'static str>,
    /// Where it lies in the folder that it is installed into.
    program: &'static str,
}

impl Tool {
    /// The program, once it is installed.
    pub(crate) fn program(&self) -> PathBuf {
        self.folder().join(self.program)
    }

    /// Installs it unless it is there in the version that is listed; for that, uv too.
    pub(crate) fn install(&self) -> Result<String> {
        let (version, listed) = listed(LISTED, self.package)
            .with_context(|| format!("setup/tools.txt does not list {}", self.package))?;
        let folder = self.folder();
        let record = format!("{}-{version}.dist-info", self.package);
        if folder.join(record).is_dir() && self.program().is_file() {
            return Ok(format!("{version} is there"));
        }
        if uv::find().is_none() {
            uv::install()?;
        }
        if folder.exists() {
            fs_err::remove_dir_all(&folder)?;
        }
        let wanted = places::tools().join(format!("{}.txt", self.folder));
        fs_err::create_dir_all(places::tools())?;
        fs_err::write(&wanted, listed)?;
        Program::new(uv::find().context("uv was installed and is not found")?)
            .args(["pip", "install", "--quiet", "--no-deps"])
            .args(["--require-hashes", "--python", "python3", "--target"])
            .arg(&folder)
            .args(
                self.platform
                    .iter()
                    .flat_map(|name| ["--python-platform", name]),
            )
            .arg("--requirements")
            .arg(&wanted)
            .run()?;
        Ok(format!("{version} installed"))
    }

    fn folder(&self) -> PathBuf {
        places::tools().join(self.folder)
    }
}

/// The version of a package in a list of requirements, and its part of the list.
fn listed<'a>(list: &'a str, package: &str) -> Option<(&'a str, String)> {
    let mut lines = list.lines().skip_while(|line| {
        line.strip_prefix(package)
            .is_none_or(|rest| !rest.starts_with("=="))
    });
    let first = lines.next()?;
    let version = first.split(['=', ' ']).find(|word| {
        word.chars()
            .next()
            .is_some_and(|letter| letter.is_ascii_digit())
    })?;
    let hashes = lines.take_while(|line| line.starts_with(' '));
    let part: String = std::iter::once(first)
        .chain(hashes)
        .flat_map(|line| [line, "\n"])
        .collect();
    Some((version, part))
}

#[cfg(test)]
mod tests {
    use super::{LISTED, TYPOS, UV_FOR_WINDOWS, ZIG, listed};

    #[test]
    fn each_is_listed_with_a_version_and_hashes_of_its_own() {
        for tool in [TYPOS, ZIG, UV_FOR_WINDOWS] {
            let (version, part) = listed(LISTED, tool.package).unwrap();
            assert!(
                part.starts_with(&format!("{}=={version} ", tool.package)),
                "{part}"
            );
            assert!(part.contains("--hash=sha256:"), "{part}");
            assert_eq!(part.matches("==").count(), 1, "{part}");
        }
        assert_eq!(listed(LISTED, "typo"), None);
    }
}
