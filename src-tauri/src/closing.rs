//! Closing the window and leaving: what runs is stopped first, or kept, as the person decided.

use std::time::Duration;

use api::{ApiError, CloseBehaviour, Nothing};
use serde::Deserialize;
use tauri::{AppHandle, Emitter, Manager, State};

use crate::guarded::guarded;
use crate::host::{Host, Once};
use crate::{tray, window};

/// How long stopping may take before we leave all the same; the guard then ends what is left.
const STOP_LIMIT: Duration = Duration::from_secs(30);
/// How long a question about what runs may take.
const ASK_LIMIT: Duration = Duration::from_secs(2);

/// Where leaving stands.
#[derive(Default)]
pub(crate) struct Progress {
    begun: Once,
    over: Once,
}

/// What the person answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Decision {
    /// Stop everything, then leave.
    Stop,
    /// Keep everything running, without the window.
    Keep,
    /// Neither: the window stays.
    Cancel,
}

/// The window was asked to close. It stays until it is known what runs.
pub(crate) fn asked(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let host = app.state::<Host>();
        if host.closing.begun.thrown() {
            return;
        }
        let Some(deck) = host.deck_now() else {
            return leave(&app);
        };
        let running = tokio::time::timeout(ASK_LIMIT, deck.running_processes()).await;
        let processes = match running {
            Ok(0) => return leave(&app),
            Ok(processes) => processes,
            // Too busy to say means that something runs.
            Err(_) => 1,
        };
        let close = match tokio::time::timeout(ASK_LIMIT, deck.snapshot_get(Nothing {})).await {
            Ok(Ok(snapshot)) => snapshot.settings.close,
            _ => CloseBehaviour::Ask,
        };
        match close {
            CloseBehaviour::Stop => leave(&app),
            CloseBehaviour::Keep => keep(&app),
            CloseBehaviour::Ask => {
                window::show(&app);
                let _closed =
                    app.emit("close-asked", serde_json::json!({ "processes": processes }));
            }
        }
    });
}

/// The person's answer to the question.
#[tauri::command]
pub(crate) async fn window_close_decide(
    app: AppHandle,
    host: State<'_, Host>,
    decision: Decision,
    remember: bool,
) -> Result<(), ApiError> {
    guarded("window_close_decide", async {
        let behaviour = match decision {
            Decision::Stop => CloseBehaviour::Stop,
            Decision::Keep => CloseBehaviour::Keep,
            Decision::Cancel => return Ok(()),
        };
        if remember {
            let deck = host.deck().await?;
            let mut settings = deck.snapshot_get(Nothing {}).await?.settings;
            settings.close = behaviour;
            deck.settings_set(settings).await?;
        }
        match decision {
            Decision::Stop => leave(&app),
            _ => keep(&app),
        }
        Ok(())
    })
    .await
}

/// Goes out of sight and keeps everything running. Where nothing shows a tray the window is minimised instead, since
/// nobody could get it back from there.
fn keep(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        if tray::can_be_seen(&app).await {
            window::hide(&app);
        } else {
            window::minimise(&app);
        }
    });
}

/// Stops everything and ends the app. Asked for twice, it is done once.
pub(crate) fn leave(app: &AppHandle) {
    if !app.state::<Host>().closing.begun.first() {
        return;
    }
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let host = app.state::<Host>();
        if let Some(deck) = host.deck_now() {
            let _at_the_limit = tokio::time::timeout(STOP_LIMIT, deck.shut_down()).await;
        }
        host.closing.over.first();
        app.exit(0);
    });
}

/// Whether everything was stopped, so that nothing holds the exit up.
pub(crate) fn is_over(app: &AppHandle) -> bool {
    app.try_state::<Host>()
        .is_none_or(|host| host.closing.over.thrown())
}
