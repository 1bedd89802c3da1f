//! A wheel by its file name: what it is, and which machines it is for.

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// A wheel that the index holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wheel {
    /// Its file name, which tells all the rest.
    pub file: String,
    /// What its bytes hash to, in lower-case hex.
    pub sha256: String,
}

/// What a wheel's file name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Parts<'a> {
    /// The project, as file names spell it: with `_`.
    pub(crate) name: &'a str,
    pub(crate) version: &'a str,
    pub(crate) python: &'a str,
    pub(crate) abi: &'a str,
    pub(crate) platform: &'a str,
}

impl Wheel {
    /// The project's name, normalised as in an index's addresses.
    ///
    /// # Errors
    /// When the file name is not one of a wheel.
    pub fn project(&self) -> Result<String> {
        Ok(normalised(parts(&self.file)?.name))
    }

    /// Its version.
    ///
    /// # Errors
    /// When the file name is not one of a wheel.
    pub fn version(&self) -> Result<&str> {
        Ok(parts(&self.file)?.version)
    }

    /// What it is, without how old a system it runs on, and that; none for what no machine of ours runs.
    #[must_use]
    pub fn kind(&self) -> Option<(String, Vec<u32>)> {
        let all = parts(&self.file).ok()?;
        let (name, version, abi) = (all.name, all.version, all.abi);
        let numbers = |tag: &str| -> Vec<u32> {
            let parts = tag.split('_').filter_map(|part| part.parse().ok());
            parts.collect()
        };
        let minor = |tag: &str| tag.strip_prefix("cp3")?.parse::<u32>().ok();
        let python = match minor(all.python) {
            Some(minor) if abi == "abi3" => Some(minor),
            Some(minor) if abi == all.python && (10..=14).contains(&minor) => None,
            Some(_) => return None,
            None => None,
        };
        let runs = if abi == "abi3" { "abi3" } else { all.python };
        let mut oldest: Option<(&str, Vec<u32>)> = None;
        for tag in all.platform.split('.') {
            let (system, needs) = match tag {
                "any" => ("any", Vec::new()),
                tag if tag.starts_with("manylinux_") && tag.ends_with("x86_64") => {
                    ("x86_64", numbers(tag))
                }
                tag if tag.starts_with("manylinux_") && tag.ends_with("aarch64") => {
                    ("aarch64", numbers(tag))
                }
                "manylinux2014_x86_64" => ("x86_64", vec![2, 17]),
                "manylinux2014_aarch64" => ("aarch64", vec![2, 17]),
                tag if tag.starts_with("macosx_") && tag.ends_with("arm64") => {
                    ("macos", numbers(tag))
                }
                tag if tag.starts_with("macosx_") && tag.ends_with("universal2") => {
                    ("macos", numbers(tag))
                }
                "win_amd64" => ("windows", Vec::new()),
                _ => continue,
            };
            if oldest.as_ref().is_none_or(|(_, known)| needs < *known) {
                oldest = Some((system, needs));
            }
        }
        let (system, mut needs) = oldest?;
        needs.extend(python);
        Some((format!("{name} {version} {runs} {system}"), needs))
    }

    /// Whether it can be installed on this machine, by a Python of one of these minor versions of 3.
    ///
    /// # Errors
    /// When the file name is not one of a wheel.
    pub fn fits(&self, pythons: &[u32]) -> Result<bool> {
        let Parts {
            python,
            abi,
            platform,
            ..
        } = parts(&self.file)?;
        let (system, machine) = match (std::env::consts::OS, std::env::consts::ARCH) {
            ("linux", machine) => ("manylinux", machine),
            ("macos", "aarch64") => ("macosx", "arm64"),
            (system, machine) => (system, machine),
        };
        let here = |tag: &str| {
            tag == "any"
                || tag.starts_with(system)
                    && (tag.ends_with(machine) || tag.ends_with("universal2"))
        };
        let minor = |tag: &str| tag.strip_prefix("cp3")?.parse::<u32>().ok();
        let runs = abi == "none"
            || abi == "abi3"
            || minor(python).is_some_and(|minor| pythons.contains(&minor));
        Ok(runs && platform.split('.').any(here))
    }
}

