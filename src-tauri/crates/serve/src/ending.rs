//! When an owner has had its time: nobody holds what runs any more, or nothing runs and nobody is there.

use std::time::Duration;

use tokio::time::sleep;

use crate::connection::PATIENCE;
use crate::hosts::{Attendance, Lease};
use crate::server::Server;

/// How long the first host may take to come.
const FIRST_HOST: Duration = Duration::from_secs(10);
/// How long stopping may take once nobody holds what runs; the guard then ends what is left, in well under a second.
pub(crate) const LAPSE: Duration = Duration::from_secs(3);
/// The pause between two looks at whether something still runs, while nobody is there. Not told by events: to listen for
/// them would make the deck measure what runs for nobody.
const LOOK: Duration = Duration::from_millis(500);

/// Waits until it is over; nobody is let in from then on. Answers how long stopping may take.
///
/// Who started the owner may take as long as [`FIRST_HOST`] to come, unless `gave_up` ends before.
pub(crate) async fn over(server: &Server, gave_up: impl Future<Output = ()>) -> Duration {
    let mut attendance = server.hosts().watch();
    tokio::select! {
        // It can't end: the sender is held by the server.
        _ = attendance.wait_for(|now| now.visited) => {}
        () = gave_up => {}
        () = sleep(FIRST_HOST) => {}
    }
    loop {
        if server.hosts().close_if(|now| now.lease == Lease::Lapsed) {
            return LAPSE;
        }
        let alone = |now: &Attendance| now.attached.is_empty();
        let is_alone = alone(&attendance.borrow_and_update());
        if is_alone && server.deck().is_idle().await && server.hosts().close_if(alone) {
            return PATIENCE;
        }
        tokio::select! {
            _ = attendance.changed() => {}
            () = sleep(LOOK), if is_alone => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::future::{pending, ready};

    use api::protocol::frozen::HostKind;
    use dagdeck::{Deck, DeckOptions};
    use process::GuardProgram;
    use testkit::TestDir;
    use tokio::time::{Instant, pause, timeout};

    use super::*;

    /// A server of a deck in which nothing runs; time stands still but for what is waited for.
    async fn idle(dir: &TestDir) -> Server {
        let guard = GuardProgram {
            program: "/nowhere".into(),
            arguments: Vec::new(),
        };
        let mut options = DeckOptions::from_environment(guard);
        options.state_folder = dir.make("state");
        options.home = dir.make("home");
        let deck = Deck::start(options).await.unwrap();
        pause();
        Server::new(deck, BTreeMap::new())
    }

    #[tokio::test]
    async fn who_started_an_owner_has_ten_seconds_to_come() {
        let dir = TestDir::new();
        let server = idle(&dir).await;
        let begun = Instant::now();
        assert_eq!(over(&server, pending()).await, PATIENCE);
        let waited = begun.elapsed();
        assert!(
            (FIRST_HOST..FIRST_HOST + LOOK).contains(&waited),
            "{waited:?}"
        );
        assert!(server.hosts().join(HostKind::Terminal, true).is_none());
    }

    #[tokio::test]
    async fn nobody_waits_for_who_started_an_owner_and_gave_up() {
        let dir = TestDir::new();
        let server = idle(&dir).await;
        let begun = Instant::now();
        assert_eq!(over(&server, ready(())).await, PATIENCE);
        assert_eq!(begun.elapsed(), Duration::ZERO);
    }

    #[tokio::test]
    async fn an_owner_in_which_nothing_runs_stays_for_who_only_looks_and_no_longer() {
        let dir = TestDir::new();
        let server = idle(&dir).await;
        let looking = server.hosts().join(HostKind::Terminal, false).unwrap();
        let mut over = std::pin::pin!(over(&server, pending()));
        let stays = timeout(FIRST_HOST * 10, &mut over).await;
        assert!(stays.is_err(), "{stays:?}");
        drop(looking);
        assert_eq!(over.await, PATIENCE);
    }

    #[tokio::test]
    async fn who_came_and_went_before_anybody_looked_is_not_waited_for() {
        for holds in [true, false] {
            let dir = TestDir::new();
            let server = idle(&dir).await;
            drop(server.hosts().join(HostKind::Terminal, holds).unwrap());
            let begun = Instant::now();
            over(&server, pending()).await;
            assert_eq!(begun.elapsed(), Duration::ZERO);
            tokio::time::resume();
        }
    }

    #[tokio::test]
    async fn nothing_waits_for_who_only_looks_once_the_last_holder_is_gone() {
        let dir = TestDir::new();
        let server = idle(&dir).await;
        let looking = server.hosts().join(HostKind::Terminal, false).unwrap();
        drop(server.hosts().join(HostKind::Window, true).unwrap());
        let begun = Instant::now();
        assert_eq!(over(&server, pending()).await, LAPSE);
        assert_eq!(begun.elapsed(), Duration::ZERO);
        drop(looking);
    }

    #[tokio::test]
    async fn when_the_last_host_goes_after_detaching_an_owner_in_which_nothing_runs_goes() {
        let dir = TestDir::new();
        let server = idle(&dir).await;
        let mut window = server.hosts().join(HostKind::Window, true).unwrap();
        window.detach();
        let mut over = std::pin::pin!(over(&server, pending()));
        let stays = timeout(FIRST_HOST * 10, &mut over).await;
        assert!(stays.is_err(), "{stays:?}");
        drop(window);
        assert_eq!(over.await, PATIENCE);
    }
}
