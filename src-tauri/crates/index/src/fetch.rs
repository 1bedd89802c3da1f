//! Fetching the wheels of a recording from the real index: by name, held against their hashes, many at once.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use parking_lot::Mutex;
use serde_json::Value;
use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig};
use url::Url;

use crate::wheel::{Wheel, sha256};

/// The index where the environment names no other.
const USUAL: &str = "https://pypi.org/simple";
const JSON: &str = "application/vnd.pypi.simple.v1+json";
/// How many files come at once.
const TOGETHER: usize = 8;
/// How often a file is tried.
const TRIES: usize = 3;
/// How long it is let be before it is tried again.
const PAUSE: Duration = Duration::from_millis(500);
/// More than any wheel that is kept, in bytes.
const MOST: u64 = 400_000_000;

/// The index that wheels are fetched from: the one that uv and pip would ask.
pub struct Upstream {
    agent: Agent,
    address: String,
}

impl Upstream {
    /// The one that the environment names, with the system's certificates and the environment's proxy.
    #[must_use]
    pub fn of_environment() -> Self {
        let names = ["UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL"];
        let named = names.into_iter().find_map(|name| std::env::var(name).ok());
        let address = named.filter(|address| !address.is_empty());
        let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier);
        let config = Agent::config_builder()
            .tls_config(tls.build())
            .timeout_connect(Some(Duration::from_secs(20)))
            .timeout_recv_response(Some(Duration::from_secs(60)))
            .timeout_recv_body(Some(Duration::from_secs(300)));
        Self {
            agent: config.build().into(),
            address: address.unwrap_or_else(|| USUAL.to_owned()),
        }
    }

    /// The page of a project.
    fn page(&self, project: &str) -> Result<Url> {
        let page = format!("{}/{project}/", self.address.trim_end_matches('/'));
        Url::parse(&page).with_context(|| format!("{page} is no address"))
    }

    /// What it answers about a project: its files.
    ///
    /// # Errors
    /// When it can't be asked.
    pub fn files(&self, project: &str) -> Result<Vec<Value>> {
        let page = self.page(project)?;
        let answer = self.agent.get(page.as_str()).header("Accept", JSON).call();
        let mut answer = answer.with_context(|| format!("the index says nothing of {project}"))?;
        let text = answer
            .body_mut()
            .with_config()
            .limit(MOST)
            .read_to_string()?;
        let page: Value = serde_json::from_str(&text)
            .with_context(|| format!("the index answers no JSON about {project}"))?;
        let files = page["files"].as_array().cloned();
        files.with_context(|| format!("the index lists no files of {project}"))
    }

    /// Fetches one wheel, holds it against its hash, and puts it in place whole.
    fn bring(&self, wheel: &Wheel, files: &[Value], folder: &Path) -> Result<()> {
        let project = wheel.project()?;
        let listed = files
            .iter()
            .find(|file| file["filename"] == wheel.file.as_str());
        let url = listed.and_then(|file| file["url"].as_str());
        let url = url.with_context(|| format!("the index has no {} any more", wheel.file))?;
        let url = self.page(&project)?.join(url)?;
        let mut answer = self.agent.get(url.as_str()).call()?;
        let bytes = answer.body_mut().with_config().limit(MOST).read_to_vec()?;
        ensure!(
            sha256(&bytes) == wheel.sha256,
            "{} is not the file that was recorded: it hashes to {}",
            wheel.file,
            sha256(&bytes)
        );
        let half = folder.join(format!("{}.half", wheel.file));
        fs_err::write(&half, &bytes)?;
        fs_err::rename(&half, folder.join(&wheel.file))?;
        Ok(())
    }

    fn bring_all(&self, project: &str, wheels: &[&Wheel], folder: &Path) -> Result<()> {
        let files = tried(|| self.files(project))?;
        wheels
            .iter()
            .try_for_each(|wheel| tried(|| self.bring(wheel, &files, folder)))
    }
}

