//! What the last launch was: since when what runs runs, or what ran last, and on which port. Kept beside the logs that it is
//! about, so that who comes later can tell that launch's lines from those before.

use std::path::{Path, PathBuf};

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

/// The file in Dagdeck's own folder for the workspace.
const FILE: &str = "launched.json";

/// The last launch.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Launched {
    /// When it began, in ms since the epoch.
    pub(super) at: Option<f64>,
    /// The webserver's port.
    pub(super) port: Option<u16>,
}

/// The last launch, as remembered.
pub(super) struct LastLaunch {
    file: PathBuf,
    pub(super) known: Mutex<Launched>,
}

impl LastLaunch {
    /// As a former owner left it in this folder; nothing where there is none, or it can't be read: it is missed by nobody for long.
    pub(super) fn read(folder: &Path) -> Self {
        let file = folder.join(FILE);
        let kept = fs_err::read(&file).ok();
        let known = kept.and_then(|json| serde_json::from_slice(&json).ok());
        Self {
            known: Mutex::new(known.unwrap_or_default()),
            file,
        }
    }

    /// Changes what is known, and keeps that.
    pub(super) fn change(&self, change: impl FnOnce(&mut Launched)) {
        let mut known = self.known.lock();
        let before = *known;
        change(&mut known);
        if *known == before {
            return;
        }
        let kept = serde_json::to_vec(&*known)
            .map_err(std::io::Error::from)
            .and_then(|json| atomicfile::replace(&self.file, &json));
        if let Err(error) = kept {
            tracing::warn!(%error, "the last launch is not remembered");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_launch_is_known_to_who_comes_later() {
        let folder = tempfile::tempdir().unwrap();
        let last = LastLaunch::read(folder.path());
        assert_eq!(*last.known.lock(), Launched::default());
        last.change(|last| last.at = Some(1.5));
        last.change(|last| last.port = Some(3010));
        let later = LastLaunch::read(folder.path());
        let expected = Launched {
            at: Some(1.5),
            port: Some(3010),
        };
        assert_eq!(*later.known.lock(), expected);
        fs_err::write(folder.path().join(FILE), "{").unwrap();
        let damaged = LastLaunch::read(folder.path());
        assert_eq!(*damaged.known.lock(), Launched::default());
    }
}
