//! Telling hosts that something was written, without a queue and without a thread.
//!
//! Owns the generation and the callbacks. Refuses to say what changed: a host that cares asks its view.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use parking_lot::RwLock;

struct ChangeNotifier {
    armed: AtomicBool,
    ring: Box<dyn Fn() + Send + Sync>,
}

#[derive(Default)]
pub(crate) struct Changes {
    generation: AtomicU64,
    bells: RwLock<Vec<Weak<ChangeNotifier>>>,
}

impl Changes {
    pub(crate) fn generation(&self) -> u64 {
        self.generation.load(Ordering::SeqCst)
    }

    /// Rings the bells that are armed.
    pub(crate) fn happened(&self) {
        self.generation.fetch_add(1, Ordering::SeqCst);
        let bells = self.bells.read();
        for bell in bells.iter().filter_map(Weak::upgrade) {
            if bell.armed.swap(false, Ordering::SeqCst) {
                (bell.ring)();
            }
        }
    }

    pub(crate) fn subscribe(self: &Arc<Self>, ring: Box<dyn Fn() + Send + Sync>) -> Subscription {
        let bell = Arc::new(ChangeNotifier {
            armed: AtomicBool::new(true),
            ring,
        });
        let mut bells = self.bells.write();
        bells.retain(|bell| bell.strong_count() > 0);
        bells.push(Arc::downgrade(&bell));
        Subscription {
            bell,
            changes: Arc::clone(self),
        }
    }
}

/// Keeps a callback alive. It is called once per [`Subscription::seen`], however much is written in between, so a host
/// that waits before it looks again is told no more often than it looks.
pub struct Subscription {
    bell: Arc<ChangeNotifier>,
    changes: Arc<Changes>,
}

impl Subscription {
    /// Arms the callback again and tells the generation. To be called before looking.
    pub fn seen(&self) -> u64 {
        self.bell.armed.store(true, Ordering::SeqCst);
        self.changes.generation()
    }
}
