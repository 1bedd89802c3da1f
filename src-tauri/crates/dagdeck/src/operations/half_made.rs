//! Takes away what is left of an environment that uv was ended at: it goes on only where there is nothing. Touches no
//! folder that holds anything else.

use std::path::Path;

use api::{ApiError, ErrorCode};

/// Makes room for an environment; answers whether something stood there. Waits for the disk.
///
/// # Errors
/// When it can't be taken away.
pub(crate) async fn make_room(environment: &Path) -> Result<bool, ApiError> {
    let folder = environment.to_owned();
    let taken = tokio::task::spawn_blocking(move || {
        let half_made = workspace::is_half_made(&folder);
        if half_made {
            fs_err::remove_dir_all(&folder)?;
        }
        std::io::Result::Ok(half_made)
    });
    let taken = taken.await.unwrap_or_else(|error| Err(error.into()));
    taken.map_err(|error| {
        let message = "What an ended sync left of the environment can't be taken away.";
        ApiError::new(ErrorCode::Io, message).because(&error)
    })
}
