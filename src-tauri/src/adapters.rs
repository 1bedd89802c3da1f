//! One adapter per command: takes the request off the wire, hands it to what is behind the window that asks, sends the
//! answer back.
//!
//! The list comes from `api`, so a command without an adapter does not compile.

use api::*;
use dagdeck::guarded::guarded;
use tauri::ipc::Invoke;
use tauri::{AppHandle, WebviewWindow};

use crate::{closing, host, opening, outside, painted, stream};

macro_rules! adapters {
    ($($name:ident: $request:ty => $response:ty, $about:literal;)*) => {
        $(
            #[doc = $about]
            #[tauri::command]
            async fn $name(app: AppHandle, window: WebviewWindow, request: $request) -> Result<$response, ApiError> {
                guarded(stringify!($name), async {
                    host::pane_of(&app, window.label())?.door().await?.$name(request).await
                }).await
            }
        )*

        /// Answers everything that the window may ask.
        pub(crate) fn handler() -> impl Fn(Invoke) -> bool + Send + Sync + 'static {
            tauri::generate_handler![
                $($name,)*
                stream::events_subscribe,
                closing::window_close_decide,
                opening::owner_restart,
                opening::owner_take_over,
                opening::window_workspace_close,
                opening::window_workspace_open,
                outside::clipboard_write,
                outside::dialog_pick_folder,
                outside::open_path,
                outside::open_url,
                outside::own_log_open,
                outside::reveal_path,
                painted::window_painted,
            ]
        }
    };
}

api::with_commands!(adapters);
