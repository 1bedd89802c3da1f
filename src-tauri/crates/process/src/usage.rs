//! What trees cost: processor time and memory. Reads only; remembers who belongs to whom between two looks.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Instant;

use crate::child::Tree;
use crate::tree::{self, Identity, Seen, TREE_MARK};

/// After so many looks everybody is looked at anew: a pid that was a stranger's may be a member's by then.
const FORGET_AFTER: u32 = 30;

/// What one tree costs.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Usage {
    /// Share of one core since the last look, 0.0 and up.
    pub cpu: f64,
    /// Resident memory of all its processes, in bytes; what they share counts for each.
    pub memory: u64,
    /// How many processes it has.
    pub processes: u32,
}

/// Measures again and again, cheaply: one listing of pids, and one read for each member and each newcomer.
#[derive(Default)]
pub(crate) struct Gauge {
    /// Pids that belong to no tree.
    strangers: HashSet<u32>,
    /// Members: whose they are, and their processor time at the last look.
    members: HashMap<Identity, (u32, u64)>,
    last: Option<Instant>,
    looks: u32,
}

impl Gauge {
    pub(crate) fn measure(&mut self, trees: &[Arc<Tree>]) -> BTreeMap<u32, Usage> {
        let now = Instant::now();
        let mut usage: BTreeMap<u32, Usage> = trees
            .iter()
            .map(|tree| (tree.root.pid, Usage::default()))
            .collect();
        if usage.is_empty() {
            *self = Self::default();
            return usage;
        }
        if self.looks.is_multiple_of(FORGET_AFTER) {
            self.strangers.clear();
        }
        self.looks = self.looks.wrapping_add(1);
        let since = self.last.replace(now);
        let pids = tree::pids();
        let known: HashSet<u32> = pids.iter().copied().collect();
        self.strangers.retain(|pid| known.contains(pid));
        let seen = self.look_at(&pids, trees);
        let mut next = HashMap::new();
        for (seen, root) in seen {
            let Some(entry) = usage.get_mut(&root) else {
                continue;
            };
            entry.processes += 1;
            entry.memory += seen.resident;
            let (before, span) = self.since_last(&seen, since, now, trees, root);
            if span > 0.0 {
                entry.cpu += ticks_as_seconds(seen.ticks.saturating_sub(before)) / span;
            }
            next.insert(seen.id, (root, seen.ticks));
        }
        self.members = next;
        usage
    }

    /// The processor time a process had at the last look, and the seconds since. One that is new had none.
    fn since_last(
        &self,
        seen: &Seen,
        since: Option<Instant>,
        now: Instant,
        trees: &[Arc<Tree>],
        root: u32,
    ) -> (u64, f64) {
        let before = self.members.get(&seen.id).map_or(0, |&(_, ticks)| ticks);
        let known_tree = self.members.values().any(|&(owner, _)| owner == root);
        if let (Some(since), true) = (since, known_tree) {
            return (before, now.duration_since(since).as_secs_f64());
        }
        let tree = trees.iter().find(|tree| tree.root.pid == root);
        let alive = tree.and_then(|tree| tree.started_at.elapsed().ok());
        (0, alive.map_or(0.0, |alive| alive.as_secs_f64()))
    }

    /// The living members and the root each belongs to.
    fn look_at(&mut self, pids: &[u32], trees: &[Arc<Tree>]) -> Vec<(Seen, u32)> {
        let roots: HashSet<u32> = trees.iter().map(|tree| tree.root.pid).collect();
        let candidates: Vec<Seen> = pids
            .iter()
            .filter(|pid| roots.contains(pid) || !self.strangers.contains(pid))
            .filter_map(|&pid| tree::look(pid))
            .filter(|seen| !seen.ended)
            .collect();
        let mut owner: HashMap<u32, u32> = HashMap::new();
        for seen in &candidates {
            let by_number = [seen.id.pid, seen.session, seen.group]
                .into_iter()
                .find(|pid| roots.contains(pid));
            let remembered = self
                .members
                .get(&seen.id)
                .map(|&(root, _)| root)
                .filter(|root| roots.contains(root));
            if let Some(root) = by_number.or(remembered) {
                owner.insert(seen.id.pid, root);
            }
        }
        adopt_children(&candidates, &mut owner);
        for seen in &candidates {
            if let Entry::Vacant(nobody) = owner.entry(seen.id.pid)
                && let Some(root) = marked_owner(seen.id.pid, trees)
            {
                nobody.insert(root);
            }
        }
        adopt_children(&candidates, &mut owner);
        let fresh = |seen: &&Seen| !self.members.contains_key(&seen.id);
        for tree in trees {
            // What this tree gained is remembered now: later it may have no parent to show whose it is.
            let gained = candidates
                .iter()
                .filter(fresh)
                .filter(|seen| owner.get(&seen.id.pid) == Some(&tree.root.pid));
            tree.remember(&gained.map(|seen| seen.id).collect());
        }
        let mut members = Vec::new();
        for seen in candidates {
            match owner.get(&seen.id.pid) {
                Some(&root) => members.push((seen, root)),
                None => {
                    self.strangers.insert(seen.id.pid);
                }
            }
        }
        members
    }
}

/// Gives each process the owner of its parent, until nothing changes.
fn adopt_children(candidates: &[Seen], owner: &mut HashMap<u32, u32>) {
    loop {
        let before = owner.len();
        for seen in candidates {
            if let (Some(&root), false) =
                (owner.get(&seen.parent), owner.contains_key(&seen.id.pid))
            {
                owner.insert(seen.id.pid, root);
            }
        }
        if owner.len() == before {
            return;
        }
    }
}

fn marked_owner(pid: u32, trees: &[Arc<Tree>]) -> Option<u32> {
    let mark = tree::mark_of(pid, TREE_MARK)?;
    trees
        .iter()
        .find(|tree| tree.mark == mark)
        .map(|tree| tree.root.pid)
}

fn ticks_as_seconds(ticks: u64) -> f64 {
    u32::try_from(ticks).map_or(f64::from(u32::MAX), f64::from) / tree::second_in_ticks()
}
