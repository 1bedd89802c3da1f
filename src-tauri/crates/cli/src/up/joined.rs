//! What a terminal says where it joins what runs already, and where it leaves what goes on without it.

use std::path::Path;

use api::Lifecycle;
use api::protocol::HostCount;

use super::progress;
use crate::arguments::Up;
use crate::error::CliError;
use crate::reached::{Reached, ReachedWorkspace};

/// A terminal that is attached to a workspace. It holds what runs, unless something ran before.
pub(super) struct Joined {
    pub(super) reached: Reached,
    /// Whether something ran before.
    pub(super) joins: bool,
}

impl Joined {
    /// Attaches to the owner of the workspace at a path, which is started where there is none.
    pub(super) async fn to(path: &Path, restart: bool) -> Result<Self, CliError> {
        crate::expected::workspace(path)?;
        let place = ReachedWorkspace::of(path)?;
        if restart {
            crate::down::end(&place).await?;
        }
        Reached::and(&place, async |reached| {
            let joins = reached.running > 0;
            if !joins {
                reached.attached.hold().await?;
            }
            Ok(Self { reached, joins })
        })
        .await
    }

    /// Whether a webserver runs already, so that a port can't be chosen.
    pub(super) fn serves(&self) -> bool {
        matches!(
            self.reached.workspace.webserver.lifecycle,
            Lifecycle::Running { .. } | Lifecycle::Starting { .. }
        )
    }

    /// Says what there is to know where the workspace ran before.
    pub(super) fn print_joined(&self, what: &Up) {
        if self.joins {
            let workspace = &self.reached.workspace;
            let url = workspace.webserver.url.as_deref();
            let url = url.filter(|_| self.serves());
            progress::joined(&workspace.name, url);
            // Where it is only starting, its port is said once it answers.
            if let (Some(port), Some(url)) = (what.port, url)
                && !url.ends_with(&format!(":{port}"))
            {
                progress::note(&format!(
                    "Port {port} was not taken: the webserver keeps the one that it has."
                ));
            }
        }
        self.reached.tell_first();
    }
}

/// What is said when a terminal that is told to end only leaves; none where all that runs ends with it.
pub(super) fn only_leaves(joins: bool, hosts: HostCount) -> Option<&'static str> {
    if joins {
        // Said when it joined.
        return Some("");
    }
    // This terminal is one of them.
    match hosts.holders.saturating_sub(1) {
        0 if hosts.kept => Some(
            "This workspace was left running from elsewhere: what runs goes on, and this terminal leaves.",
        ),
        0 => None,
        _ if hosts.windows > 0 => Some(
            "A Dagdeck window shows this workspace: what runs goes on, and this terminal leaves.",
        ),
        _ => Some(
            "Another terminal holds this workspace: what runs goes on, and this terminal leaves.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(windows: u64, terminals: u64, holders: u64) -> HostCount {
        HostCount {
            windows,
            terminals,
            holders,
            kept: false,
        }
    }

    #[test]
    fn all_ends_with_the_only_one_that_holds_it() {
        assert_eq!(only_leaves(false, hosts(0, 1, 1)), None);
        // A window that was left running only looks, and so does a terminal that joined.
        assert_eq!(only_leaves(false, hosts(1, 2, 1)), None);
    }

    #[test]
    fn what_was_left_running_goes_on_with_nobody_to_hold_it() {
        let kept = HostCount {
            kept: true,
            ..hosts(0, 1, 1)
        };
        let said = only_leaves(false, kept).unwrap();
        assert!(said.contains("was left running"), "{said}");
    }

    #[test]
    fn what_another_holds_goes_on_and_it_is_said_who() {
        let window = only_leaves(false, hosts(1, 1, 2)).unwrap();
        assert!(window.starts_with("A Dagdeck window"), "{window}");
        let terminal = only_leaves(false, hosts(0, 2, 2)).unwrap();
        assert!(terminal.starts_with("Another terminal"), "{terminal}");
        assert_eq!(only_leaves(true, hosts(1, 1, 1)), Some(""));
    }
}
