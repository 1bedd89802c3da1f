use std::collections::{BTreeSet, HashSet};

use proptest::prelude::*;

use super::*;

const US: u32 = 2;

fn id(pid: u32) -> Identity {
    Identity {
        pid,
        start: u64::from(pid) * 10,
    }
}

/// A process that inherited its session and group.
fn seen(pid: u32, parent: u32, session: u32) -> ListedProcess {
    ListedProcess {
        id: id(pid),
        parent,
        group: session,
        session,
        ended: false,
        ticks: 0,
        resident: 0,
    }
}

/// A program that we started: its mark is its pid.
fn started(pid: u32) -> KnownTree {
    KnownTree {
        roots: vec![id(pid)],
        mark: Some(pid.to_string()),
        ..KnownTree::default()
    }
}

/// One that was forked inside the tree of `within`, whose mark it has.
fn forked(pid: u32, within: u32) -> KnownTree {
    KnownTree {
        roots: vec![id(pid)],
        inherited: Some(within.to_string()),
        within: Some(id(within)),
        ..KnownTree::default()
    }
}

/// The root of each process's tree, by pid; `marks` are those of processes that have one.
fn told(
    listed: &[ListedProcess],
    targets: &[KnownTree],
    marks: &[(u32, u32)],
) -> BTreeMap<u32, u32> {
    let mark_of = |pid| {
        let mark = marks.iter().find(|(marked, _)| *marked == pid);
        mark.map(|(_, mark)| mark.to_string())
    };
    let owners = owners(listed, targets, US, mark_of);
    let pairs = listed.iter().zip(owners);
    pairs
        .filter_map(|(seen, owner)| Some((seen.id.pid, targets[owner?].roots[0].pid)))
        .collect()
}

/// A warm parent 10 with a helper 11, whose child 20 was forked and has a child 21, all in one session.
fn warm() -> Vec<ListedProcess> {
    vec![
        seen(1, 0, 1),
        seen(US, 1, 1),
        seen(10, US, 10),
        seen(11, 10, 10),
        seen(20, 10, 10),
        seen(21, 20, 10),
    ]
}

const WARM_MARKS: [(u32, u32); 4] = [(10, 10), (11, 10), (20, 10), (21, 10)];

#[test]
fn a_root_inside_a_tree_takes_its_descendants_out_of_it() {
    let alone = told(&warm(), &[started(10)], &WARM_MARKS);
    assert_eq!(alone, [(10, 10), (11, 10), (20, 10), (21, 10)].into());
    let two = told(&warm(), &[started(10), forked(20, 10)], &WARM_MARKS);
    assert_eq!(two, [(10, 10), (11, 10), (20, 20), (21, 20)].into());
}

#[test]
fn it_does_so_though_they_were_seen_in_the_tree_around_it_before() {
    let mut around = started(10);
    around.known = [id(11), id(20), id(21)].into();
    let two = told(&warm(), &[around, forked(20, 10)], &WARM_MARKS);
    assert_eq!(two[&20], 20);
    assert_eq!(two[&21], 20);
    assert_eq!(two[&11], 10);
}

#[test]
fn it_stays_a_root_when_the_one_around_it_is_gone() {
    let mut listed = warm();
    listed.retain(|seen| seen.id.pid != 10);
    for orphan in &mut listed[2..4] {
        orphan.parent = 1;
    }
    let two = told(&listed, &[started(10), forked(20, 10)], &WARM_MARKS);
    assert_eq!(two, [(11, 10), (20, 20), (21, 20)].into());
}

