//! The memory of an owner's process, which lives as long as something runs and mostly waits. Owns what the C library is told of
//! it; elsewhere than with glibc nothing has to be.

#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(crate) use glibc::{keep_one, keep_small};

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) fn keep_one() {}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) async fn keep_small() {}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(
    unsafe_code,
    reason = "there is no other way to tell the C library than a call"
)]
mod glibc {
    use std::time::Duration;

    use tokio::time::{MissedTickBehavior, interval};

    /// How often what is free is given back: measured with two locations it takes 40 to 220 µs.
    const GIVE_BACK: Duration = Duration::from_secs(60);

    /// Has all threads share one heap, which gives back what is free at its end. By itself the C library makes one for almost
    /// each of our threads, most of which only wait for what a program prints, and each keeps what it once needed: a megabyte in
    /// all.
    pub(crate) fn keep_one() {
        for (which, value) in [
            (libc::M_ARENA_MAX, 1),
            // What it begins with; unless it is told, it raises that by itself.
            (libc::M_TRIM_THRESHOLD, 128 * 1024),
        ] {
            // SAFETY: both are parameters that mallopt(3) names, and no other thread has begun.
            let _refused = unsafe { libc::mallopt(which, value) };
        }
    }

    /// Gives back, now and then, what is free within the heap too: a launch leaves holes that nothing fills while all runs.
    pub(crate) async fn keep_small() {
        let mut turns = interval(GIVE_BACK);
        turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            turns.tick().await;
            // SAFETY: malloc_trim(3) may be called at any time from any thread.
            let _whether_there_was_any = unsafe { libc::malloc_trim(0) };
        }
    }
}
