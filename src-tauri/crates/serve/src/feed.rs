//! Events to one host: how everything stands, then what happens, and anew from the beginning where it was too slow.

use std::sync::Arc;

use api::protocol::frozen::HostKind;
use api::protocol::{FromOwner, Happened, HostCount, Present, Standing};
use api::{Envelope, Nothing};
use tokio::sync::watch;

use crate::hosts::Attendance;
use crate::out::{Out, Sent};
use crate::server::Served;

/// Feeds a host until it is gone. Waits where the host's queue is full; what the deck can't keep for it meanwhile is made
/// good by a whole snapshot.
pub(crate) async fn feed(served: Arc<Served>, id: u64, out: Out) {
    let mut attendance = served.hosts.watch();
    attendance.mark_changed();
    let mut subscription = served.deck.subscribe();
    while let Ok(snapshot) = served.deck.snapshot_get(Nothing {}).await {
        let mut last = snapshot.revision;
        let snapshot = Box::new(snapshot);
        let standing = FromOwner::Snapshot(Standing { id, snapshot });
        match out.send(&standing).await {
            Sent::Yes => {}
            Sent::Gone => return,
            Sent::Not(error) => {
                out.fail(id, error.to_string()).await;
                return;
            }
        }
        loop {
            let batch = tokio::select! {
                batch = subscription.next() => batch,
                // It can't end: the sender is held by `served`.
                _ = attendance.changed() => {
                    let hosts = count(&mut attendance);
                    if let Sent::Gone = out.send(&FromOwner::Hosts(Present { id, hosts })).await {
                        return;
                    }
                    continue;
                }
            };
            let Some(batch) = batch else { return };
            let Some(events) = following(&mut last, batch) else {
                break;
            };
            if events.is_empty() {
                continue;
            }
            let happened = FromOwner::Events(Happened { id, events });
            match out.send(&happened).await {
                Sent::Yes => {}
                Sent::Gone => return,
                // Too much for one frame; a snapshot may be less.
                Sent::Not(_) => break,
            }
        }
    }
}

fn count(attendance: &mut watch::Receiver<Attendance>) -> HostCount {
    let now = attendance.borrow_and_update();
    HostCount {
        windows: now.count(HostKind::Window),
        terminals: now.count(HostKind::Terminal),
        holders: now.holders,
        kept: now.kept(),
    }
}

/// The events of a batch that are new after number `last`, which is moved on; none where one before them is missing.
fn following(last: &mut u32, batch: Vec<Envelope>) -> Option<Vec<Envelope>> {
    let mut events = batch;
    events.retain(|envelope| envelope.revision > *last);
    for envelope in &events {
        if envelope.revision != last.wrapping_add(1) {
            return None;
        }
        *last = envelope.revision;
    }
    Some(events)
}

#[cfg(test)]
mod tests {
    use api::Event;

    use super::*;

    fn batch(numbers: &[u32]) -> Vec<Envelope> {
        let envelope = |&revision: &u32| Envelope {
            revision,
            event: Event::NoticesChanged {
                notices: Vec::new(),
            },
        };
        numbers.iter().map(envelope).collect()
    }

    fn numbers(events: &[Envelope]) -> Vec<u32> {
        events.iter().map(|envelope| envelope.revision).collect()
    }

    #[test]
    fn events_that_the_snapshot_has_are_left_out() {
        let mut last = 7;
        let events = following(&mut last, batch(&[6, 7, 8, 9])).unwrap();
        assert_eq!(numbers(&events), [8, 9]);
        assert_eq!(last, 9);
        assert_eq!(following(&mut last, batch(&[8, 9])).unwrap(), []);
        assert_eq!(last, 9);
    }

    #[test]
    fn a_gap_before_a_batch_or_in_it_is_seen() {
        assert_eq!(following(&mut 7, batch(&[9])), None);
        assert_eq!(following(&mut 7, batch(&[8, 10])), None);
    }
}
