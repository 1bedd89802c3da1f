//! The recorded story of `tests/contract`: who applies its events holds its last snapshot.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use api::{Envelope, Snapshot, Step};
use serde_json::Value;

#[test]
fn the_recorded_events_lead_from_the_first_snapshot_to_the_last() {
    let place = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../tests/contract/story.json"
    );
    let story: Value = serde_json::from_slice(&fs_err::read(place).unwrap()).unwrap();
    let stale = "the wire differs from the story: `tests/headless/launching/contract.rs` says how to write it anew";
    let mut snapshot: Snapshot = serde_json::from_value(story["first"].clone()).expect(stale);
    for told in story["events"].as_array().unwrap() {
        let envelope: Envelope = serde_json::from_value(told.clone()).expect(stale);
        assert_eq!(serde_json::to_value(&envelope).unwrap(), *told, "{stale}");
        assert_eq!(api::step(&snapshot, &envelope), Step::Next);
        assert_eq!(api::step(&snapshot, &envelope_at(&envelope, 1)), Step::Gap);
        api::apply(&mut snapshot, envelope.clone());
        assert_eq!(api::step(&snapshot, &envelope), Step::Old);
    }
    assert_eq!(
        serde_json::to_value(&snapshot).unwrap(),
        story["last"],
        "{stale}"
    );
}

/// The same, some numbers later.
fn envelope_at(envelope: &Envelope, later: u32) -> Envelope {
    Envelope {
        revision: envelope.revision + later,
        event: envelope.event.clone(),
    }
}
