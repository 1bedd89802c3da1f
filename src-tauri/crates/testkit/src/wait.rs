//! Waiting for a condition: the only poll that tests may use.

use std::fmt::Display;
use std::time::{Duration, Instant};

/// How long is paused before a condition is asked again that has been waited for so long: asking a page or a webserver all
/// the time takes the processor from what is waited for.
fn pause(waited: Duration) -> Duration {
    (waited / 20).clamp(Duration::from_millis(20), Duration::from_millis(100))
}

/// Asks until `condition` holds; panics with what was waited for when `limit` is over.
pub async fn wait_until(
    what: impl Display,
    limit: Duration,
    mut condition: impl AsyncFnMut() -> bool,
) {
    within(what, limit, async || condition().await.then_some(())).await;
}

/// Asks until there is an answer and gives it; panics with what was waited for when `limit` is over.
pub async fn within<T>(
    what: impl Display,
    limit: Duration,
    mut ask: impl AsyncFnMut() -> Option<T>,
) -> T {
    let started = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(
            started.elapsed() < limit,
            "waited {limit:?} in vain until {what}"
        );
        tokio::time::sleep(pause(started.elapsed())).await;
    }
}

/// Like [`wait_until`], for tests without a runtime.
pub fn wait_until_blocking(
    what: impl Display,
    limit: Duration,
    mut condition: impl FnMut() -> bool,
) {
    let started = Instant::now();
    while !condition() {
        assert!(
            started.elapsed() < limit,
            "waited {limit:?} in vain until {what}"
        );
        std::thread::sleep(pause(started.elapsed()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_on_as_soon_as_it_holds() {
        let mut asked = 0;
        wait_until_blocking("the third question", Duration::from_secs(5), || {
            asked += 1;
            asked == 3
        });
        assert_eq!(asked, 3);
    }

    #[test]
    fn asks_less_often_the_longer_it_waits() {
        let pauses = [0, 100, 1_000, 60_000].map(|waited| pause(Duration::from_millis(waited)));
        assert_eq!(pauses, [20, 20, 50, 100].map(Duration::from_millis));
    }

    #[test]
    #[should_panic(expected = "in vain until pigs fly")]
    fn says_what_it_waited_for() {
        wait_until_blocking("pigs fly", Duration::from_millis(30), || false);
    }
}
