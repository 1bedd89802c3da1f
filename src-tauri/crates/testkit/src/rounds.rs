//! How often a story with chance in it is told, and the chance itself.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How many rounds a test makes: `few` in each run of the tests, `many` under `cargo xtask soak`.
pub fn rounds(few: u32, many: u32) -> u32 {
    if std::env::var_os("DAGDECK_SOAK").is_some() {
        many
    } else {
        few
    }
}

/// Chance that can be met again: its seed is printed, and `DAGDECK_SEED` gives one.
pub struct Chance(u64);

impl Chance {
    /// Seeded by the clock, or as `DAGDECK_SEED` says.
    #[expect(
        clippy::new_without_default,
        reason = "it prints, which a default should not"
    )]
    pub fn new() -> Chance {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let seed = match std::env::var("DAGDECK_SEED") {
            Ok(seed) => seed.parse().expect("DAGDECK_SEED is a whole number"),
            Err(_) => u64::from(now.subsec_nanos()),
        };
        println!("DAGDECK_SEED={seed}");
        // A generator of this kind can't leave zero.
        Chance(seed.max(1))
    }

    /// The next number below a limit (xorshift).
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }

    /// A part of a time; early moments come more often.
    pub fn early_in(&mut self, whole: Duration) -> Duration {
        let share = self.below(10_000) as f64 / 10_000.0;
        whole.mul_f64(share.powi(3))
    }
}
