//! What an environment holds, to be compared before and after something changed it.

use std::collections::BTreeSet;
use std::path::Path;

use super::venv;

/// What an environment holds, as its files tell. Two that are equal hold the same packages for the same Python.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Contents {
    /// Whether there is anything in its place.
    pub exists: bool,
    /// pyvenv.cfg as written, which names the Python that it was made from.
    pub config: Option<String>,
    /// The packages that are installed whole, as their dist-info folders are named: `dagster-1.13.27`.
    pub packages: BTreeSet<String>,
    /// The packages that were begun and not finished, which uv takes for installed: INSTALLER, which is written when all
    /// their files are there, is missing.
    pub unfinished: BTreeSet<String>,
}

impl Contents {
    /// The names of the packages that were not finished.
    #[must_use]
    pub fn unfinished_names(&self) -> Vec<String> {
        let name = |package: &String| Some(package.split_once('-')?.0.to_owned());
        self.unfinished.iter().filter_map(name).collect()
    }
}

/// Looks at an environment's folder. Runs nothing.
#[must_use]
pub fn contents(folder: &Path) -> Contents {
    let mut contents = Contents {
        exists: folder.symlink_metadata().is_ok(),
        config: std::fs::read_to_string(folder.join("pyvenv.cfg")).ok(),
        ..Contents::default()
    };
    let entries =
        venv::packages_folder(folder).and_then(|packages| std::fs::read_dir(packages).ok());
    for entry in entries.into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(package) = name.strip_suffix(".dist-info") else {
            continue;
        };
        let whole = entry.path().join("INSTALLER").is_file();
        let list = if whole {
            &mut contents.packages
        } else {
            &mut contents.unfinished
        };
        list.insert(package.to_owned());
    }
    contents
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_that_nobody_finished_is_not_whole() {
        let folder = tempfile::tempdir().unwrap();
        let venv = folder.path().join(".venv");
        assert_eq!(contents(&venv), Contents::default());
        let packages = venv.join("lib/python3.12/site-packages");
        for name in [
            "dagster-1.13.27.dist-info",
            "grpcio-1.85.1.dist-info",
            "dagster",
        ] {
            std::fs::create_dir_all(packages.join(name)).unwrap();
        }
        std::fs::write(venv.join("pyvenv.cfg"), "version_info = 3.12.1\n").unwrap();
        std::fs::write(packages.join("dagster-1.13.27.dist-info/INSTALLER"), "").unwrap();
        let found = contents(&venv);
        assert!(found.exists && found.config.is_some());
        assert_eq!(
            found.packages,
            BTreeSet::from(["dagster-1.13.27".to_owned()])
        );
        assert_eq!(found.unfinished_names(), ["grpcio"]);
        assert_eq!(
            found.unfinished,
            BTreeSet::from(["grpcio-1.85.1".to_owned()])
        );
    }
}
