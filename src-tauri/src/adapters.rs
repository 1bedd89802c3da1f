//! One adapter per command: takes the request off the wire, hands it to the deck, sends the answer back.
//!
//! The list comes from `api`, so a command without an adapter does not compile.

use api::*;
use tauri::State;
use tauri::ipc::Invoke;

use crate::guarded::guarded;
use crate::host::Host;
use crate::{closing, outside, painted, stream};

macro_rules! adapters {
    ($($name:ident: $request:ty => $response:ty, $about:literal;)*) => {
        $(
            #[doc = $about]
            #[tauri::command]
            async fn $name(host: State<'_, Host>, request: $request) -> Result<$response, ApiError> {
                guarded(stringify!($name), async { host.deck().await?.$name(request).await }).await
            }
        )*

        /// Answers everything that the window may ask.
        pub(crate) fn handler() -> impl Fn(Invoke) -> bool + Send + Sync + 'static {
            tauri::generate_handler![
                $($name,)*
                stream::events_subscribe,
                closing::window_close_decide,
                outside::clipboard_write,
                outside::dialog_pick_folder,
                outside::open_path,
                outside::open_url,
                outside::reveal_path,
                painted::window_painted,
            ]
        }
    };
}

api::with_commands!(adapters);
