//! Tells a measurement when a screen is on the glass.
//!
//! The window says so once per screen; unless a measurement asked by naming a file, nothing is written.

use std::io::Write;

use dagdeck::wire::{ApiError, ErrorCode};

use crate::guarded::guarded;

/// Names the file that gets a line per screen painted.
const ASKED: &str = "DAGDECK_TELL_PAINTED";

/// Takes in that a screen was painted.
#[tauri::command]
pub(crate) async fn window_painted(screen: String) -> Result<(), ApiError> {
    guarded("window_painted", async {
        let Some(path) = std::env::var_os(ASKED) else {
            return Ok(());
        };
        let mut options = std::fs::OpenOptions::new();
        let file = options.create(true).append(true).open(path);
        file.and_then(|mut file| writeln!(file, "{screen}"))
            .map_err(|error| {
                ApiError::new(ErrorCode::Io, "The measurement's file can't be written.")
                    .because(&error)
            })
    })
    .await
}
