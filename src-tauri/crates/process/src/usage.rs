//! What trees cost: processor time and memory. Reads only; remembers who belongs to whom between two looks.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Instant;

use crate::child::Tree;
use crate::tree::{self, Identity, KnownTree, ListedProcess, TREE_MARK};

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
    /// `found` is told whom each tree gained since it was last looked at.
    pub(crate) fn measure(
        &mut self,
        trees: &[Arc<Tree>],
        found: impl Fn(&Tree, &[Identity]),
    ) -> BTreeMap<u32, Usage> {
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
        let seen = self.look_at(&pids, trees, found);
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
        seen: &ListedProcess,
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
    fn look_at(
        &mut self,
        pids: &[u32],
        trees: &[Arc<Tree>],
        found: impl Fn(&Tree, &[Identity]),
    ) -> Vec<(ListedProcess, u32)> {
        let roots: HashSet<u32> = trees.iter().map(|tree| tree.root.pid).collect();
        let candidates: Vec<ListedProcess> = pids
            .iter()
            .filter(|pid| roots.contains(pid) || !self.strangers.contains(pid))
            .filter_map(|&pid| tree::process(pid))
            .collect();
        let targets: Vec<KnownTree> = trees.iter().map(|tree| tree.target()).collect();
        let owners = tree::owners(&candidates, &targets, std::process::id(), |pid| {
            tree::mark_of(pid, TREE_MARK)
        });
        let mut members = Vec::new();
        let mut by_tree: Vec<Vec<Identity>> = vec![Vec::new(); trees.len()];
        for (seen, owner) in candidates.into_iter().zip(owners) {
            match owner {
                _ if seen.ended => {}
                Some(owner) => {
                    by_tree[owner].push(seen.id);
                    members.push((seen, trees[owner].root.pid));
                }
                None => {
                    self.strangers.insert(seen.id.pid);
                }
            }
        }
        for (tree, members) in trees.iter().zip(by_tree) {
            // Kept now: later one may have no parent to show whose it is.
            found(tree, &tree.keep(&members));
        }
        members
    }
}

fn ticks_as_seconds(ticks: u64) -> f64 {
    u32::try_from(ticks).map_or(f64::from(u32::MAX), f64::from) / tree::second_in_ticks()
}
