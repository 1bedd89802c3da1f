//! Hears of the window when a screen is on the glass: what was held back for the first one begins, and a measurement
//! that asked by naming a file is told.

use std::io::Write;

use api::{ApiError, ErrorCode};

use dagdeck::guarded::guarded;
use tauri::{AppHandle, WebviewWindow};

use crate::door::Door;
use crate::host;

/// Names the file that gets a line per screen painted.
const ASKED: &str = "DAGDECK_TELL_PAINTED";

/// Takes in that a screen was painted.
#[tauri::command]
pub(crate) async fn window_painted(
    app: AppHandle,
    window: WebviewWindow,
    screen: String,
) -> Result<(), ApiError> {
    guarded("window_painted", async {
        let pane = host::pane_of(&app, window.label())?;
        pane.is_painted();
        match pane.door_now() {
            // An owner that is gone has nothing to begin.
            Some(Door::Workspace { attached, .. }) => drop(attached.begin_background().await),
            Some(door) => door
                .deck()
                .into_iter()
                .for_each(dagdeck::Deck::begin_background),
            None => {}
        }
        let Some(path) = std::env::var_os(ASKED) else {
            return Ok(());
        };
        let mut options = std::fs::OpenOptions::new();
        let file = options.create(true).append(true).open(path);
        file.and_then(|mut file| writeln!(file, "{screen}"))
            .map_err(|error| {
                ApiError::new(ErrorCode::Io, "The measurement's file can't be written.")
                    .with_source(&error)
            })
    })
    .await
}
