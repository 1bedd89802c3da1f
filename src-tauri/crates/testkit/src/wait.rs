//! Waiting for a condition: the only poll that tests may use.

use std::fmt::Display;
use std::time::{Duration, Instant};

/// How often a condition is asked.
const EVERY: Duration = Duration::from_millis(20);

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
        tokio::time::sleep(EVERY).await;
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
        std::thread::sleep(EVERY);
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
    #[should_panic(expected = "in vain until pigs fly")]
    fn says_what_it_waited_for() {
        wait_until_blocking("pigs fly", Duration::from_millis(30), || false);
    }
}
