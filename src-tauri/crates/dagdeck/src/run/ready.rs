//! A value that many may ask for and one makes: the instance of a workspace, made by one process before anything
//! else opens it (racing it damages its databases for good).

use std::future::Future;
use std::path::{Path, PathBuf};

use tokio::sync::Mutex;

/// Made at most once; a failed making may be tried again.
#[derive(Debug, Default)]
pub(crate) struct OnceReady {
    made: Mutex<Option<PathBuf>>,
}

impl OnceReady {
    /// Makes it at `path` unless it was made there; those who come meanwhile wait.
    pub(crate) async fn or_make<E>(
        &self,
        path: &Path,
        make: impl Future<Output = Result<(), E>>,
    ) -> Result<(), E> {
        let mut made = self.made.lock().await;
        if made.as_deref() != Some(path) {
            make.await?;
            *made = Some(path.to_owned());
        }
        Ok(())
    }
}
