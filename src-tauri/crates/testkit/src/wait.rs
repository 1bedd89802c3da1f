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
    ask: impl AsyncFnMut() -> Option<T>,
) -> T {
    let answer = eventually(limit, ask).await;
    answer.unwrap_or_else(|| panic!("waited {limit:?} in vain until {what}"))
}

/// Asks until there is an answer; none when `limit` is over, also where a question is never answered. For who has more to
/// say of a wait in vain than [`within`].
pub async fn eventually<T>(limit: Duration, mut ask: impl AsyncFnMut() -> Option<T>) -> Option<T> {
    let started = Instant::now();
    let asking = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(pause(started.elapsed())).await;
        }
    };
    tokio::time::timeout(limit, asking).await.ok()
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

    #[tokio::test]
    async fn a_question_that_is_never_answered_is_waited_for_in_vain() {
        let limit = Duration::from_millis(30);
        let never = std::future::pending::<Option<()>>;
        assert_eq!(eventually(limit, never).await, None);
    }

    #[test]
    #[should_panic(expected = "in vain until pigs fly")]
    fn says_what_it_waited_for() {
        wait_until_blocking("pigs fly", Duration::from_millis(30), || false);
    }
}
