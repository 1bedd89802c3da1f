//! The wall clock, read in one place.

use std::time::{SystemTime, UNIX_EPOCH};

use api::Millis;

/// Milliseconds since the Unix epoch.
pub(crate) fn now() -> Millis {
    of(SystemTime::now())
}

/// A time as milliseconds since the Unix epoch.
pub(crate) fn of(time: SystemTime) -> Millis {
    time.duration_since(UNIX_EPOCH)
        .map_or(0.0, |since| since.as_secs_f64() * 1000.0)
}