#[test]
fn one_without_a_parent_belongs_to_the_innermost_that_its_session_mark_or_past_tells() {
    let targets = [started(10), forked(20, 10)];
    let stray = |session: u32, marks: &[(u32, u32)], targets: &[KnownTree]| {
        let mut listed = warm();
        listed[4] = seen(20, 10, 20);
        listed.push(seen(30, 1, session));
        told(&listed, targets, marks).get(&30).copied()
    };
    assert_eq!(stray(30, &[(30, 10)], &targets), Some(10), "by its mark");
    assert_eq!(stray(10, &[], &targets), Some(10), "by its session");
    assert_eq!(
        stray(20, &[(30, 10)], &targets),
        Some(20),
        "its session lies deeper than its mark"
    );
    let mut knows = targets.clone();
    knows[1].known.insert(id(30));
    assert_eq!(
        stray(10, &[(30, 10)], &knows),
        Some(20),
        "it was seen there before"
    );
    assert_eq!(stray(30, &[(30, 77)], &targets), None, "of another app");
}

#[test]
fn a_child_that_a_dead_fork_left_to_the_one_around_it_is_still_the_forks() {
    let mut inner = forked(20, 10);
    inner.known.insert(id(21));
    let mut listed = warm();
    listed.retain(|seen| seen.id.pid != 20);
    listed[4].parent = 10;
    let two = told(&listed, &[started(10), inner], &WARM_MARKS);
    assert_eq!(two[&21], 20);
}

#[test]
fn the_number_of_a_root_that_is_gone_needs_the_mark_beside_it() {
    let mut listed = warm();
    listed.retain(|seen| seen.id.pid != 20);
    listed[4] = seen(21, 1, 20);
    // The pid may have been given to somebody else, who made a session of that number and ended.
    let targets = [forked(20, 10)];
    assert_eq!(told(&listed, &targets, &[]).get(&21), None);
    assert_eq!(told(&listed, &targets, &[(21, 10)])[&21], 20);
    // It was: then the number says nothing at all.
    listed.push(ListedProcess {
        id: Identity { pid: 20, start: 7 },
        ..seen(20, 1, 20)
    });
    assert_eq!(told(&listed, &targets, &[(21, 10)]).get(&21), None);
}

#[test]
fn we_are_never_a_member_nor_what_descends_from_us_alone() {
    let mut listed = warm();
    listed[1].parent = 10;
    listed.push(seen(40, US, 40));
    let owners = told(&listed, &[started(10)], &[(US, 10)]);
    assert!(!owners.contains_key(&US) && !owners.contains_key(&40));
}

#[test]
fn a_mark_is_read_only_where_it_can_change_the_answer() {
    let owners = owners(&warm(), &[started(10)], US, |pid| {
        assert!(pid == 1, "{pid} is tied already");
        None
    });
    assert_eq!(owners.iter().flatten().count(), 4);
}

/// What made a member of one tree before there were trees inside one another.
fn members_of_one(
    listed: &[ListedProcess],
    target: &KnownTree,
    marks: &[Option<u8>],
) -> BTreeSet<u32> {
    let living: Vec<&ListedProcess> = listed.iter().filter(|seen| seen.id.pid != US).collect();
    let roots: HashSet<u32> = living
        .iter()
        .filter(|seen| target.roots.contains(&seen.id))
        .map(|seen| seen.id.pid)
        .collect();
    let mut inside: BTreeSet<u32> = living
        .iter()
        .filter(|seen| {
            let marked = marks[seen.id.pid as usize].map(|mark| mark.to_string());
            target.roots.contains(&seen.id)
                || target.known.contains(&seen.id)
                || roots.contains(&seen.group)
                || roots.contains(&seen.session)
                || marked.is_some() && marked == target.mark
        })
        .map(|seen| seen.id.pid)
        .collect();
    loop {
        let more: Vec<u32> = living
            .iter()
            .filter(|seen| inside.contains(&seen.parent) && !inside.contains(&seen.id.pid))
            .map(|seen| seen.id.pid)
            .collect();
        if more.is_empty() {
            return inside;
        }
        inside.extend(more);
    }
}

const MOST: u32 = 24;

