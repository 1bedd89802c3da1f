//! Who runs a workspace, as its owner of any version says; and that there is one where it says nothing.

use std::path::{Path, PathBuf};

use api::protocol::PROTOCOL;
use api::protocol::frozen::{Hello, Status};
use serde::Serialize;
use terminal::Shell;

use crate::error::{CliError, tell, words};
use crate::reached::look::{Found, Silent};
use crate::reached::{ReachedWorkspace, of_another_version};
use crate::runtime;
use crate::status::live::{self, Live};

/// Who runs a workspace. Fields are added, never renamed.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Owned {
    pid: u32,
    /// Dagdeck's version in it; null where it does not answer and wrote that down nowhere.
    version: Option<String>,
    /// Whether it said how it stands. Where it did not, what only it knows is left out.
    answers: bool,
    #[serde(flatten)]
    standing: Option<Standing>,
}

/// How an owner says that it stands. Fields are added, never renamed.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Standing {
    /// Whether this command can do more with it than ask how it stands, and stop it.
    same_protocol: bool,
    /// Whether it stops everything and goes.
    goes: bool,
    /// How many process trees it runs.
    running: u64,
    windows: u64,
    terminals: u64,
    #[serde(skip)]
    hello: Hello,
}

/// Who runs a workspace, as scripts and people are told. Fields are added, never renamed.
#[derive(Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Run {
    /// What of it runs; null where nobody runs it, or an owner of another version.
    pub(super) live: Option<Live>,
    /// The workspace around a project that nobody runs alone, where that one is run; left out where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    run_around: Option<PathBuf>,
    /// Who runs it, also where that does not answer; null where nobody does.
    owner: Option<Owned>,
    /// What still ends what an owner ran that is gone; null where nothing is left.
    still_ending: Option<StillEnding>,
}

/// The guard of an owner that is gone. Fields are added, never renamed.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct StillEnding {
    guard: u32,
}

/// Asks who runs a workspace. Why one can't be asked is told on the side: what is read stands.
pub(super) fn run_by(place: &ReachedWorkspace) -> Result<Run, CliError> {
    let looked = async {
        let found = place.look().await;
        let live = match &found {
            Found::Owner(owner, _) if !owner.hello().goes => live::of(place, owner).await,
            _ => None,
        };
        let around = match &found {
            Found::Nobody => ReachedWorkspace::that_runs(&place.root).await.ok(),
            _ => None,
        };
        (found, live, around.map(|around| around.root))
    };
    let (found, live, around) = runtime::wait_for(looked)?;
    Ok(match found {
        Found::Nobody => Run {
            run_around: around.filter(|around| *around != place.root),
            ..Run::default()
        },
        Found::Owner(owner, status) => Run {
            live,
            ..Run::by(Owned::of(owner.hello(), &status))
        },
        Found::Silent(Silent { pid, version, why }) => {
            tell(&words(&why));
            let silent = pid.map(|pid| Owned::silent(pid, version));
            silent.map(Run::by).unwrap_or_default()
        }
        Found::Ending(guard) => {
            tell(&guard.way_out);
            Run::ending(guard.pid)
        }
    })
}

impl Run {
    fn by(owner: Owned) -> Self {
        Self {
            owner: Some(owner),
            ..Self::default()
        }
    }

    fn ending(guard: u32) -> Self {
        Self {
            still_ending: Some(StillEnding { guard }),
            ..Self::default()
        }
    }

    /// The line for a person, with its end; empty where nobody runs it.
    pub(super) fn line(&self, root: &Path) -> String {
        match (&self.owner, &self.still_ending) {
            (Some(owner), _) => owner.line(root),
            (None, Some(StillEnding { guard })) => {
                format!("  Process {guard} has not ended yet what ran here.\n")
            }
            (None, None) => self
                .run_around
                .as_deref()
                .map_or_else(String::new, |around| {
                    let quoted = Shell::HERE.quote(&around.to_string_lossy());
                    let around = around.display();
                    format!(
                        "  It runs as part of {around}: `dagdeck status {quoted}` shows that.\n"
                    )
                }),
        }
    }
}

impl Owned {
    fn of(hello: &Hello, status: &Status) -> Self {
        Self {
            pid: hello.pid,
            version: Some(hello.version.clone()),
            answers: true,
            standing: Some(Standing {
                same_protocol: hello.protocol == PROTOCOL,
                goes: hello.goes,
                running: status.running,
                windows: status.windows,
                // The asking one is among them.
                terminals: status.terminals.saturating_sub(1),
                hello: hello.clone(),
            }),
        }
    }

    /// One that did not answer.
    fn silent(pid: u32, version: Option<String>) -> Self {
        Self {
            pid,
            version,
            answers: false,
            standing: None,
        }
    }

    /// The line for a person, with its end.
    fn line(&self, root: &Path) -> String {
        match &self.standing {
            Some(standing) => standing.line(root),
            None => format!("  Process {} runs it, and does not answer.\n", self.pid),
        }
    }
}

impl Standing {
    fn line(&self, root: &Path) -> String {
        let pid = self.hello.pid;
        if self.goes {
            return format!("  Process {pid} is stopping all that it runs of it, and ends.\n");
        }
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
            goes: false,
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
        let mut going = owned(PROTOCOL, 4, 0, 1);
        going.standing.as_mut().unwrap().goes = true;
        assert_eq!(
            line(going),
            "  Process 7 is stopping all that it runs of it, and ends.\n"
        );
        let other = line(owned(PROTOCOL - 1, 4, 0, 1));
        assert!(
            other.contains("an older Dagdeck (0.1.0, process 7)"),
            "{other}"
        );
    }

    #[test]
    fn one_that_does_not_answer_is_told_to_people_and_scripts() {
        let silent = Owned::silent(7, Some("0.1.0".to_owned()));
        let json = serde_json::to_value(&silent).unwrap();
        let told = serde_json::json!({"pid": 7, "version": "0.1.0", "answers": false});
        assert_eq!(json, told);
        assert_eq!(
            silent.line(Path::new("/w")),
            "  Process 7 runs it, and does not answer.\n"
        );
    }

    #[test]
    fn one_that_answers_tells_scripts_how_it_stands() {
        let json = serde_json::to_value(owned(PROTOCOL, 4, 1, 3)).unwrap();
        let told = serde_json::json!({
            "pid": 7, "version": "0.1.0", "answers": true, "same_protocol": true, "goes": false, "running": 4, "windows": 1, "terminals": 2,
        });
        assert_eq!(json, told);
    }

    #[test]
    fn what_still_ends_is_told_to_people_and_scripts() {
        let run = Run::ending(7);
        let json = serde_json::to_value(&run).unwrap();
        let told = serde_json::json!({"live": null, "owner": null, "still_ending": {"guard": 7}});
        assert_eq!(json, told);
        assert_eq!(
            run.line(Path::new("/w")),
            "  Process 7 has not ended yet what ran here.\n"
        );
        assert_eq!(Run::default().line(Path::new("/w")), "");
    }
}
