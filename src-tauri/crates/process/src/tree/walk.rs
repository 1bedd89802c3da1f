//! What one walk of the process list found for every tree at once. Pure but for [`take`].

use std::collections::{BTreeMap, HashMap};

use super::{Identity, KnownTree, ListedProcess, TREE_MARK, all, mark_of, owners};

/// The living members of one tree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Members {
    /// All of them, the root included, ourselves never.
    pub(crate) all: Vec<Identity>,
    /// Those in the root's group, whoever leads it.
    pub(crate) group: Vec<Identity>,
    /// Whether the root leads its group and nobody from outside the tree is in it: only then may it be signalled as one.
    pub(crate) has_group: bool,
}

/// What one walk found, by the root of each tree.
#[derive(Debug, Default)]
pub(crate) struct TreeWalk {
    trees: BTreeMap<Identity, Members>,
}

impl TreeWalk {
    /// The members of the tree with this root; none if it was not registered.
    pub(crate) fn of(&self, root: Identity) -> Members {
        self.trees.get(&root).cloned().unwrap_or_default()
    }

    /// The root of the tree that this process belongs to.
    pub(crate) fn root_of(&self, id: Identity) -> Option<Identity> {
        let mut trees = self.trees.iter();
        trees
            .find(|(_, members)| members.all.contains(&id))
            .map(|(&root, _)| root)
    }

    /// Sorts a list of processes by owner.
    fn new(listed: &[ListedProcess], targets: &[KnownTree], owners: &[Option<usize>]) -> Self {
        let groups: HashMap<Identity, u32> =
            listed.iter().map(|seen| (seen.id, seen.group)).collect();
        let mut found: Vec<Members> = vec![Members::default(); targets.len()];
        let mut by_group: HashMap<u32, Vec<usize>> = HashMap::new();
        for (place, target) in targets.iter().enumerate() {
            let Some(root) = target.roots.first() else {
                continue;
            };
            // A root that could not be read, on a system short of files, still leads the group that it was started in.
            let group = groups.get(root).copied().unwrap_or(root.pid);
            found[place].has_group = group == root.pid;
            by_group.entry(group).or_default().push(place);
        }
        for (seen, owner) in listed.iter().zip(owners).filter(|(seen, _)| !seen.ended) {
            if let Some(owner) = *owner {
                found[owner].all.push(seen.id);
            }
            for &place in by_group.get(&seen.group).into_iter().flatten() {
                if *owner == Some(place) {
                    found[place].group.push(seen.id);
                } else {
                    found[place].has_group = false;
                }
            }
        }
        let trees = targets
            .iter()
            .zip(found)
            .filter_map(|(target, members)| Some((*target.roots.first()?, members)));
        Self {
            trees: trees.collect(),
        }
    }
}

/// Walks the process list once. The trees are asked for after it was read: one that is registered meanwhile keeps what is its own.
pub(crate) fn take(targets: impl FnOnce() -> Vec<KnownTree>) -> TreeWalk {
    let listed = all();
    let targets = targets();
    let owners = owners(&listed, &targets, std::process::id(), |pid| {
        mark_of(pid, TREE_MARK)
    });
    TreeWalk::new(&listed, &targets, &owners)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(pid: u32, parent: u32, group: u32) -> ListedProcess {
        ListedProcess {
            id: Identity { pid, start: 1 },
            parent,
            group,
            session: group,
            ended: false,
            ticks: 0,
            resident: 0,
        }
    }

    fn id(pid: u32) -> Identity {
        Identity { pid, start: 1 }
    }

    #[test]
    fn a_group_that_another_tree_shares_is_not_signalled_as_one() {
        let root = |pid, within: Option<u32>| KnownTree {
            roots: vec![id(pid)],
            within: within.map(id),
            ..KnownTree::default()
        };
        let listed = [seen(10, 1, 10), seen(11, 10, 10), seen(12, 10, 10)];
        let look = |targets: &[KnownTree]| {
            let owners = owners(&listed, targets, 99, |_| None);
            TreeWalk::new(&listed, targets, &owners)
        };
        let alone = look(&[root(10, None)]);
        assert!(alone.of(id(10)).has_group);
        assert_eq!(alone.of(id(10)).group, [id(10), id(11), id(12)]);
        let shared = look(&[root(10, None), root(12, Some(10))]);
        assert!(!shared.of(id(10)).has_group);
        assert_eq!(shared.of(id(10)).group, [id(10), id(11)]);
        assert!(!shared.of(id(12)).has_group, "it does not lead its group");
        assert_eq!(shared.of(id(12)).group, [id(12)]);
        assert_eq!(shared.root_of(id(12)), Some(id(12)));
        assert_eq!(shared.root_of(id(13)), None);
        assert_eq!(shared.of(id(13)), Members::default());
        let owners = owners(&[], &[root(10, None)], 99, |_| None);
        let unread = TreeWalk::new(&[], &[root(10, None)], &owners);
        assert!(unread.of(id(10)).has_group, "the list could not be read");
    }
}
