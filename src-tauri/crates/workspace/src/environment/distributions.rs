//! The packages of an environment as their dist-info folders tell: what each is and what it asks of others.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use pep508_rs::{PackageName, Requirement, VerbatimUrl, VersionOrUrl};

use super::venv;

/// A package that is installed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Distribution {
    /// Its name in the form in which two spellings of one are equal: `dagster-webserver`.
    pub name: String,
    /// Its version, as the folder's name has it.
    pub version: String,
    /// Its dist-info folder, absolute.
    pub folder: PathBuf,
}

/// What a package asks of another one, whatever the Python and the extras.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageRequirement {
    /// The other package, as [`Distribution::name`].
    pub name: String,
    /// The versions that do, such as `==1.13.27`; empty for any.
    pub versions: String,
}

/// The packages of an environment, by name. Runs nothing; an environment that can't be read has none.
#[must_use]
pub fn distributions(environment: &Path) -> Vec<Distribution> {
    let folder = site_packages(environment);
    let entries = folder.and_then(|folder| std::fs::read_dir(folder).ok());
    let mut found: Vec<Distribution> = entries
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name();
            let (name, version) = name.to_str()?.strip_suffix(".dist-info")?.split_once('-')?;
            Some(Distribution {
                name: normal(name)?,
                version: version.to_owned(),
                folder: entry.path(),
            })
        })
        .collect();
    found.sort();
    found
}

/// The folder that an environment's packages are in.
#[must_use]
pub fn site_packages(environment: &Path) -> Option<PathBuf> {
    venv::packages_folder(environment)
}

impl Distribution {
    /// What it asks of other packages, less what holds only for some Pythons or extras.
    #[must_use]
    pub fn asks(&self) -> Vec<PackageRequirement> {
        let Ok(metadata) = std::fs::File::open(self.folder.join("METADATA")) else {
            return Vec::new();
        };
        // The description follows after an empty line.
        let headers = BufReader::new(metadata).lines().map_while(Result::ok);
        let headers = headers.take_while(|line| !line.is_empty());
        headers.filter_map(|line| asked(&line)).collect()
    }
}

fn asked(header: &str) -> Option<PackageRequirement> {
    let text = header.strip_prefix("Requires-Dist:")?.trim();
    let requirement = Requirement::<VerbatimUrl>::from_str(text).ok()?;
    if !requirement.marker.is_true() {
        return None;
    }
    let versions = match requirement.version_or_url {
        Some(VersionOrUrl::VersionSpecifier(all)) => all.to_string(),
        Some(VersionOrUrl::Url(_)) => return None,
        None => String::new(),
    };
    Some(PackageRequirement {
        name: requirement.name.to_string(),
        versions,
    })
}

fn normal(name: &str) -> Option<String> {
    PackageName::from_str(name)
        .ok()
        .map(|name| name.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_say_what_they_are_and_what_they_ask_for() {
        let folder = tempfile::tempdir().unwrap();
        let packages = folder.path().join("lib/python3.12/site-packages");
        let info = packages.join("dagster_webserver-1.13.27.dist-info");
        std::fs::create_dir_all(&info).unwrap();
        std::fs::write(folder.path().join("pyvenv.cfg"), "version_info = 3.12.1\n").unwrap();
        std::fs::write(
            info.join("METADATA"),
            "Metadata-Version: 2.1\nName: dagster-webserver\nRequires-Dist: dagster==1.13.27\n\
            Requires-Dist: uvicorn[standard]\nRequires-Dist: nbconvert; extra == 'notebook'\n\
            \nRequires-Dist: not-this==1\n",
        )
        .unwrap();
        let found = distributions(folder.path());
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].name.as_str(), found[0].version.as_str()),
            ("dagster-webserver", "1.13.27")
        );
        let asks = found[0].asks();
        let asks: Vec<(&str, &str)> = asks
            .iter()
            .map(|one| (one.name.as_str(), one.versions.as_str()))
            .collect();
        assert_eq!(asks, [("dagster", "==1.13.27"), ("uvicorn", "")]);
        assert_eq!(distributions(Path::new("/nowhere")), []);
    }
}
