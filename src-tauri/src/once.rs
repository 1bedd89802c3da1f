//! A switch that is thrown once.

use std::sync::atomic::{AtomicBool, Ordering};

/// A switch that is thrown once.
#[derive(Default)]
pub(crate) struct Switch(AtomicBool);

impl Switch {
    /// Throws it; true for the first who does.
    pub(crate) fn first(&self) -> bool {
        !self.0.swap(true, Ordering::SeqCst)
    }

    /// Whether it was thrown.
    pub(crate) fn thrown(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}
