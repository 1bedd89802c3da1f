//! Who looks: the workspace's owner where it has one, for what runs has its environment; else this command. What keeps the owner
//! from being asked is a finding like every other.

use std::path::Path;

use api::protocol::PROTOCOL;
use api::protocol::frozen::Hello;
use dagdeck::InTheWay;
use serve::LockHolder;
use terminal::Shell;

use crate::arguments;
use crate::error::{CliError, tell, words};
use crate::hand::Hand;
use crate::reached::look::{Found, Silent};
use crate::reached::{Reached, ReachedWorkspace, down_command};

/// What is said where there is an owner and this command looks.
const LOOKS_ITSELF: &str = "So this terminal looks itself, with its own environment.";
/// What is said where the owner that looked goes before it has.
pub(super) const ENDED_MEANWHILE: &str =
    "what ran here was stopped meanwhile. So this terminal looks itself, with its own environment.";
/// The same where something is to be put right.
pub(super) const DO_AGAIN: &str =
    "What ran here was stopped meanwhile. Do this again: whoever runs it next puts it right.";

/// Who looks. Where something is put right it is an owner, which is started where there is none.
pub(super) async fn hand(what: &arguments::Doctor) -> Result<Hand, CliError> {
    if what.fix_safe {
        let reached = Reached::workspace(&what.path).await?;
        return Ok(Hand::Owner(reached.attached));
    }
    let place = ReachedWorkspace::of(&what.path)?;
    let in_the_way = match place.look().await {
        Found::Nobody => None,
        Found::Owner(owner, _) if owner.hello().goes => {
            let pid = owner.hello().pid;
            tell(&format!(
                "process {pid} is stopping all that it runs here. {LOOKS_ITSELF}"
            ));
            None
        }
        Found::Owner(owner, _) if owner.hello().protocol != PROTOCOL => {
            Some(of_another_version(owner.hello(), &place.root))
        }
        Found::Owner(owner, _) => match Reached::by_owner(&place, &owner).await {
            Ok(reached) => {
                reached.tell_first();
                return Ok(Hand::Owner(reached.attached));
            }
            Err(_) if owner.is_gone() => None,
            Err(CliError::Failed(why)) => Some(unasked(owner.hello().pid, why)),
            Err(error) => return Err(error),
        },
        Found::Silent(silent) => Some(unanswered(&silent)),
        Found::Ending(guard) => Some(unended(guard)),
    };
    if let Some(found) = &in_the_way {
        tell(&format!("{}. {LOOKS_ITSELF}", found.title));
    }
    Hand::looking_at(&what.path, in_the_way).await
}

/// Whether who looked was an owner that is gone by now, or goes: it says so before it forgets anything.
pub(super) async fn has_ended(hand: &Hand, path: &Path) -> Result<bool, CliError> {
    let Hand::Owner(attached) = hand else {
        return Ok(false);
    };
    Ok(ReachedWorkspace::of(path)?
        .has_ended(attached.owner())
        .await)
}

fn unasked(pid: u32, why: String) -> InTheWay {
    InTheWay {
        title: format!("Process {pid}, which runs this workspace, can’t be asked"),
        why,
        command: Some(killing(pid)),
    }
}

fn unanswered(Silent { pid, why, .. }: &Silent) -> InTheWay {
    let pid = *pid;
    InTheWay {
        title: match pid {
            Some(pid) => format!("Process {pid}, which runs this workspace, does not answer"),
            None => "What runs this workspace can’t be asked".to_owned(),
        },
        why: words(why),
        command: pid.map(killing),
    }
}

fn unended(LockHolder { pid, way_out }: LockHolder) -> InTheWay {
    InTheWay {
        title: format!("Process {pid} has not ended yet what ran here"),
        why: way_out,
        command: Some(killing(pid)),
    }
}

fn of_another_version(owner: &Hello, root: &Path) -> InTheWay {
    let (pid, version) = (owner.pid, &owner.version);
    InTheWay {
        title: format!(
            "Process {pid}, which runs this workspace, is of another version of Dagdeck ({version})"
        ),
        why: "This one can ask it how it stands, and stop all that it runs.".to_owned(),
        command: Some(down_command(root)),
    }
}

fn killing(pid: u32) -> String {
    Shell::HERE.kill(pid)
}

#[cfg(test)]
mod tests {
    use api::protocol::frozen::HostKind;
    use api::{ApiError, ErrorCode};

    use super::*;

    #[test]
    fn whatever_is_in_the_way_is_named_with_what_ends_it() {
        let silent = |pid| Silent {
            pid,
            version: None,
            why: ApiError::new(ErrorCode::Io, "It said nothing."),
        };
        let older = Hello {
            protocol: PROTOCOL - 1,
            version: "0.0.9".to_owned(),
            pid: 7,
            kind: HostKind::Owner,
            holds: false,
            goes: false,
        };
        let guard = LockHolder {
            pid: 7,
            way_out: "It may be very busy.".to_owned(),
        };
        for (found, command) in [
            (unanswered(&silent(Some(7))), "kill -9 7"),
            (unended(guard), "kill -9 7"),
            (unasked(7, "It is closed.".to_owned()), "kill -9 7"),
            (
                of_another_version(&older, Path::new("/my work")),
                "dagdeck down '/my work'",
            ),
        ] {
            assert!(found.title.starts_with("Process 7"), "{found:?}");
            assert_eq!(found.command.as_deref(), Some(command), "{found:?}");
            assert!(!found.why.is_empty(), "{found:?}");
        }
        let unknown = unanswered(&silent(None));
        assert_eq!(unknown.command, None);
        assert_eq!(unknown.why, "It said nothing.");
    }
}
