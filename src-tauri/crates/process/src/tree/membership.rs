//! Whose each process is. Pure: a list of processes and the roots of trees in, owners out. Reads and ends nothing.
//!
//! A process belongs to the nearest root above it, and a root to its own tree only. One that lost its parent is told by
//! where it was seen before, by the root that its session or group is named after, and by the mark in its environment.
//! These may differ where one root stands inside another's tree: a program that was forked and never executed carries the
//! mark of the one that forked it. The innermost of them holds then.

use std::collections::{BTreeMap, HashMap};

use super::{Identity, KnownTree, ListedProcess};

/// The owner of each process in the list, as a place in `targets`. None for strangers and for `us`, through whom nothing
/// descends.
///
/// `mark_of` is asked for a process's mark only where that could still change the answer.
pub(crate) fn owners(
    listed: &[ListedProcess],
    targets: &[KnownTree],
    us: u32,
    mark_of: impl Fn(u32) -> Option<String>,
) -> Vec<Option<usize>> {
    let places: HashMap<u32, usize> = listed
        .iter()
        .enumerate()
        .map(|(place, seen)| (seen.id.pid, place))
        .collect();
    let claims = Claims::new(listed, &places, targets, mark_of);
    let mut answers: Vec<OwnerLookup> = listed
        .iter()
        .map(|seen| match claims.roots.get(&seen.id) {
            _ if seen.id.pid == us => OwnerLookup::Owner(None),
            Some(&target) => OwnerLookup::Owner(Some(target)),
            None => OwnerLookup::Unasked,
        })
        .collect();
    for start in 0..listed.len() {
        let mut path = Vec::new();
        let mut at = start;
        let mut owner = loop {
            match answers[at] {
                OwnerLookup::Owner(owner) => break owner,
                // Parents that go round in a circle: the list was made while a pid changed hands.
                OwnerLookup::Asked => break None,
                OwnerLookup::Unasked => {}
            }
            answers[at] = OwnerLookup::Asked;
            path.push(at);
            match places.get(&listed[at].parent) {
                Some(&parent) => at = parent,
                None => break None,
            }
        };
        while let Some(place) = path.pop() {
            owner = claims.owner(&listed[place], owner);
            answers[place] = OwnerLookup::Owner(owner);
        }
    }
    answers
        .into_iter()
        .map(|answer| match answer {
            OwnerLookup::Owner(owner) => owner,
            OwnerLookup::Unasked | OwnerLookup::Asked => None,
        })
        .collect()
}

#[derive(Clone, Copy)]
enum OwnerLookup {
    Unasked,
    Asked,
    Owner(Option<usize>),
}

/// What ties a process to a tree other than its parent.
struct Claims<'a, M> {
    roots: HashMap<Identity, usize>,
    /// By pid, roots that are in the list: while they are, nobody else's session or group has their number.
    numbers: HashMap<u32, usize>,
    /// By pid, roots that are not. Their number may be another's by now.
    gone: HashMap<u32, usize>,
    known: HashMap<Identity, usize>,
    marks: HashMap<&'a str, usize>,
    /// The mark with which a forked root's own children are born.
    inherited: Vec<Option<&'a str>>,
    /// For each target, those around it, the nearest first.
    around: Vec<Vec<usize>>,
    /// For each target, whether another stands inside it.
    has_inner: Vec<bool>,
    mark_of: M,
}

impl<'a, M: Fn(u32) -> Option<String>> Claims<'a, M> {
    fn new(
        listed: &[ListedProcess],
        places: &HashMap<u32, usize>,
        targets: &'a [KnownTree],
        mark_of: M,
    ) -> Self {
        let mut claims = Self {
            roots: HashMap::new(),
            numbers: HashMap::new(),
            gone: HashMap::new(),
            known: HashMap::new(),
            marks: HashMap::new(),
            inherited: Vec::new(),
            around: Vec::new(),
            has_inner: vec![false; targets.len()],
            mark_of,
        };
        for (place, target) in targets.iter().enumerate() {
            for &root in &target.roots {
                claims.roots.insert(root, place);
                let is_listed = places.get(&root.pid).map(|&at| listed[at].id == root);
                match is_listed {
                    Some(true) => claims.numbers.insert(root.pid, place),
                    Some(false) => None,
                    None => claims.gone.insert(root.pid, place),
                };
            }
            if let Some(mark) = &target.mark {
                claims.marks.insert(mark, place);
            }
            claims.inherited.push(target.inherited.as_deref());
        }
        let outer: BTreeMap<usize, usize> = targets
            .iter()
            .enumerate()
            .filter_map(|(place, target)| Some((place, *claims.roots.get(&target.within?)?)))
            .collect();
        for place in 0..targets.len() {
            let mut around = Vec::new();
            let mut at = place;
            while let Some(&next) = outer.get(&at) {
                if around.contains(&next) || next == place {
                    break;
                }
                around.push(next);
                claims.has_inner[next] = true;
                at = next;
            }
            claims.around.push(around);
        }
        for (place, target) in targets.iter().enumerate() {
            for &id in &target.known {
                let inner = claims.inner(claims.known.get(&id).copied(), Some(place));
                claims.known.extend(inner.map(|inner| (id, inner)));
            }
        }
        claims
    }

    /// Whose a process is that is no root, by whose its parent is.
    fn owner(&self, seen: &ListedProcess, parents: Option<usize>) -> Option<usize> {
        let mut owner = self.inner(parents, self.known.get(&seen.id).copied());
        for number in [seen.session, seen.group] {
            owner = self.inner(owner, self.numbers.get(&number).copied());
        }
        if owner.is_some_and(|owner| !self.has_inner[owner]) {
            return owner;
        }
        let Some(mark) = (self.mark_of)(seen.id.pid) else {
            return owner;
        };
        owner = self.inner(owner, self.marks.get(mark.as_str()).copied());
        for number in [seen.session, seen.group] {
            // The mark proves that this is one of ours; then the number can only be the gone root's.
            let gone = self.gone.get(&number).copied();
            let born_there = gone.filter(|&gone| self.inherited[gone] == Some(mark.as_str()));
            owner = self.inner(owner, born_there);
        }
        owner
    }

    /// The second where it stands inside the first, or where there is no first.
    fn inner(&self, first: Option<usize>, second: Option<usize>) -> Option<usize> {
        match (first, second) {
            (Some(first), Some(second)) if self.around[second].contains(&first) => Some(second),
            (None, second) => second,
            (first, _) => first,
        }
    }
}

#[cfg(test)]
mod tests;
