//! Who runs a workspace, as its owner of any version says; and that there is one where it says nothing.

use std::path::Path;
use std::time::Duration;

use api::ApiError;
use api::protocol::PROTOCOL;
use api::protocol::frozen::{Hello, Status};
use serde::Serialize;
use serve::Card;
use tokio::time::timeout;

use crate::error::{CliError, words};
use crate::reached::{ReachedWorkspace, of_another_version};
use crate::runtime;

/// How long an owner may take to say how it stands.
const LIMIT: Duration = Duration::from_secs(2);

/// Who runs a workspace. Fields are added, never renamed.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Owned {
    pid: u32,
    version: String,
    /// Whether it said how it stands. Where it did not, what only it knows is left out.
    answers: bool,
    #[serde(flatten)]
    standing: Option<Standing>,
}

/// How an owner says that it stands. Fields are added, never renamed.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Standing {
    /// Whether this command can do more with it than ask how it stands, and stop it.
    same_protocol: bool,
    /// How many process trees it runs.
    running: u64,
    windows: u64,
    terminals: u64,
    #[serde(skip)]
    hello: Hello,
}

/// Asks who runs a workspace; none where nobody does. Why one can't be asked is told on the side: what is read stands.
pub(super) fn owned(place: &ReachedWorkspace) -> Result<Option<Owned>, CliError> {
    let asked = runtime::wait_for(async { timeout(LIMIT, ask(place)).await })?;
    if let Ok(Ok(Some(owned))) = asked {
        return Ok(Some(owned));
    }
    let card = place.living_card();
    let why = match (asked, &card) {
        (Ok(Ok(_)), None) => {
            place.tell_of_leftovers();
            return Ok(None);
        }
        (Ok(Ok(_)), Some(card)) => card.unreached(),
        (Ok(Err(error)), _) => words(&error),
        (Err(_), card) => slow(card.as_ref().map(|card| card.pid)),
    };
    anstream::eprintln!("dagdeck: {why}");
    Ok(card.map(Owned::silent))
}

/// Asks it; none where there is none, or none that answers.
async fn ask(place: &ReachedWorkspace) -> Result<Option<Owned>, ApiError> {
    loop {
        if let Some(owner) = place.owner().await? {
            let status = owner.status().await?;
            return Ok(Some(Owned::of(owner.hello(), &status)));
        }
        if place.unreached().await?.is_some() || place.living_card().is_none() {
            return Ok(None);
        }
    }
}

/// What is said of an owner that takes too long.
fn slow(pid: Option<u32>) -> String {
    let (who, end) = match pid {
        Some(pid) => (
            format!("process {pid}, which runs this workspace,"),
            format!("end it (`kill -9 {pid}`)"),
        ),
        None => (
            "the process that runs this workspace".to_owned(),
            "end that process".to_owned(),
        ),
    };
    let limit = LIMIT.as_secs();
    format!(
        "{who} did not answer within {limit} s.\n  It may be very busy: try again. If it stays so, {end}: all that it ran ends \
         with it."
    )
}

impl Owned {
    fn of(hello: &Hello, status: &Status) -> Self {
        Self {
            pid: hello.pid,
            version: hello.version.clone(),
            answers: true,
            standing: Some(Standing {
                same_protocol: hello.protocol == PROTOCOL,
                running: status.running,
                windows: status.windows,
                // The asking one is among them.
                terminals: status.terminals.saturating_sub(1),
                hello: hello.clone(),
            }),
        }
    }

    /// One that did not answer, as its card tells of it.
    fn silent(card: Card) -> Self {
        Self {
            pid: card.pid,
            version: card.version,
            answers: false,
            standing: None,
        }
    }

    /// The line for a person, with its end.
    pub(super) fn line(&self, root: &Path) -> String {
        match &self.standing {
            Some(standing) => standing.line(root),
            None => format!("  Process {} runs it, and does not answer.\n", self.pid),
        }
    }
}

impl Standing {
    fn line(&self, root: &Path) -> String {
        if !self.same_protocol {
            return format!("  {}\n", of_another_version(&self.hello, root));
        }
        let count = |number: u64, one: &str| match number {
            0 => None,
            1 => Some(format!("1 {one}")),
            many => Some(format!("{many} {one}s")),
        };
        let runs = count(self.running, "process tree");
        let runs = runs.unwrap_or_else(|| "nothing".to_owned());
        let shown: Vec<String> = [
            count(self.windows, "window"),
            count(self.terminals, "terminal"),
        ]
        .into_iter()
        .flatten()
        .collect();
        let shown = match shown.as_slice() {
            [] => "nobody looks at it".to_owned(),
            some => format!("shown by {}", some.join(" and ")),
        };
        let pid = self.hello.pid;
        format!("  Process {pid} runs {runs} of it, {shown}.\n")
    }
}

#[cfg(test)]
mod tests {
    use api::protocol::frozen::HostKind;

    use super::*;

    fn owned(protocol: u32, running: u64, windows: u64, terminals: u64) -> Owned {
        let hello = Hello {
            protocol,
            version: "0.1.0".to_owned(),
            pid: 7,
            kind: HostKind::Owner,
            holds: false,
        };
        let status = Status {
            running,
            windows,
            terminals,
            ..Status::default()
        };
        Owned::of(&hello, &status)
    }

    #[test]
    fn who_runs_it_and_who_looks_is_one_line() {
        let line = |owned: Owned| owned.line(Path::new("/w"));
        assert_eq!(
            line(owned(PROTOCOL, 4, 1, 3)),
            "  Process 7 runs 4 process trees of it, shown by 1 window and 2 terminals.\n"
        );
        assert_eq!(
            line(owned(PROTOCOL, 0, 0, 1)),
            "  Process 7 runs nothing of it, nobody looks at it.\n"
        );
        let other = line(owned(PROTOCOL - 1, 4, 0, 1));
        assert!(
            other.contains("an older Dagdeck (0.1.0, process 7)"),
            "{other}"
        );
    }

    #[test]
    fn one_that_does_not_answer_is_told_to_people_and_scripts() {
        let silent = Owned::silent(Card {
            pid: 7,
            since: 0.0,
            kind: HostKind::Owner,
            version: "0.1.0".to_owned(),
            socket: "/s".into(),
        });
        let json = serde_json::to_value(&silent).unwrap();
        let told = serde_json::json!({"pid": 7, "version": "0.1.0", "answers": false});
        assert_eq!(json, told);
        assert_eq!(
            silent.line(Path::new("/w")),
            "  Process 7 runs it, and does not answer.\n"
        );
        let why = slow(Some(silent.pid));
        assert!(why.starts_with("process 7, which runs"), "{why}");
        assert!(why.contains("`kill -9 7`"), "{why}");
        assert!(slow(None).contains("end that process"));
    }

    #[test]
    fn one_that_answers_tells_scripts_how_it_stands() {
        let json = serde_json::to_value(owned(PROTOCOL, 4, 1, 3)).unwrap();
        let told = serde_json::json!({
            "pid": 7, "version": "0.1.0", "answers": true, "same_protocol": true, "running": 4, "windows": 1, "terminals": 2,
        });
        assert_eq!(json, told);
    }
}