/// Fetches what of these wheels is not in a folder yet; answers how many those were.
///
/// # Errors
/// When some can't be had; each is named.
pub fn fetch(upstream: &Upstream, wheels: &[&Wheel], folder: &Path) -> Result<usize> {
    fs_err::create_dir_all(folder)?;
    let mut missing: BTreeMap<String, Vec<&Wheel>> = BTreeMap::new();
    for wheel in wheels
        .iter()
        .filter(|wheel| !folder.join(&wheel.file).is_file())
    {
        missing.entry(wheel.project()?).or_default().push(wheel);
    }
    let count = missing.values().map(Vec::len).sum();
    let missing: Vec<_> = missing.into_iter().collect();
    let (next, faults) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..TOGETHER.min(missing.len()) {
            scope.spawn(|| {
                while let Some((project, wheels)) =
                    missing.get(next.fetch_add(1, Ordering::Relaxed))
                {
                    if let Err(error) = upstream.bring_all(project, wheels, folder) {
                        faults.lock().push(format!("{project}: {error:#}"));
                    }
                }
            });
        }
    });
    let faults = faults.into_inner();
    if faults.is_empty() {
        return Ok(count);
    }
    Err(anyhow!(
        "of {count} wheels these could not be fetched:\n  {}",
        faults.join("\n  ")
    ))
}

/// Tries again a few times: an index far away fails now and then.
fn tried<T>(work: impl Fn() -> Result<T>) -> Result<T> {
    let mut outcome = work();
    for _ in 1..TRIES {
        if outcome.is_ok() {
            break;
        }
        std::thread::sleep(PAUSE);
        outcome = work();
    }
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::made::tests::wheel;
    use crate::{Index, Manners, Recording, Shelf};

    /// An index with one wheel, and a client of it.
    fn index(folder: &Path, manners: &Manners) -> (Index, Upstream, Wheel) {
        let bytes = wheel("1.13.27");
        let wheel = Wheel {
            file: "dagster-1.13.27-py3-none-any.whl".to_owned(),
            sha256: sha256(&bytes),
        };
        fs_err::write(folder.join(&wheel.file), &bytes).unwrap();
        let recording = Recording {
            date: "2026-11-28".to_owned(),
            dagster: "1.13.27".to_owned(),
            wheels: vec![wheel.clone()],
            newer: BTreeMap::from([("1.13.28".to_owned(), ["dagster".to_owned()].into())]),
        };
        let shelf = Shelf::open(&recording, folder).unwrap();
        let index = Index::start(shelf, manners, 0).unwrap();
        let upstream = Upstream {
            address: index.address(),
            ..Upstream::of_environment()
        };
        (index, upstream, wheel)
    }

    #[test]
    fn what_is_fetched_is_what_was_recorded_or_nothing() {
        let (there, here) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (index, upstream, wheel) = index(there.path(), &Manners::default());
        assert_eq!(fetch(&upstream, &[&wheel], here.path()).unwrap(), 1);
        assert!(here.path().join(&wheel.file).is_file());
        assert_eq!(fetch(&upstream, &[&wheel], here.path()).unwrap(), 0);
        assert_eq!(upstream.files("dagster").unwrap().len(), 2, "one is made");

        let other = Wheel {
            sha256: "0".repeat(64),
            ..wheel.clone()
        };
        let nowhere = tempfile::tempdir().unwrap();
        let error = fetch(&upstream, &[&other], nowhere.path()).unwrap_err();
        assert!(
            error.to_string().contains("not the file that was recorded"),
            "{error}"
        );
        let unknown = Wheel {
            file: "no_such-1-py3-none-any.whl".to_owned(),
            ..wheel
        };
        let error = fetch(&upstream, &[&unknown], nowhere.path()).unwrap_err();
        assert!(error.to_string().contains("no-such"), "{error}");
        assert_eq!(fs_err::read_dir(nowhere.path()).unwrap().count(), 0);
        assert_eq!(index.unknown(), ["no-such"]);
    }
}
