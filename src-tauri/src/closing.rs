//! Closing a window and leaving: what runs is stopped first, or kept, as the person decided.

use std::time::Duration;

use api::{ApiError, CloseBehaviour, Nothing};
use dagdeck::guarded::guarded;
use serde::Deserialize;
use tauri::{AppHandle, Manager, WebviewWindow};

use crate::door::Door;
use crate::host::{self, Host};
use crate::once::Switch;
use crate::pane::Pane;
use crate::stream::StillRunning;
use crate::tray::running;
use crate::{opening, tray, welcome, window};

/// How long stopping may take before we leave all the same; the guards then end what is left.
const STOP_LIMIT: Duration = Duration::from_secs(40);
/// How long a question about what runs may take.
const ASK_LIMIT: Duration = Duration::from_secs(2);

/// Where leaving stands.
#[derive(Default)]
pub(crate) struct LeaveProgress {
    begun: Switch,
    over: Switch,
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

/// Why the app ends, which decides what happens to what runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leaving {
    /// A person wants everything stopped.
    Asked,
    /// The system or a terminal ends it: what a person chose to keep goes on, and what other hosts hold too.
    Told,
}

/// A window was asked to close. It stays until it is known what runs.
pub(crate) fn asked(app: &AppHandle, label: &str) {
    let (app, label) = (app.clone(), label.to_owned());
    tauri::async_runtime::spawn(async move {
        let host = app.state::<Host>();
        if app.state::<LeaveProgress>().begun.thrown() {
            return;
        }
        let Some(pane) = host.pane(&label) else {
            return window::destroy(&app, &label);
        };
        let Some(door) = pane.door_now() else {
            return close(&app, &pane).await;
        };
        let running = running(&door).await;
        if running.processes == 0 {
            return close(&app, &pane).await;
        }
        let snapshot = tokio::time::timeout(ASK_LIMIT, door.snapshot_get(Nothing {}));
        let behaviour = match snapshot.await {
            Ok(Ok(snapshot)) => snapshot.settings.close,
            _ => CloseBehaviour::Ask,
        };
        match behaviour {
            CloseBehaviour::Stop => stop_and_close(&app, &pane, &door).await,
            CloseBehaviour::Keep => keep(&app, &pane).await,
            CloseBehaviour::Ask => {
                window::show(&app, &label);
                pane.ask_to_close(running);
            }
        }
    });
}

/// The person's answer to the question.
#[tauri::command]
pub(crate) async fn window_close_decide(
    app: AppHandle,
    window: WebviewWindow,
    decision: Decision,
    remember: bool,
) -> Result<(), ApiError> {
    guarded("window_close_decide", async {
        let pane = host::pane_of(&app, window.label())?;
        let behaviour = match decision {
            Decision::Stop => CloseBehaviour::Stop,
            Decision::Keep => CloseBehaviour::Keep,
            Decision::Cancel => return Ok(()),
        };
        let door = pane.door().await?;
        if remember {
            let mut settings = door.snapshot_get(Nothing {}).await?.settings;
            settings.close = behaviour;
            door.settings_set(settings).await?;
        }
        // The answer must reach the window before the window goes.
        tauri::async_runtime::spawn(async move {
            match decision {
                Decision::Stop => stop_and_close(&app, &pane, &door).await,
                _ => keep(&app, &pane).await,
            }
        });
        Ok(())
    })
    .await
}

/// What runs behind a door. What is too busy to say runs.
async fn running(door: &Door) -> StillRunning {
    let mut running = StillRunning {
        processes: 0,
        terminals: 0,
    };
    if let Door::Workspace { attached, .. } = door {
        match tokio::time::timeout(ASK_LIMIT, attached.owner().status()).await {
            Ok(Ok(status)) => {
                running.processes = status.running;
                running.terminals = status.terminals;
            }
            // It is gone, and with it everything.
            Ok(Err(_)) => {}
            Err(_) => running.processes = 1,
        }
    }
    running
}

/// Stops everything behind a window, whoever else holds it, and closes the window.
async fn stop_and_close(app: &AppHandle, pane: &Pane, door: &Door) {
    if let Door::Workspace { attached, .. } = door {
        pane.stream.end();
        // What could not be stopped, the guard ends with the owner.
        let _gone = attached.owner().end().await;
    }
    close(app, pane).await;
}

/// Closes a window; with the last one the app ends.
async fn close(app: &AppHandle, pane: &Pane) {
    let host = app.state::<Host>();
    if host.all().len() == 1 {
        return leave(app, Leaving::Told);
    }
    if let Some(door) = pane.door_now() {
        opening::leave(door).await;
    }
    running::stopped(app, &pane.label);
    if host.remove(&pane.label) {
        return leave(app, Leaving::Told);
    }
    window::destroy(app, &pane.label);
}

/// Keeps everything running without the window. The last window goes out of sight, or is minimised where nothing shows a
/// tray, since nobody could get it back from there; others close.
async fn keep(app: &AppHandle, pane: &Pane) {
    if pane.detach().await.is_err() {
        // The owner is gone, and nothing runs.
        return close(app, pane).await;
    }
    let host = app.state::<Host>();
    if host.all().len() > 1 {
        host.remove(&pane.label);
        return window::destroy(app, &pane.label);
    }
    if tray::can_be_seen(app).await {
        window::hide(app, &pane.label);
    } else {
        window::minimise(app, &pane.label);
    }
}

/// Ends the app. Asked for twice, it is done once.
pub(crate) fn leave(app: &AppHandle, why: Leaving) {
    if !app.state::<LeaveProgress>().begun.first() {
        return;
    }
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let panes = app.state::<Host>().all();
        let leaving = panes.iter().map(|pane| async move {
            let Some(door) = pane.door_now() else { return };
            pane.stream.end();
            match why {
                Leaving::Told if pane.is_kept() => {}
                Leaving::Told => opening::leave(door).await,
                Leaving::Asked => {
                    if let Door::Workspace { attached, .. } = &door {
                        let _gone = attached.owner().end().await;
                    }
                }
            }
        });
        let all = async {
            futures::future::join_all(leaving).await;
            welcome::end(&app).await;
        };
        let _at_the_limit = tokio::time::timeout(STOP_LIMIT, all).await;
        app.state::<LeaveProgress>().over.first();
        app.exit(0);
    });
}

/// Whether everything was stopped, so that nothing holds the exit up.
pub(crate) fn is_over(app: &AppHandle) -> bool {
    app.try_state::<LeaveProgress>()
        .is_none_or(|progress| progress.over.thrown())
}
