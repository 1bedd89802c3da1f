//! Sockets of code servers, one per generation, behind one link that the webserver knows.
//!
//! Each generation listens on its own `NAME-GENERATION.sock`; workspace.yaml names `NAME.sock`, a symbolic link that is
//! swapped by rename, so that at any instant it leads to one server. Swapping sockets themselves would not do: gRPC
//! removes the path it was started with when it stops. An old generation's own path must stay until it has exited,
//! since its runs are terminated through it.

use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The longest socket path that every platform takes (`sun_path` less its end mark, on macOS).
pub const PATH_LIMIT: usize = 103;

/// Why there is no place for sockets.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    /// A file operation failed.
    #[error("can't use {path} for sockets")]
    Io {
        /// The folder or link.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The path is longer than a socket's path may be.
    #[error("{path} is too long for a socket's path")]
    TooLong {
        /// The path that a socket would have, or its folder's.
        path: PathBuf,
    },
    /// Someone else made the folder.
    #[error("{path} belongs to somebody else")]
    NotOurs {
        /// The folder.
        path: PathBuf,
    },
}

/// The private folder of one workspace's sockets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SocketFolder {
    path: PathBuf,
}

/// The sockets of one location: one per generation of its server, and the link that leads to the serving one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocationSockets {
    folder: PathBuf,
    name: String,
}

impl SocketFolder {
    /// Makes the folder `dagdeck-KEY` (mode 0700) under XDG_RUNTIME_DIR, or under the temporary folder where that is not
    /// set or too long. `key` should be short and of its own to this app and workspace; where it ends with a pid, what processes
    /// that are gone left under the same key is removed.
    ///
    /// # Errors
    /// Those of [`Self::make_in`] for the temporary folder. XDG_RUNTIME_DIR is passed over where it fails.
    pub fn make(key: &str) -> Result<Self, SocketError> {
        let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
        let short =
            |base: &PathBuf| base.is_absolute() && base.is_dir() && base.as_os_str().len() <= 40;
        if let Some(base) = runtime.filter(short)
            && let Ok(folder) = Self::make_in(&base, key)
        {
            return Ok(folder);
        }
        let temporary = std::env::temp_dir();
        let base = if cfg!(unix) && temporary.as_os_str().len() > 60 {
            PathBuf::from("/tmp")
        } else {
            temporary
        };
        Self::make_in(&base, key)
    }

    /// Makes the folder in a folder of choice.
    ///
    /// # Errors
    /// When the folder can't be made; and when something lies in its place that is no folder, is another person's, or can't
    /// be closed to others.
    pub fn make_in(base: &Path, key: &str) -> Result<Self, SocketError> {
        let path = base.join(format!("dagdeck-{key}"));
        let failed = |source| SocketError::Io {
            path: path.clone(),
            source,
        };
        remove_dead(base, key);
        let mut builder = std::fs::DirBuilder::new();
        make_private(&mut builder);
        match builder.create(&path) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                check_ours(&path)?;
            }
            Err(error) => return Err(failed(error)),
        }
        Ok(Self { path })
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The sockets of one location, told apart by its number within the workspace: names may be long or not ASCII.
    ///
    /// # Errors
    /// When the path of its longest socket would be too long for the system.
    pub fn location(&self, number: usize) -> Result<LocationSockets, SocketError> {
        let sockets = LocationSockets {
            folder: self.path.clone(),
            name: format!("l{number}"),
        };
        let longest = sockets.generation(u32::MAX);
        if longest.as_os_str().len() > PATH_LIMIT {
            return Err(SocketError::TooLong { path: longest });
        }
        Ok(sockets)
    }

    /// Removes the folder and what is in it. For when nothing listens there any more.
    ///
    /// # Errors
    /// When it is there and can't be removed, or not whole. One that is gone is no error.
    pub fn remove(&self) -> Result<(), SocketError> {
        match fs_err::remove_dir_all(&self.path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => Err(SocketError::Io {
                path: self.path.clone(),
                source,
            }),
            _ => Ok(()),
        }
    }
}

/// Removes the folders of processes that are gone: one that was killed leaves its own. One that can't be removed stays.
fn remove_dead(base: &Path, key: &str) {
    let Some((workspace, own)) = key.rsplit_once('-') else {
        return;
    };
    let prefix = format!("dagdeck-{workspace}-");
    for entry in fs_err::read_dir(base).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let pid = name.to_str().and_then(|name| name.strip_prefix(&prefix));
        let Some(pid) = pid.filter(|pid| *pid != own) else {
            continue;
        };
        let gone = |pid: u32| !process::lives_since(pid, SystemTime::now());
        let path = entry.path();
        if pid.parse().is_ok_and(gone) && check_ours(&path).is_ok() && !is_listened_in(&path) {
            let _stays = fs_err::remove_dir_all(path);
        }
    }
}

/// Whether somebody listens at one of the sockets in a folder: one in another container has a pid that is not known here.
#[cfg(unix)]
fn is_listened_in(folder: &Path) -> bool {
    let mut entries = fs_err::read_dir(folder).into_iter().flatten().flatten();
    entries.any(|entry| std::os::unix::net::UnixStream::connect(entry.path()).is_ok())
}

#[cfg(not(unix))]
fn is_listened_in(_: &Path) -> bool {
    false
}

