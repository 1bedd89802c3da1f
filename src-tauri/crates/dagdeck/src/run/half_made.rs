//! Takes away what is left of an environment that uv was ended at: it goes on only where there is nothing. Touches no
//! folder that holds anything else.

use std::path::{Path, PathBuf};

/// What an ended sync left can't be taken away.
#[derive(Debug, thiserror::Error)]
#[error("the half-made environment {} can't be taken away", path.display())]
pub(crate) struct HalfMade {
    /// The environment.
    pub(crate) path: PathBuf,
    /// What the system said.
    #[source]
    pub(crate) source: std::io::Error,
}

/// Makes room for an environment; answers whether something stood there. Waits for the disk.
///
/// # Errors
/// When it can't be taken away.
pub(crate) async fn make_room(environment: &Path) -> Result<bool, HalfMade> {
    let folder = environment.to_owned();
    let taken = tokio::task::spawn_blocking(move || {
        let half_made = workspace::is_half_made(&folder);
        if half_made {
            fs_err::remove_dir_all(&folder)?;
        }
        std::io::Result::Ok(half_made)
    });
    let taken = taken.await.unwrap_or_else(|error| Err(error.into()));
    taken.map_err(|source| HalfMade {
        path: environment.to_owned(),
        source,
    })
}
