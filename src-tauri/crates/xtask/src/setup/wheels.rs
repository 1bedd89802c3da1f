//! The wheels that the tests' own index answers from, as far as this machine can install them.

use std::collections::BTreeMap;

use anyhow::Result;
use index::{Recording, Upstream, Wheel};

use super::{python, uv};
use crate::places;

/// Fetches what is not under target/index yet: uv first, which then says which Pythons the others are for.
pub(super) fn fetch() -> Result<String> {
    let recording = Recording::read(&places::recording())?;
    let upstream = Upstream::of_environment();
    let mut tool: Vec<&Wheel> = Vec::new();
    for wheel in &recording.wheels {
        if wheel.project()? == "uv" && wheel.fits(&[])? {
            tool.push(wheel);
        }
    }
    index::fetch(&upstream, &tool, &places::wheels())?;
    let told = uv::install_exactly()?;
    let pythons = python::minors(&uv::ours())?;
    let mut wanted: Vec<&Wheel> = Vec::new();
    let mut releases: BTreeMap<(String, &str), Vec<&Wheel>> = BTreeMap::new();
    for wheel in &recording.wheels {
        let release = releases.entry((wheel.project()?, wheel.version()?));
        release.or_default().push(wheel);
    }
    for wheels in releases.into_values() {
        let before = wanted.len();
        for wheel in &wheels {
            if wheel.fits(&pythons)? {
                wanted.push(wheel);
            }
        }
        if wanted.len() == before {
            // Nothing of it is installed here, but resolving for every system takes one to tell what it needs.
            wanted.extend(wheels.first());
        }
    }
    let fetched = index::fetch(&upstream, &wanted, &places::wheels())?;
    let kept = wanted.len();
    Ok(format!(
        "{kept} are kept, {fetched} of them fetched now; uv {told}"
    ))
}
