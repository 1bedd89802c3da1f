//! Whether an owner can still be found: its lock and its card lie where hosts look for them.
//!
//! Owns the look at them while an owner owns. Whoever tidies up Dagdeck's own folder removes the lock of a living owner with
//! it; the next host would then start another, and nobody could find the first to end it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use crate::ownership::Ownership;

/// The pause between two looks, each of which asks the disk for three names.
pub(crate) const LOOK: Duration = Duration::from_secs(15);

/// What is said once and not at every look.
#[derive(Debug, Default)]
struct Warned {
    unreadable: bool,
    unwritten: bool,
    rootless: bool,
}

/// Waits until the owner of the workspace at `root` can't be found any more. A card that is gone is written anew meanwhile.
pub(crate) async fn lost(ownership: Arc<Ownership>, root: PathBuf, pause: Duration) {
    let mut looks = interval(pause);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut warned = Warned::default();
    loop {
        looks.tick().await;
        let (ownership, root) = (Arc::clone(&ownership), root.clone());
        let looking = tokio::task::spawn_blocking(move || {
            let found = is_findable(&ownership, &root, &mut warned);
            (found, warned)
        });
        // Only a fault of ours ends a look early, and the next one begins anew.
        let found;
        (found, warned) = looking.await.unwrap_or((true, Warned::default()));
        if !found {
            return;
        }
    }
}

/// Whether the owner can be found.
fn is_findable(ownership: &Ownership, root: &Path, warned: &mut Warned) -> bool {
    let lock = ownership.lock().display();
    match ownership.is_in_place() {
        Ok(true) => {}
        Ok(false) => {
            tracing::error!(%lock, "the lock that makes this process the owner was removed or replaced");
            return false;
        }
        // A disk that does not answer has not lost it.
        Err(error) => {
            if !std::mem::replace(&mut warned.unreadable, true) {
                tracing::warn!(%error, "can't tell whether the lock is still in its place");
            }
            return true;
        }
    }
    match ownership.renew_card() {
        Ok(true) => tracing::warn!(%lock, "the card beside the lock was gone and is written anew"),
        Ok(false) => {}
        Err(error) => {
            if !std::mem::replace(&mut warned.unwritten, true) {
                tracing::warn!(%error, "the card beside the lock is gone and can't be written anew");
            }
        }
    }
    if !warned.rootless && matches!(root.try_exists(), Ok(false)) {
        warned.rootless = true;
        tracing::warn!(root = %root.display(), "the folder of the workspace is gone");
    }
    true
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use api::protocol::frozen::HostKind;
    use testkit::{TestDir, wait_until};
    use tokio::time::timeout;

    use super::*;
    use crate::listener::Listener;
    use crate::ownership::Card;

    const LONG: Duration = Duration::from_secs(60);
    const SOON: Duration = Duration::from_millis(20);

    async fn listener(dir: &TestDir) -> Listener {
        let ownership = Ownership::take(&lock(dir), &[], LONG).await.unwrap();
        Listener::open(ownership, HostKind::Owner, &[dir.join("sockets")]).unwrap()
    }

    fn lock(dir: &TestDir) -> PathBuf {
        dir.join("state/owners/one.lock")
    }

    fn lost(dir: &TestDir, listener: &Listener) -> impl Future<Output = ()> + use<> {
        super::lost(Arc::clone(listener.ownership()), dir.make("work"), SOON)
    }

    #[tokio::test]
    async fn an_owner_stays_while_its_lock_is_in_its_place_and_is_lost_without_it() {
        for replaced in [false, true] {
            let dir = TestDir::new();
            let listener = listener(&dir).await;
            let mut lost = tokio::spawn(lost(&dir, &listener));
            let stays = timeout(SOON * 5, &mut lost).await;
            assert!(stays.is_err(), "{stays:?}");
            fs_err::remove_dir_all(dir.join("state")).unwrap();
            if replaced {
                dir.write("state/owners/one.lock", "");
            }
            timeout(LONG, lost).await.unwrap().unwrap();
        }
    }

    #[tokio::test]
    async fn a_card_that_is_gone_or_of_another_is_written_anew() {
        let dir = TestDir::new();
        let listener = listener(&dir).await;
        let card = Card::beside(&lock(&dir)).unwrap();
        let lost = tokio::spawn(lost(&dir, &listener));
        let path = lock(&dir).with_extension("owner.json");
        let other = Card {
            pid: 1,
            ..card.clone()
        };
        for left in [None, Some(serde_json::to_vec(&other).unwrap())] {
            match left {
                None => fs_err::remove_file(&path).unwrap(),
                Some(text) => fs_err::write(&path, text).unwrap(),
            }
            wait_until("it is written anew", LONG, async || {
                Card::beside(&lock(&dir)).as_ref() == Some(&card)
            })
            .await;
        }
        assert!(!lost.is_finished());
        lost.abort();
    }

    #[tokio::test]
    async fn a_root_that_is_gone_is_no_reason_to_go() {
        let dir = TestDir::new();
        let listener = listener(&dir).await;
        let mut lost = tokio::spawn(lost(&dir, &listener));
        fs_err::remove_dir(dir.join("work")).unwrap();
        let stays = timeout(SOON * 5, &mut lost).await;
        assert!(stays.is_err(), "{stays:?}");
        let mut warned = Warned::default();
        assert!(is_findable(
            listener.ownership(),
            &dir.join("work"),
            &mut warned
        ));
        assert!(warned.rootless);
        lost.abort();
    }

    #[tokio::test]
    async fn an_owner_that_was_lost_takes_nothing_of_its_successor_away() {
        let dir = TestDir::new();
        let first = listener(&dir).await;
        fs_err::remove_dir_all(dir.join("state")).unwrap();
        let second = listener(&dir).await;
        assert_eq!(first.socket(), second.socket());
        drop(first);
        assert!(Card::beside(&lock(&dir)).is_some());
        tokio::net::UnixStream::connect(second.socket())
            .await
            .unwrap();
    }
}
