//! When a crashed program is tried again. Pure: the clock is handed in. Refuses to start anything.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How many restarts the window allows.
const MOST: usize = 5;
/// The window in which restarts are counted.
const WINDOW: Duration = Duration::from_secs(120);
/// The first wait; each further crash in the window doubles it.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// What follows a crash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Start it again after this long.
    After(Duration),
    /// It crashed too often: leave it to the person.
    GiveUp,
}

/// Counts crashes: at most 5 restarts in 2 minutes, after 0.5, 1, 2, 4 and 8 seconds.
#[derive(Debug, Clone, Default)]
pub struct RestartPolicy {
    crashes: VecDeque<Instant>,
}

impl RestartPolicy {
    /// A policy that has seen no crash.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes note of a crash and says what follows.
    pub fn crashed(&mut self, now: Instant) -> Next {
        while self
            .crashes
            .front()
            .is_some_and(|&at| now.saturating_duration_since(at) >= WINDOW)
        {
            self.crashes.pop_front();
        }
        let before = self.crashes.len();
        if before >= MOST {
            return Next::GiveUp;
        }
        self.crashes.push_back(now);
        Next::After(FIRST_WAIT * (1 << before))
    }

    /// Forgets all crashes: a person's restart is not a crash and starts the count anew.
    pub fn reset(&mut self) {
        self.crashes.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn waits_double_and_the_sixth_crash_gives_up() {
        let start = Instant::now();
        let mut policy = RestartPolicy::new();
        let seen: Vec<Next> = (0..6)
            .map(|n| policy.crashed(start + Duration::from_secs(n)))
            .collect();
        let waits = [500, 1000, 2000, 4000, 8000].map(|ms| Next::After(Duration::from_millis(ms)));
        assert_eq!(seen[..5], waits);
        assert_eq!(seen[5], Next::GiveUp);
        policy.reset();
        assert_eq!(policy.crashed(start + Duration::from_secs(7)), waits[0]);
    }

    #[test]
    fn a_program_that_held_for_two_minutes_starts_afresh() {
        let start = Instant::now();
        let mut policy = RestartPolicy::new();
        for n in 0..5 {
            policy.crashed(start + Duration::from_secs(n));
        }
        let later = start + Duration::from_secs(125);
        assert_eq!(policy.crashed(later), Next::After(FIRST_WAIT));
    }

    proptest! {
        #[test]
        fn never_more_than_five_restarts_in_any_two_minutes(gaps in prop::collection::vec(0u64..60_000, 1..80)) {
            let mut now = Instant::now();
            let mut policy = RestartPolicy::new();
            let mut restarts: Vec<Instant> = Vec::new();
            for gap in gaps {
                now += Duration::from_millis(gap);
                match policy.crashed(now) {
                    Next::After(wait) => {
                        prop_assert!(wait >= FIRST_WAIT && wait <= Duration::from_secs(8));
                        restarts.push(now);
                    }
                    Next::GiveUp => {
                        let recent = restarts.iter().filter(|&&at| now.duration_since(at) < WINDOW).count();
                        prop_assert_eq!(recent, MOST);
                    }
                }
                let recent = restarts.iter().filter(|&&at| now.duration_since(at) < WINDOW).count();
                prop_assert!(recent <= MOST);
            }
        }
    }
}