/// Any processes: parents, sessions and groups point anywhere, in circles and to nobody, too.
fn any_processes() -> impl Strategy<Value = Vec<ListedProcess>> {
    let one = (0..MOST, 0..MOST, 0..MOST);
    proptest::collection::vec(one, MOST as usize).prop_map(|all| {
        let one = |(pid, (parent, session, group)): (u32, (u32, u32, u32))| ListedProcess {
            group,
            ..seen(pid, parent, session)
        };
        (0..MOST).zip(all).map(one).collect()
    })
}

/// Any processes whose parents are older than they, in any order.
fn any_forest() -> impl Strategy<Value = Vec<ListedProcess>> {
    let older = |mut all: Vec<ListedProcess>| {
        for seen in &mut all {
            seen.parent = seen.parent.checked_rem(seen.id.pid).unwrap_or(MOST);
        }
        all
    };
    any_processes().prop_map(older).prop_shuffle()
}

fn any_marks() -> impl Strategy<Value = Vec<Option<u8>>> {
    proptest::collection::vec(proptest::option::of(0_u8..4), MOST as usize)
}

fn pids() -> impl Strategy<Value = BTreeSet<u32>> {
    proptest::collection::btree_set(3..MOST, 0..6)
}

proptest! {
    #[test]
    fn one_tree_alone_has_the_members_it_always_had(
        listed in any_forest(), marks in any_marks(), roots in pids(), known in pids(),
    ) {
        let target = KnownTree {
            roots: roots.into_iter().map(id).collect(),
            known: known.into_iter().map(id).collect(),
            mark: Some("1".into()),
            ..KnownTree::default()
        };
        let old = members_of_one(&listed, &target, &marks);
        let mark_of = |pid: u32| marks[pid as usize].map(|mark| mark.to_string());
        let owners = owners(&listed, std::slice::from_ref(&target), US, mark_of);
        let new: BTreeSet<u32> = listed.iter().zip(owners)
            .filter(|(_, owner)| owner.is_some()).map(|(seen, _)| seen.id.pid).collect();
        prop_assert_eq!(new, old);
    }

    #[test]
    fn a_root_inside_a_tree_takes_its_own_out_and_nobody_else(
        parents in proptest::collection::vec(0..MOST, MOST as usize), inner in 4..MOST,
    ) {
        // Everybody descends from 3, by a parent of a smaller pid, and carries its mark; nothing tells more.
        let listed: Vec<ListedProcess> = (3..MOST)
            .map(|pid| seen(pid, if pid == 3 { US } else { 3 + parents[pid as usize] % (pid - 3) }, 3))
            .collect();
        let marks: Vec<(u32, u32)> = (3..MOST).map(|pid| (pid, 3)).collect();
        let below = |pid: u32| {
            let mut at = pid;
            while at > inner {
                at = listed[at as usize - 3].parent;
            }
            at == inner
        };
        let mut around = started(3);
        around.known = (4..MOST).map(id).collect();
        let told = told(&listed, &[around, forked(inner, 3)], &marks);
        for pid in 3..MOST {
            prop_assert_eq!(told[&pid], if below(pid) { inner } else { 3 }, "process {}", pid);
        }
    }

    #[test]
    fn roots_are_their_own_whatever_the_list_says(
        listed in any_processes(), marks in any_marks(), roots in pids(), known in pids(),
    ) {
        let targets: Vec<KnownTree> = roots.iter().zip(std::iter::once(None).chain(roots.iter().map(Some)))
            .map(|(&pid, around)| KnownTree {
                known: known.iter().copied().map(id).collect(),
                within: around.copied().map(id),
                inherited: Some("1".into()),
                ..started(pid)
            }).collect();
        let mark_of = |pid: u32| marks[pid as usize].map(|mark| mark.to_string());
        let owners = owners(&listed, &targets, US, mark_of);
        for (place, target) in targets.iter().enumerate() {
            let root = target.roots[0].pid as usize;
            prop_assert_eq!(owners[root], Some(place));
        }
    }
}
