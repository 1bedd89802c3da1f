//! Who runs a workspace, as one that only looks finds it. What only passes is waited for: an owner that has just begun or just
//! ended, a guard that ends what a killed one ran.

use std::time::Duration;

use api::protocol::frozen::Status;
use api::{ApiError, ErrorCode};
use attach::{Introduction, Owner};
use serve::{Card, Holding, LockHolder, Reach};
use terminal::Shell;
use tokio::time::{Instant, sleep, timeout};

/// How long an owner may take to say how it stands.
const LIMIT: Duration = Duration::from_secs(2);
/// How long nobody may listen where an owner lives: one that ends gives its hosts two seconds for what was said last.
const PASSING: Duration = Duration::from_secs(3);
/// How long the guard of an owner that is gone may take to end what that ran: not all of it heeds the first word.
const GUARDED: Duration = Duration::from_secs(3);
/// How long an owner may take to begin: it gives the guards of all that are gone the same time, and may be on a slow disk.
const BEGINNING: Duration = Duration::from_secs(10);
/// The pause between two looks.
const LOOK: Duration = Duration::from_millis(50);

/// Who runs a workspace.
pub(crate) enum Found {
    /// Nobody.
    Nobody,
    /// An owner of any version, and how it stands. It may go: then it stops everything, and nobody can attach.
    Owner(Owner, Status),
    /// One that does not answer.
    Silent(Silent),
    /// None, and the guard of a former one does not get done with what that ran.
    Ending(LockHolder),
}

/// An owner that does not answer, and why, as far as it can be told.
pub(crate) struct Silent {
    /// Its process; none where not even that is known.
    pub(crate) pid: Option<u32>,
    /// Dagdeck's version in it, where it wrote that down.
    pub(crate) version: Option<String>,
    pub(crate) why: ApiError,
}

/// Looks at a workspace.
pub(super) async fn at(reach: &Reach, host: Introduction) -> Found {
    let end = Instant::now() + PASSING;
    loop {
        let asked = timeout(LIMIT, asked(reach, host)).await;
        let card = living_card(reach);
        let why = match (asked, &card) {
            (Ok(Ok(Some((owner, status)))), _) => return Found::Owner(owner, status),
            (Ok(Ok(None)), None) => match unlisted(reach).await {
                Some(found) => return found,
                None => continue,
            },
            (Ok(Ok(None)), Some(card)) if Instant::now() >= end => {
                ApiError::new(ErrorCode::Io, card.unreached())
            }
            (Ok(Ok(None)), Some(_)) => {
                sleep(LOOK).await;
                continue;
            }
            (Ok(Err(error)), _) => error,
            (Err(_), card) => slow(card.as_ref().map(|card| card.pid)),
        };
        let (pid, version) = card.map(|card| (card.pid, card.version)).unzip();
        return Found::Silent(Silent { pid, version, why });
    }
}

/// Asks the owner how it stands; none where nobody listens, or who did has ended.
async fn asked(reach: &Reach, host: Introduction) -> Result<Option<(Owner, Status)>, ApiError> {
    let find = |socket| async { Ok::<_, ApiError>(Owner::find_also_going(socket, host).await?) };
    let Some(owner) = reach.existing(find).await? else {
        return Ok(None);
    };
    match owner.status().await {
        Ok(status) => Ok(Some((owner, status))),
        Err(_) if owner.is_gone() => Ok(None),
        Err(error) => Err(error),
    }
}

/// What the owner wrote down of itself, if its process lives.
fn living_card(reach: &Reach) -> Option<Card> {
    let lock = dagdeck::owner_lock(&reach.state_folder, &reach.root);
    Card::beside(&lock).filter(Card::lives)
}

/// What there is where no living owner wrote down that it is one; none where one did since.
async fn unlisted(reach: &Reach) -> Option<Found> {
    let begun = Instant::now();
    loop {
        match reach.holding() {
            Holding::Nobody => return Some(Found::Nobody),
            Holding::Guard(guard) if begun.elapsed() >= GUARDED => {
                return Some(Found::Ending(guard));
            }
            Holding::Owner(owner) if begun.elapsed() >= BEGINNING => {
                let pid = owner.pid;
                let message = format!(
                    "Process {pid} is about to run this workspace, or to see what is left of it, and does not listen yet."
                );
                let why = ApiError::new(ErrorCode::Io, message).with_hint(owner.way_out);
                return Some(Found::Silent(Silent {
                    pid: Some(pid),
                    version: None,
                    why,
                }));
            }
            Holding::Guard(_) | Holding::Owner(_) => sleep(LOOK).await,
        }
        if living_card(reach).is_some() {
            return None;
        }
    }
}

/// Why one that takes too long does not answer.
fn slow(pid: Option<u32>) -> ApiError {
    let (who, end) = match pid {
        Some(pid) => (
            format!("Process {pid}, which runs this workspace,"),
            format!("end it (`{}`)", Shell::HERE.kill(pid)),
        ),
        None => (
            "The process that runs this workspace".to_owned(),
            "end that process".to_owned(),
        ),
    };
    let limit = LIMIT.as_secs();
    let message = format!("{who} did not answer within {limit} s.");
    ApiError::new(ErrorCode::Io, message).with_hint(format!(
        "It may be very busy: try again. If it stays so, {end}: all that it ran ends with it."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_takes_too_long_is_named_with_the_way_out() {
        let why = slow(Some(7));
        assert!(why.message.starts_with("Process 7, which runs"), "{why:?}");
        assert!(why.hints[0].text.contains("`kill -9 7`"), "{why:?}");
        assert!(slow(None).hints[0].text.contains("end that process"));
    }
}