/// Reads a wheel's file name.
pub(crate) fn parts(file: &str) -> Result<Parts<'_>> {
    let read = || {
        let mut all = file.strip_suffix(".whl")?.split('-');
        let (name, version) = (all.next()?, all.next()?);
        let mut rest: Vec<&str> = all.collect();
        let (platform, abi, python) = (rest.pop()?, rest.pop()?, rest.pop()?);
        (rest.len() <= 1).then_some(Parts {
            name,
            version,
            python,
            abi,
            platform,
        })
    };
    read().with_context(|| format!("{file} is not the file name of a wheel"))
}

/// A project's name as an index's addresses spell it.
pub(crate) fn normalised(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for letter in name.chars() {
        match letter {
            '-' | '_' | '.' if normal.ends_with('-') => {}
            '-' | '_' | '.' => normal.push('-'),
            letter => normal.extend(letter.to_lowercase()),
        }
    }
    normal
}

/// What bytes hash to, in lower-case hex.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    fn fits(file: &str) -> bool {
        let wheel = Wheel {
            file: file.to_owned(),
            sha256: String::new(),
        };
        wheel.fits(&[11, 12]).unwrap()
    }

    #[test]
    fn a_name_tells_what_it_is_and_a_wrong_one_is_named() {
        let read = parts("ruamel.yaml-0.18.6-1-py3-none-any.whl").unwrap();
        assert_eq!((read.version, read.platform), ("0.18.6", "any"));
        assert_eq!(normalised(read.name), "ruamel-yaml");
        assert_eq!(normalised("Dagster__Dg_cli"), "dagster-dg-cli");
        for wrong in ["dagster-1.13.27.tar.gz", "dagster.whl", "a-1-2-3-4-5-6.whl"] {
            let error = parts(wrong).unwrap_err().to_string();
            assert!(error.contains(wrong), "{error}");
        }
    }

    #[test]
    fn of_wheels_of_one_kind_the_one_for_the_oldest_system_is_kept() {
        let kind = |file: &str| {
            let wheel = Wheel {
                file: file.to_owned(),
                sha256: String::new(),
            };
            wheel.kind()
        };
        let old = kind("a-1-cp39-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl").unwrap();
        let new = kind("a-1-cp311-abi3-manylinux_2_34_x86_64.whl").unwrap();
        assert_eq!(old.0, new.0);
        assert!(old.1 < new.1);
        assert_ne!(
            kind("a-1-cp39-abi3-manylinux_2_17_aarch64.whl").unwrap().0,
            old.0
        );
        for never in [
            "a-1-cp313-cp313t-manylinux_2_17_x86_64.whl",
            "a-1-cp38-cp38-manylinux_2_17_x86_64.whl",
            "a-1-cp312-cp312-musllinux_1_2_x86_64.whl",
        ] {
            assert_eq!(kind(never), None, "{never}");
        }
    }

    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    #[test]
    fn only_what_this_machine_can_install_fits() {
        assert!(fits("dagster-1.13.27-py3-none-any.whl"));
        assert!(fits(
            "grpcio-1.85.3-cp311-cp311-manylinux2014_x86_64.manylinux_2_17_x86_64.whl"
        ));
        assert!(fits(
            "cryptography-50.0.2-cp39-abi3-manylinux_2_28_x86_64.whl"
        ));
        assert!(!fits("grpcio-1.85.3-cp310-cp310-manylinux_2_17_x86_64.whl"));
        assert!(!fits(
            "grpcio-1.85.3-cp312-cp312-manylinux_2_17_aarch64.whl"
        ));
        assert!(!fits("grpcio-1.85.3-cp312-cp312-macosx_11_0_arm64.whl"));
    }
}