impl LocationSockets {
    /// The path that workspace.yaml names.
    #[must_use]
    pub fn link(&self) -> PathBuf {
        self.folder.join(format!("{}.sock", self.name))
    }

    /// The own path of one generation's server.
    #[must_use]
    pub fn generation(&self, generation: u32) -> PathBuf {
        self.folder.join(format!("{}-{generation}.sock", self.name))
    }

    /// Makes the link lead to a generation, in one step. Calls under way stay with the server that took them.
    ///
    /// # Errors
    /// When the link can't be made or put in place. The one that was there stays then.
    #[cfg(unix)]
    pub fn serve(&self, generation: u32) -> Result<(), SocketError> {
        let link = self.link();
        let fresh = self.folder.join(format!("{}.next", self.name));
        let failed = |source| SocketError::Io {
            path: link.clone(),
            source,
        };
        match fs_err::remove_file(&fresh) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
        let target = self.generation(generation);
        // Relative, so that the folder may be reached by another name.
        let name = target.file_name().map(PathBuf::from).unwrap_or_default();
        fs_err::os::unix::fs::symlink(name, &fresh).map_err(failed)?;
        fs_err::rename(&fresh, &link).map_err(failed)
    }

    /// Sockets are not used on this platform.
    ///
    /// # Errors
    /// Always: see above.
    #[cfg(not(unix))]
    pub fn serve(&self, _generation: u32) -> Result<(), SocketError> {
        Err(SocketError::Io {
            path: self.link(),
            source: io::ErrorKind::Unsupported.into(),
        })
    }

    /// Takes the link away: the location is stopped, and the webserver is to see it at once.
    ///
    /// # Errors
    /// When the link is there and can't be removed.
    pub fn withdraw(&self) -> Result<(), SocketError> {
        match fs_err::remove_file(self.link()) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => Err(SocketError::Io {
                path: self.link(),
                source,
            }),
            _ => Ok(()),
        }
    }
}

#[cfg(unix)]
fn make_private(builder: &mut std::fs::DirBuilder) {
    use std::os::unix::fs::DirBuilderExt;
    builder.mode(0o700);
}

#[cfg(not(unix))]
fn make_private(_builder: &mut std::fs::DirBuilder) {}

/// A folder that was there before must be a real one, ours, and closed to others: the temporary folder is everybody's.
#[cfg(unix)]
fn check_ours(path: &Path) -> Result<(), SocketError> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let failed = |source| SocketError::Io {
        path: path.to_owned(),
        source,
    };
    let found = fs_err::symlink_metadata(path).map_err(failed)?;
    // Whoever owns a file that we make is us: no need to ask the system for our number.
    let probe = tempfile::tempfile()
        .and_then(|file| file.metadata())
        .map_err(failed)?;
    if !found.is_dir() || found.uid() != probe.uid() {
        return Err(SocketError::NotOurs {
            path: path.to_owned(),
        });
    }
    fs_err::set_permissions(path, std::fs::Permissions::from_mode(0o700)).map_err(failed)
}

#[cfg(not(unix))]
fn check_ours(_path: &Path) -> Result<(), SocketError> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_link_always_leads_to_one_generation() {
        let base = tempfile::tempdir().unwrap();
        let folder = SocketFolder::make_in(base.path(), "t").unwrap();
        let mode = fs_err::metadata(folder.path())
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o700);
        let sockets = folder.location(0).unwrap();
        for generation in 1..=3 {
            sockets.serve(generation).unwrap();
            let target = fs_err::read_link(sockets.link()).unwrap();
            assert_eq!(folder.path().join(target), sockets.generation(generation));
        }
        sockets.withdraw().unwrap();
        sockets.withdraw().unwrap();
        assert!(fs_err::symlink_metadata(sockets.link()).is_err());
    }

    #[test]
    fn what_a_process_that_is_gone_left_is_removed_and_nothing_else() {
        let base = tempfile::tempdir().unwrap();
        let folder = |key: &str| SocketFolder::make_in(base.path(), key).unwrap();
        // No process has such a pid.
        let dead = [4_194_305, 4_194_306].map(|pid| folder(&format!("w-{pid}")));
        let listened = dead[1].location(0).unwrap().generation(1);
        let listener = std::os::unix::net::UnixListener::bind(&listened).unwrap();
        let ours = folder(&format!("w-{}", std::process::id()));
        let others = ["v-4194305", "w-no-pid"].map(folder);
        assert!(!dead[0].path().exists());
        let stay = [&dead[1], &ours, &others[0], &others[1]];
        assert!(stay.iter().all(|folder| folder.path().exists()));
        drop(listener);
        let again = folder("w-1");
        assert!(!dead[1].path().exists() && again.path().exists());
    }

    #[test]
    fn a_link_in_place_of_the_folder_is_refused() {
        let base = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        fs_err::os::unix::fs::symlink(elsewhere.path(), base.path().join("dagdeck-t")).unwrap();
        let error = SocketFolder::make_in(base.path(), "t").unwrap_err();
        assert!(matches!(error, SocketError::NotOurs { .. }));
    }

    #[test]
    fn a_path_that_no_socket_can_have_is_refused() {
        let base = tempfile::tempdir().unwrap();
        let long = base.path().join("x".repeat(90));
        fs_err::create_dir(&long).unwrap();
        let folder = SocketFolder::make_in(&long, "t").unwrap();
        assert!(matches!(
            folder.location(0),
            Err(SocketError::TooLong { .. })
        ));
    }
}
