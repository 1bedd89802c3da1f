//! Who is attached, and whether what runs is still held by somebody.

use std::collections::BTreeMap;
use std::sync::Arc;

use api::protocol::frozen::HostKind;
use tokio::sync::watch;

/// Whether what runs is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lease {
    /// No host has held it so far.
    #[default]
    Unclaimed,
    /// A window or a terminal in the foreground holds it.
    Held,
    /// Nobody holds it any more, and a host said that what runs shall go on.
    Detached,
    /// The last host that held it is gone without a word, and none said that what runs shall go on: everything has to be
    /// stopped.
    Lapsed,
}

/// Who is attached.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attendance {
    /// How many hosts of each kind; a kind without any is left out.
    pub attached: BTreeMap<HostKind, u64>,
    /// Whether a host was ever there: one may have come and gone between two looks.
    pub visited: bool,
    /// How many of them hold what runs.
    pub holders: u64,
    /// How many hosts said that what runs shall go on without them, and did not hold it again since. Their word outlives
    /// them, to the owner's end.
    pub keepers: u64,
    /// Whether what runs is held.
    pub lease: Lease,
    /// Whether the owner goes: nobody is let in any more.
    pub closed: bool,
}

impl Attendance {
    /// How many hosts of one kind are attached.
    pub fn count(&self, kind: HostKind) -> u64 {
        self.attached.get(&kind).copied().unwrap_or(0)
    }

    /// Whether what runs goes on when all who hold it are gone: somebody left it running, and who came since only to look
    /// does not undo that.
    pub fn kept(&self) -> bool {
        self.keepers > 0
    }

    fn let_go(&mut self) {
        self.holders = self.holders.saturating_sub(1);
        if self.holders == 0 {
            self.lease = if self.kept() {
                Lease::Detached
            } else {
                Lease::Lapsed
            };
        }
    }
}

/// The hosts that are attached to one owner. Cheap to clone; all clones are the same.
#[derive(Debug, Clone)]
pub struct Hosts {
    attendance: Arc<watch::Sender<Attendance>>,
}

impl Default for Hosts {
    fn default() -> Self {
        Self {
            attendance: Arc::new(watch::Sender::new(Attendance::default())),
        }
    }
}

impl Hosts {
    /// Who is attached now, and whenever that changes.
    pub fn watch(&self) -> watch::Receiver<Attendance> {
        self.attendance.subscribe()
    }

    /// Whether the owner goes.
    pub fn is_closed(&self) -> bool {
        self.attendance.borrow().closed
    }

    /// Lets nobody in any more if `goes` says so of who is there; whether it did. Nobody can come between the look and the
    /// closing.
    pub fn close_if(&self, goes: impl FnOnce(&Attendance) -> bool) -> bool {
        self.attendance.send_if_modified(|now| {
            let closes = !now.closed && goes(now);
            now.closed |= closes;
            closes
        })
    }

    /// A host is there, until the answer is dropped; none where nobody is let in any more, or where everything is about to
    /// be stopped and this host would not keep it.
    pub fn join(&self, kind: HostKind, holds: bool) -> Option<Presence> {
        let joined = self.attendance.send_if_modified(|now| {
            let lost = now.lease == Lease::Lapsed && !holds;
            if now.closed || lost {
                return false;
            }
            *now.attached.entry(kind).or_default() += 1;
            now.visited = true;
            if holds {
                now.holders += 1;
                now.lease = Lease::Held;
            }
            true
        });
        joined.then(|| Presence {
            hosts: self.clone(),
            kind,
            holds,
            keeps: false,
        })
    }
}

/// What becomes of what runs when a host leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterLeaving {
    /// It goes on without the host.
    GoesOn,
    /// It ends with the host: who hears this stops everything and ends the owner, which lets nobody in any more.
    Ends,
    /// It ends, and so does the owner, which went already.
    WasEnding,
}

/// One host that is there.
#[derive(Debug)]
pub struct Presence {
    hosts: Hosts,
    kind: HostKind,
    holds: bool,
    /// Whether it is one of the keepers.
    keeps: bool,
}

impl Presence {
    /// The host goes for good.
    ///
    /// With the last that held what runs it ends. What was left running ends only with a window, whose person saw that and
    /// chose it; a terminal that is told to end says nothing of what another left.
    pub fn leave(&mut self) -> AfterLeaving {
        let held = std::mem::take(&mut self.holds);
        let mut left = AfterLeaving::GoesOn;
        self.hosts.attendance.send_if_modified(|now| {
            if held {
                now.let_go();
            }
            let spared = now.kept() && self.kind != HostKind::Window;
            let last = held && now.holders == 0 && !spared;
            if now.closed {
                left = AfterLeaving::WasEnding;
            } else if last || now.lease == Lease::Lapsed {
                // Whoever comes now finds that the owner goes.
                now.closed = true;
                left = AfterLeaving::Ends;
            }
            held || left == AfterLeaving::Ends
        });
        left
    }

