//! The wall clock, read in one place.

use std::time::SystemTime;

use api::Millis;

/// Milliseconds since the Unix epoch.
pub(crate) fn now() -> Millis {
    api::millis(SystemTime::now())
}
