//! Events to the window, over one channel, in order, in batches small enough for the short way.

use std::sync::Mutex;

use api::{ApiError, Envelope, Nothing, Snapshot};
use tauri::State;
use tauri::ipc::{Channel, InvokeResponseBody};

use crate::guarded::guarded;
use crate::host::Host;

/// Messages under 8 KiB are handed to the window directly; longer ones take a detour through a request.
const SHORT: usize = 8 * 1024 - 192;

/// The task that feeds the window. A window that was loaded anew subscribes anew, and the older feed ends.
#[derive(Default)]
pub(crate) struct Current(Mutex<Option<tauri::async_runtime::JoinHandle<()>>>);

/// Where the window begins: one answer, for each question more would hold up the first screen.
#[derive(serde::Serialize)]
pub(crate) struct Begun {
    snapshot: Snapshot,
    /// A folder that this start named and that could not be opened; the window tries again and says why.
    unopened: Option<String>,
}

/// Answers how everything stands, and feeds the window with events from there on, until it is gone or subscribes again.
#[tauri::command]
pub(crate) async fn events_subscribe(
    host: State<'_, Host>,
    channel: Channel<InvokeResponseBody>,
) -> Result<Begun, ApiError> {
    guarded("events_subscribe", async {
        let deck = host.deck().await?;
        let mut subscription = deck.subscribe();
        let snapshot = deck.snapshot_get(Nothing {}).await?;
        let feed = tauri::async_runtime::spawn(async move {
            while let Some(batch) = subscription.next().await {
                for message in messages(&batch) {
                    if channel.send(InvokeResponseBody::Json(message)).is_err() {
                        return;
                    }
                }
            }
        });
        if let Ok(mut current) = host.stream.0.lock()
            && let Some(older) = current.replace(feed)
        {
            older.abort();
        }
        let unopened = host.take_unopened();
        Ok(Begun {
            snapshot,
            unopened: unopened.map(|folder| folder.to_string_lossy().into_owned()),
        })
    })
    .await
}

/// A batch as JSON arrays, each under the limit unless one event alone is longer.
fn messages(batch: &[Envelope]) -> Vec<String> {
    pack(
        batch
            .iter()
            .filter_map(|envelope| serde_json::to_string(envelope).ok()),
    )
}

fn pack(items: impl Iterator<Item = String>) -> Vec<String> {
    let mut messages = Vec::new();
    let mut message = String::new();
    for item in items {
        if !message.is_empty() && message.len() + item.len() + 2 > SHORT {
            message.push(']');
            messages.push(std::mem::take(&mut message));
        }
        message.push(if message.is_empty() { '[' } else { ',' });
        message.push_str(&item);
    }
    if !message.is_empty() {
        message.push(']');
        messages.push(message);
    }
    messages
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(messages: &[String]) -> Vec<serde_json::Value> {
        messages
            .iter()
            .flat_map(|text| serde_json::from_str::<Vec<serde_json::Value>>(text).unwrap())
            .collect()
    }

    #[test]
    fn small_events_share_a_message() {
        let messages = pack((0..10).map(|n| format!("{{\"n\":{n}}}")));
        assert_eq!(messages.len(), 1);
        assert_eq!(whole(&messages).len(), 10);
    }

    #[test]
    fn no_message_is_longer_than_the_short_way_unless_one_event_is() {
        let long = format!("\"{}\"", "x".repeat(3 * SHORT));
        let items: Vec<String> = (0..100)
            .map(|n| {
                if n == 50 {
                    long.clone()
                } else {
                    format!("\"{}\"", "y".repeat(500))
                }
            })
            .collect();
        let messages = pack(items.iter().cloned());
        let over: Vec<_> = messages
            .iter()
            .filter(|message| message.len() > SHORT)
            .collect();
        assert_eq!(over.len(), 1);
        assert_eq!(over[0].len(), long.len() + 2);
        let sent: Vec<String> = whole(&messages).iter().map(ToString::to_string).collect();
        assert_eq!(sent, items);
    }

    #[test]
    fn nothing_is_no_message() {
        assert!(pack(std::iter::empty()).is_empty());
    }
}
