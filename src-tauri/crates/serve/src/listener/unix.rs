//! A Unix socket, 0600 in a folder that is 0700.
//!
//! Folder and socket are made for their owner alone, and each side looks at the other's user once it is connected. Who
//! tidies up a temporary folder does not make an owner unreachable for long: the socket is looked for every few seconds and
//! made anew.

use std::io::{Error, ErrorKind, Result};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::net::{UnixListener, UnixStream};
use tokio::time::{Instant, interval_at};

use crate::findable::LOOK;
use crate::ownership::Ownership;
use crate::place;

pub(crate) type Stream = UnixStream;

/// The socket that is listened at.
#[derive(Debug)]
pub(super) struct Inner {
    listener: UnixListener,
    path: PathBuf,
    /// The device and the number of the socket's file.
    file: (u64, u64),
    /// Whether it was said that the socket is not in its place and can't be made anew.
    said: bool,
}

impl Inner {
    pub(super) fn open(path: &Path) -> Result<Self> {
        match std::fs::symlink_metadata(path) {
            Ok(found) if found.file_type().is_socket() => std::fs::remove_file(path)?,
            Ok(_) => {
                let why = "something that is not a socket is in its place";
                return Err(Error::new(ErrorKind::AlreadyExists, why));
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        let listener = UnixListener::bind(path)?;
        // Nobody else could come in between: the folder is closed to them.
        std::fs::set_permissions(path, PermissionsExt::from_mode(0o600))?;
        Ok(Self {
            listener,
            path: path.to_owned(),
            file: file_at(path)?,
            said: false,
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// A socket that is not in its place any more, as when somebody tidied up, is made anew for as long as this is the owner.
    pub(super) async fn accept(&mut self, ownership: &Arc<Ownership>) -> Result<Option<Stream>> {
        let mut looks = interval_at(Instant::now() + LOOK, LOOK);
        loop {
            tokio::select! {
                accepted = self.listener.accept() => {
                    let (stream, _) = accepted?;
                    let same = stream.peer_cred()?.uid() == nix::unistd::geteuid().as_raw();
                    return Ok(same.then_some(stream));
                }
                _ = looks.tick() => {
                    if self.is_astray() && owns(ownership).await {
                        self.return_to_place();
                    }
                }
            }
        }
    }

    /// Whether our socket is not where hosts look for it. While we listen at it, no other file can have its number.
    fn is_astray(&self) -> bool {
        match file_at(&self.path) {
            Ok(there) => there != self.file,
            Err(error) => error.kind() == ErrorKind::NotFound,
        }
    }

    fn return_to_place(&mut self) {
        let socket = self.path.display();
        match self.anew() {
            Ok(anew) => {
                tracing::warn!(%socket, "the socket was gone or replaced, and is made anew");
                *self = anew;
            }
            Err(error) => {
                if !std::mem::replace(&mut self.said, true) {
                    tracing::warn!(%socket, %error, "the socket is gone or replaced, and can't be made anew");
                }
            }
        }
    }

    fn anew(&self) -> Result<Self> {
        if let Some(folder) = self.path.parent() {
            place::make_safe(folder).map_err(Error::other)?;
        }
        // The folder is ours alone, and so is this name in it.
        clear(&self.path)?;
        Self::open(&self.path)
    }
}

/// Whether this is still the owner: where its lock is gone, what lies in the socket's place may be its successor's.
async fn owns(ownership: &Arc<Ownership>) -> bool {
    let ownership = Arc::clone(ownership);
    let asked = tokio::task::spawn_blocking(move || ownership.is_in_place()).await;
    matches!(asked, Ok(Ok(true)))
}

/// Takes away what lies at a path; a folder only if it is empty.
fn clear(path: &Path) -> Result<()> {
    let cleared = match std::fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => std::fs::remove_dir(path),
        Ok(_) => std::fs::remove_file(path),
        Err(error) => Err(error),
    };
    match cleared {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        cleared => cleared,
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // One of the same name is another's where that became the owner without asking us, as it can once our lock is gone.
        if file_at(&self.path).is_ok_and(|file| file == self.file) {
            // A socket that stays is a dead owner's, and the next owner replaces it.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// The device and the number of what lies at a path.
fn file_at(path: &Path) -> Result<(u64, u64)> {
    let found = std::fs::symlink_metadata(path)?;
    Ok((found.dev(), found.ino()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;
    use std::os::unix::net;

    use testkit::TestDir;

    use super::*;

    /// What puts something at a path.
    type Put<'a> = Box<dyn FnOnce(&Path) + 'a>;

    fn place(dir: &TestDir) -> PathBuf {
        let folder = dir.join("sockets");
        place::make_safe(&folder).unwrap();
        folder.join("one.sock")
    }

    /// Takes the socket away and has something else in its place.
    fn replace(socket: &Path, put: impl FnOnce(&Path)) {
        std::fs::remove_file(socket).unwrap();
        put(socket);
    }

    /// Whether a host that looks there comes to this owner.
    async fn is_reached(inner: &mut Inner) -> bool {
        let host = UnixStream::connect(&inner.path).await;
        host.is_ok() && inner.listener.accept().await.is_ok()
    }

    #[tokio::test]
    async fn whatever_lies_in_the_place_of_the_socket_gives_way_to_it() {
        let dir = TestDir::new();
        let mut inner = Inner::open(&place(&dir)).unwrap();
        let theirs = dir.write("theirs", "mine");
        let mut other = None;
        let puts: [(&str, Put<'_>); 5] = [
            ("nothing", Box::new(|_| {})),
            (
                "a file",
                Box::new(|path| fs_err::write(path, "garbage").unwrap()),
            ),
            (
                "an empty folder",
                Box::new(|path| fs_err::create_dir(path).unwrap()),
            ),
            ("a link", Box::new(|path| symlink(&theirs, path).unwrap())),
            (
                "another's socket",
                Box::new(|path| other = Some(net::UnixListener::bind(path).unwrap())),
            ),
        ];
        for (what, put) in puts {
            assert!(!inner.is_astray(), "before {what}");
            replace(&inner.path, put);
            assert!(inner.is_astray(), "{what}");
            inner.return_to_place();
            assert!(!inner.is_astray(), "after {what}");
            assert!(is_reached(&mut inner).await, "{what}");
        }
        assert!(other.is_some());
        assert_eq!(fs_err::read_to_string(&theirs).unwrap(), "mine");
        let mode = fs_err::symlink_metadata(&inner.path).unwrap().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[tokio::test]
    async fn a_folder_that_holds_something_is_left_alone_until_it_is_gone() {
        let dir = TestDir::new();
        let mut inner = Inner::open(&place(&dir)).unwrap();
        let path = inner.path.clone();
        replace(&path, |path| fs_err::create_dir(path).unwrap());
        fs_err::write(path.join("note"), "mine").unwrap();
        inner.return_to_place();
        assert!(inner.is_astray() && inner.said);
        assert_eq!(fs_err::read_to_string(path.join("note")).unwrap(), "mine");
        fs_err::remove_dir_all(&path).unwrap();
        inner.return_to_place();
        assert!(is_reached(&mut inner).await);
    }

    #[tokio::test]
    async fn nothing_is_taken_away_in_a_folder_that_lets_others_in() {
        let dir = TestDir::new();
        let mut inner = Inner::open(&place(&dir)).unwrap();
        let folder = dir.join("sockets");
        let close = |mode| fs_err::set_permissions(&folder, PermissionsExt::from_mode(mode));
        replace(&inner.path, |path| fs_err::write(path, "garbage").unwrap());
        close(0o755).unwrap();
        inner.return_to_place();
        assert_eq!(fs_err::read_to_string(&inner.path).unwrap(), "garbage");
        close(0o700).unwrap();
        inner.return_to_place();
        assert!(is_reached(&mut inner).await);
    }

    #[tokio::test]
    async fn who_lost_the_lock_leaves_the_place_to_its_successor() {
        let dir = TestDir::new();
        let lock = dir.join("state/one.lock");
        let ownership = Ownership::take(&lock, &[], LOOK).await.unwrap();
        let ownership = Arc::new(ownership);
        assert!(owns(&ownership).await);
        fs_err::remove_file(&lock).unwrap();
        assert!(!owns(&ownership).await);
    }
}
