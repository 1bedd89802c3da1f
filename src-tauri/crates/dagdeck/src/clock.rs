//! The wall clock, read in one place.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::wire::Millis;

/// Milliseconds since the Unix epoch.
pub(crate) fn now() -> Millis {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0.0, |since| since.as_secs_f64() * 1000.0)
}
