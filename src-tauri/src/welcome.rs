//! Dagdeck without a workspace, which every window without one shares.

use std::time::Duration;

use api::ApiError;
use dagdeck::Deck;
use tauri::{AppHandle, Manager};
use tokio::sync::OnceCell;

use crate::start;

/// A window that is not shown is never painted: after this long what was held back for it begins all the same.
pub(crate) const FIRST_SCREEN: Duration = Duration::from_secs(5);

/// Begun when the first window needs it.
#[derive(Default)]
pub(crate) struct Welcome(OnceCell<Deck>);

/// Dagdeck without a workspace, which every window without one shares.
pub(crate) async fn deck(app: &AppHandle) -> Result<Deck, ApiError> {
    let welcome = app.state::<Welcome>();
    welcome.0.get_or_try_init(begin).await.cloned()
}

/// Stops what Dagdeck without a workspace does.
pub(crate) async fn end(app: &AppHandle) {
    if let Some(deck) = app.state::<Welcome>().0.get() {
        deck.shut_down().await;
    }
}

async fn begin() -> Result<Deck, ApiError> {
    let deck = Deck::start(start::options()?).await?;
    // Until the first screen is painted, which wakes it: both want the processor.
    deck.defer_background();
    let waking = deck.clone();
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(FIRST_SCREEN).await;
        waking.begin_background();
    });
    deck.detect_tools();
    deck.keep_checking();
    deck.follow_others();
    Ok(deck)
}
