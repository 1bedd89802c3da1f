//! Ends the app in good order when the system or a terminal asks it to end.

use tauri::AppHandle;

use crate::closing::{self, Leaving};

/// Leaves at the first signal. A second one is for the impatient: the guard ends what runs.
pub(crate) fn listen(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        wait().await;
        closing::leave(&app, Leaving::Told);
        wait().await;
        std::process::exit(130);
    });
}

#[cfg(unix)]
async fn wait() {
    use tokio::signal::unix::{SignalKind, signal};
    let kinds = [SignalKind::terminate(), SignalKind::interrupt()];
    let mut heard: Vec<_> = kinds
        .into_iter()
        .filter_map(|kind| signal(kind).ok())
        .collect();
    let waits = heard.iter_mut().map(|one| Box::pin(one.recv()));
    if waits.len() == 0 {
        return std::future::pending().await;
    }
    futures::future::select_all(waits).await;
}

#[cfg(not(unix))]
async fn wait() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
