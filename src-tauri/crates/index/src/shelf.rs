//! What the index answers from: the wheels that lie in its folder, and those that are made of them.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::made;
use crate::recording::Recording;
use crate::wheel::{Wheel, sha256};

/// Where made wheels lie, apart from those that were fetched.
const MADE: &str = "made";

/// The wheels of a recording, by project.
#[derive(Debug, Clone)]
pub struct Shelf {
    folder: PathBuf,
    projects: BTreeMap<String, Vec<Wheel>>,
}

impl Shelf {
    /// Opens the shelf in a folder; what is to be made and not there yet is made.
    ///
    /// # Errors
    /// When a wheel can't be read or made.
    pub fn open(recording: &Recording, folder: &Path) -> Result<Self> {
        let mut projects: BTreeMap<String, Vec<Wheel>> = BTreeMap::new();
        for wheel in &recording.wheels {
            let of_it = projects.entry(wheel.project()?).or_default();
            of_it.push(wheel.clone());
        }
        for (version, packages) in &recording.newer {
            for package in packages {
                let of_it = projects.entry(package.clone()).or_default();
                // A library of Dagster's counts its own way: what is made is made of the newest that is kept.
                let model = of_it
                    .iter()
                    .rev()
                    .find(|wheel| made_of(recording, wheel) && folder.join(&wheel.file).is_file());
                let model = model.with_context(|| {
                    format!(
                        "{package} {version} is made of its wheel at {}, which is not in {}",
                        recording.dagster,
                        folder.display()
                    )
                })?;
                let bytes = fs_err::read(folder.join(&model.file))?;
                let (file, bytes) = made::remade(&model.file, &bytes, &recording.dagster, version)?;
                let sha256 = sha256(&bytes);
                fs_err::create_dir_all(folder.join(MADE))?;
                write(&folder.join(MADE).join(&file), &bytes)?;
                of_it.push(Wheel { file, sha256 });
            }
        }
        Ok(Self {
            folder: folder.to_path_buf(),
            projects,
        })
    }

    /// An index's answer about a project, as JSON; none where nobody recorded it. `changed` promises other bytes than are sent.
    pub(crate) fn listing(&self, project: &str, changed: bool) -> Option<Value> {
        let wheels = self.projects.get(project)?;
        let files = wheels.iter().map(|wheel| {
            let hash = if changed {
                "0".repeat(64)
            } else {
                wheel.sha256.clone()
            };
            json!({
                "filename": wheel.file,
                "url": format!("../../files/{}", wheel.file),
                "hashes": {"sha256": hash},
                "core-metadata": true,
            })
        });
        Some(json!({
            "meta": {"api-version": "1.1"},
            "name": project,
            "files": files.collect::<Vec<_>>(),
        }))
    }

    /// A wheel's bytes; none where it is not here.
    pub(crate) fn bytes(&self, file: &str) -> Result<Option<Vec<u8>>> {
        if self.known(file).is_none() {
            return Ok(None);
        }
        let places = [self.folder.join(file), self.folder.join(MADE).join(file)];
        let here = places.into_iter().find(|place| place.is_file());
        Ok(here.map(fs_err::read).transpose()?)
    }

    /// A wheel's METADATA. One for another machine says the same as its sibling that is here.
    pub(crate) fn metadata(&self, file: &str) -> Result<Option<Vec<u8>>> {
        let Some(wheel) = self.known(file) else {
            return Ok(None);
        };
        let version = wheel.version()?;
        let siblings = self.projects.get(&wheel.project()?);
        for sibling in siblings.into_iter().flatten() {
            if sibling.version()? == version
                && let Some(bytes) = self.bytes(&sibling.file)?
            {
                return made::metadata(&sibling.file, &bytes).map(Some);
            }
        }
        Ok(None)
    }

    fn known(&self, file: &str) -> Option<&Wheel> {
        let wheels = self.projects.values().flatten();
        wheels.into_iter().find(|wheel| wheel.file == file)
    }
}

/// Whether a wheel is one of the newest whole release.
fn made_of(recording: &Recording, wheel: &Wheel) -> bool {
    let version = wheel.version().ok();
    version == Some(recording.dagster.as_str())
        || version == crate::recording::library_version(&recording.dagster).as_deref()
}

/// Writes a file whole: another program may open the same shelf at the same time.
fn write(file: &Path, bytes: &[u8]) -> Result<()> {
    if fs_err::read(file).is_ok_and(|there| there == bytes) {
        return Ok(());
    }
    let folder = file.parent().context("a file of a shelf lies in it")?;
    let mut half = tempfile::NamedTempFile::new_in(folder)?;
    half.write_all(bytes)?;
    half.persist(file)?;
    Ok(())
}