    /// What runs shall end with this host: what it said of going on without it no longer stands. Nor does what others said where
    /// it is a terminal, which holds only what it begins itself: nothing ran any more. Answers false where the owner goes
    /// already.
    pub fn hold(&mut self) -> bool {
        self.unless_closed(|presence, now| {
            if std::mem::take(&mut presence.keeps) {
                now.keepers = now.keepers.saturating_sub(1);
            }
            if presence.kind == HostKind::Terminal {
                now.keepers = 0;
            }
            if !std::mem::replace(&mut presence.holds, true) {
                now.holders += 1;
                now.lease = Lease::Held;
            }
        })
    }

    /// What runs shall go on without this host, which only looks from now on, and without all others that come and go.
    /// Answers false where the owner goes already.
    pub fn detach(&mut self) -> bool {
        self.unless_closed(|presence, now| {
            // Its word may have been undone since, by a terminal that began anew.
            if !std::mem::replace(&mut presence.keeps, true) || now.keepers == 0 {
                now.keepers += 1;
            }
            if std::mem::take(&mut presence.holds) {
                now.let_go();
            } else if now.holders == 0 {
                now.lease = Lease::Detached;
            }
        })
    }

    fn unless_closed(&mut self, change: impl FnOnce(&mut Self, &mut Attendance)) -> bool {
        let attendance = Arc::clone(&self.hosts.attendance);
        attendance.send_if_modified(|now| {
            if !now.closed {
                change(self, now);
            }
            !now.closed
        })
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.hosts.attendance.send_modify(|now| {
            if let Some(count) = now.attached.get_mut(&self.kind) {
                *count -= 1;
            }
            now.attached.retain(|_, count| *count > 0);
            if self.holds {
                now.let_go();
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn join(hosts: &Hosts, kind: HostKind, holds: bool) -> Presence {
        hosts.join(kind, holds).unwrap()
    }

    fn lease(hosts: &Hosts) -> Lease {
        hosts.watch().borrow().lease
    }

    #[test]
    fn hosts_are_counted_by_kind() {
        let hosts = Hosts::default();
        let window = join(&hosts, HostKind::Window, true);
        let terminals = [
            join(&hosts, HostKind::Terminal, true),
            join(&hosts, HostKind::Terminal, false),
        ];
        let now = hosts.watch().borrow().clone();
        assert_eq!(now.count(HostKind::Window), 1);
        assert_eq!(now.count(HostKind::Terminal), 2);
        assert_eq!(now.holders, 2);
        drop((window, terminals));
        assert_eq!(hosts.watch().borrow().attached, BTreeMap::new());
    }

    #[test]
    fn the_lease_lapses_with_the_last_holder_and_not_before() {
        let hosts = Hosts::default();
        let first = join(&hosts, HostKind::Window, true);
        let second = join(&hosts, HostKind::Terminal, true);
        let looking = join(&hosts, HostKind::Terminal, false);
        drop(first);
        assert_eq!(lease(&hosts), Lease::Held);
        drop(second);
        assert_eq!(lease(&hosts), Lease::Lapsed);
        drop(looking);
        assert_eq!(lease(&hosts), Lease::Lapsed);
    }

    #[test]
    fn who_only_looks_claims_nothing() {
        let hosts = Hosts::default();
        drop(join(&hosts, HostKind::Terminal, false));
        assert_eq!(lease(&hosts), Lease::Unclaimed);
    }

    #[test]
    fn what_was_left_running_outlives_every_holder_that_came_since_and_crashed() {
        let hosts = Hosts::default();
        let mut detaching = join(&hosts, HostKind::Terminal, true);
        detaching.detach();
        detaching.detach();
        assert_eq!(lease(&hosts), Lease::Detached);
        drop(detaching);
        for kind in [HostKind::Window, HostKind::Terminal] {
            let crashing = join(&hosts, kind, true);
            assert_eq!(lease(&hosts), Lease::Held);
            drop(crashing);
            assert_eq!(lease(&hosts), Lease::Detached);
        }
        assert!(hosts.watch().borrow().kept());
    }

    #[test]
    fn who_detaches_before_the_last_holder_is_heard_too_whether_it_held_or_only_looked() {
        for holds in [true, false] {
            let hosts = Hosts::default();
            let crashing = join(&hosts, HostKind::Terminal, true);
            let mut detaching = join(&hosts, HostKind::Terminal, holds);
            detaching.detach();
            drop(detaching);
            assert_eq!(lease(&hosts), Lease::Held);
            drop(crashing);
            assert_eq!(lease(&hosts), Lease::Detached);
        }
    }

    #[test]
    fn a_terminal_that_leaves_spares_what_another_left_running_and_a_window_ends_it() {
        let hosts = Hosts::default();
        let mut began = join(&hosts, HostKind::Terminal, true);
        let mut detaching = join(&hosts, HostKind::Terminal, false);
        detaching.detach();
        drop(detaching);
        assert_eq!(began.leave(), AfterLeaving::GoesOn);
        assert_eq!(lease(&hosts), Lease::Detached);
        drop(began);

        let mut stopping = join(&hosts, HostKind::Window, true);
        assert_eq!(stopping.leave(), AfterLeaving::Ends);
        assert!(hosts.join(HostKind::Terminal, true).is_none());
    }

    #[test]
    fn a_terminal_that_begins_anew_undoes_what_was_said_of_what_ran_before_until_it_is_said_again()
    {
        let hosts = Hosts::default();
        let mut window = join(&hosts, HostKind::Window, true);
        window.detach();
        let mut up = join(&hosts, HostKind::Terminal, false);
        up.hold();
        assert!(!hosts.watch().borrow().kept());
        window.detach();
        assert!(hosts.watch().borrow().kept());
        drop(up);
        assert_eq!(lease(&hosts), Lease::Detached);
    }

    #[test]
    fn who_detached_may_hold_again_and_takes_back_its_own_word_only() {
        let hosts = Hosts::default();
        let mut window = join(&hosts, HostKind::Window, true);
        window.detach();
        window.hold();
        window.hold();
        assert_eq!(hosts.watch().borrow().holders, 1);
        assert!(!hosts.watch().borrow().kept());
        drop(window);
        assert_eq!(lease(&hosts), Lease::Lapsed);

        let hosts = Hosts::default();
        let mut window = join(&hosts, HostKind::Window, true);
        let mut terminal = join(&hosts, HostKind::Terminal, false);
        terminal.detach();
        window.detach();
        window.hold();
        drop((window, terminal));
        assert_eq!(lease(&hosts), Lease::Detached);
    }

    #[test]
    fn who_leaves_ends_what_nobody_else_holds() {
        let hosts = Hosts::default();
        let mut looking = join(&hosts, HostKind::Terminal, false);
        let mut first = join(&hosts, HostKind::Terminal, true);
        let mut last = join(&hosts, HostKind::Terminal, true);
        assert_eq!(looking.leave(), AfterLeaving::GoesOn);
        assert_eq!(first.leave(), AfterLeaving::GoesOn);
        assert_eq!(last.leave(), AfterLeaving::Ends);
    }

    #[test]
    fn who_leaves_an_owner_that_goes_hears_that_it_ends() {
        for holds in [true, false] {
            let hosts = Hosts::default();
            let mut leaving = join(&hosts, HostKind::Terminal, holds);
            let mut detaching = join(&hosts, HostKind::Terminal, holds);
            hosts.close_if(|_| true);
            assert!(!detaching.detach());
            assert!(!detaching.hold());
            assert_eq!(leaving.leave(), AfterLeaving::WasEnding);
        }
        let hosts = Hosts::default();
        let mut looking = join(&hosts, HostKind::Terminal, false);
        drop(join(&hosts, HostKind::Window, true));
        assert_eq!(
            looking.leave(),
            AfterLeaving::Ends,
            "nobody holds it any more"
        );
    }

    #[test]
    fn once_the_lease_lapsed_only_who_holds_comes_in_and_is_in_time() {
        let hosts = Hosts::default();
        drop(join(&hosts, HostKind::Window, true));
        assert!(hosts.join(HostKind::Terminal, false).is_none());
        let _late = join(&hosts, HostKind::Terminal, true);
        assert!(!hosts.close_if(|now| now.lease == Lease::Lapsed));
        drop(join(&hosts, HostKind::Terminal, false));
    }

    #[test]
    fn nobody_comes_in_once_it_is_closed() {
        let hosts = Hosts::default();
        let window = join(&hosts, HostKind::Window, true);
        assert!(!hosts.close_if(|now| now.attached.is_empty()));
        drop(window);
        assert!(!hosts.is_closed());
        assert!(hosts.close_if(|now| now.lease == Lease::Lapsed));
        assert!(hosts.is_closed());
        assert!(!hosts.close_if(|_| true), "it is closed once");
        assert!(hosts.join(HostKind::Terminal, true).is_none());
        assert_eq!(lease(&hosts), Lease::Lapsed);
    }
}
