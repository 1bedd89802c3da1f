//! Who runs a workspace, as its owner of any version says.

use std::path::Path;
use std::time::Duration;

use api::protocol::PROTOCOL;
use api::protocol::frozen::{Hello, Status};
use serde::Serialize;

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
    /// Whether this command can do more with it than ask how it stands, and stop it.
    same_protocol: bool,
    /// How many process trees it runs.
    running: u64,
    windows: u64,
    terminals: u64,
    #[serde(skip)]
    hello: Hello,
}

/// Asks who runs a workspace; none where nobody does. One that can't be asked is told on the side: what is read stands.
pub(super) fn owned(place: &ReachedWorkspace) -> Result<Option<Owned>, CliError> {
    let asked = runtime::wait_for(async {
        let asking = async {
            let Some(owner) = place.owner().await? else {
                return Ok(None);
            };
            let status = owner.status().await?;
            Ok(Some(Owned::of(owner.hello(), &status)))
        };
        tokio::time::timeout(LIMIT, asking).await
    })?;
    Ok(match asked {
        Ok(Ok(owned)) => owned,
        Ok(Err(error)) => {
            let error: api::ApiError = error;
            anstream::eprintln!("dagdeck: {}", words(&error));
            None
        }
        Err(_) => {
            let limit = LIMIT.as_secs();
            anstream::eprintln!(
                "dagdeck: the process that runs this workspace did not answer within {limit} s."
            );
            None
        }
    })
}

impl Owned {
    fn of(hello: &Hello, status: &Status) -> Self {
        Self {
            pid: hello.pid,
            version: hello.version.clone(),
            same_protocol: hello.protocol == PROTOCOL,
            running: status.running,
            windows: status.windows,
            // The asking one is among them.
            terminals: status.terminals.saturating_sub(1),
            hello: hello.clone(),
        }
    }

    /// The line for a person, with its end.
    pub(super) fn line(&self, root: &Path) -> String {
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
        format!("  Process {} runs {runs} of it, {shown}.\n", self.pid)
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
}
