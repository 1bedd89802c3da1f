//! Programs that were forked by another program and then got trees of their own.

use std::time::Duration;

use process::{AdoptError, Child, CommandLine, Exit, StopPlan, Table};

use crate::support::{
    fresh_tag, is_alive, kill, script, signal, start_of, table, tagged, the_guard_of, until,
};

const LONG: Duration = Duration::from_secs(60);

/// A parent, and a child that it forked, each with a `sleep` of its own.
struct Family {
    table: Table,
    folder: tempfile::TempDir,
    tag: String,
    parent: Child,
    forked: u32,
}

/// The child stays what it was forked as: it carries the parent's mark, and has its session and its group.
const FORK: &str = "while :; do sleep 987; done";
/// The child made a session of its own, and leaves somebody there who has no parent any more.
const SESSION: &str = "exec setsid sh -c '(sleep 989 &); while :; do sleep 987; done'";

fn family(child: &str, members: usize) -> Family {
    let (table, folder) = table();
    let tag = fresh_tag();
    let told = folder.path().join("pid");
    let words = format!(
        "( {child} ) & echo $! > '{0}.new'; mv '{0}.new' '{0}'; sleep 988 & wait",
        told.display()
    );
    let parent = table.spawn(&script(&words, &tag), None).unwrap();
    // The members, in the end: a program that is just being started may show as one more.
    until("the family stands", LONG, || {
        told.exists() && tagged(&tag, 0).len() == members
    });
    let forked = fs_err::read_to_string(&told).unwrap();
    Family {
        table,
        folder,
        tag,
        parent,
        forked: forked.trim().parse().unwrap(),
    }
}

impl Family {
    async fn adopt(&self) -> Child {
        let stands_for = CommandLine::new("forked", "/");
        self.table
            .adopt(self.forked, start_of(self.forked), &stands_for)
            .await
            .unwrap()
    }

    fn until_only(&self, members: usize) {
        until("all others are gone", LONG, || {
            tagged(&self.tag, 0).len() == members
        });
        assert!(is_alive(self.forked));
    }
}

#[tokio::test]
async fn an_adopted_child_outlives_its_parent_and_is_measured_and_stopped_by_itself() {
    let family = family(FORK, 4);
    assert_eq!(family.table.measure()[&family.parent.pid()].processes, 4);
    let child = family.adopt().await;
    let usage = family.table.measure();
    assert_eq!(usage[&family.parent.pid()].processes, 2);
    assert_eq!(usage[&child.pid()].processes, 2);

    let exit = family.parent.stop(StopPlan::terminate(LONG)).await;
    assert_eq!(exit, Exit::Signal(15));
    family.until_only(2);
    assert_eq!(child.exit(), None);
    let running: Vec<u32> = family.table.running().iter().map(Child::pid).collect();
    assert_eq!(running, [child.pid()]);
    assert_eq!(family.table.measure()[&child.pid()].processes, 2);

    assert_eq!(child.stop(StopPlan::terminate(LONG)).await, Exit::Untold);
    until("the child's tree is gone", LONG, || {
        tagged(&family.tag, 0).is_empty()
    });
    assert!(child.was_stopped() && family.table.running().is_empty());
}

#[tokio::test]
async fn ending_an_adopted_child_leaves_its_parent() {
    for child in [FORK, SESSION] {
        let members = if child == FORK { 4 } else { 5 };
        let family = family(child, members);
        let child = family.adopt().await;
        child.kill_tree();
        assert_eq!(child.exited().await, Exit::Untold);
        until("the child's tree is gone", LONG, || {
            tagged(&family.tag, 0).len() == 2
        });
        assert!(is_alive(family.parent.pid()));
        assert_eq!(family.parent.exit(), None);
    }
}

#[tokio::test]
async fn a_parent_that_is_killed_does_not_take_an_adopted_child_along() {
    for (child, members) in [(FORK, 4), (SESSION, 5)] {
        // By us.
        let first = family(child, members);
        let adopted = first.adopt().await;
        first.parent.kill_tree();
        assert_eq!(first.parent.exited().await, Exit::Signal(9));
        first.until_only(members - 2);
        assert_eq!(adopted.exit(), None);
        // By somebody else: what it left behind is ended, and the child is none of that.
        let second = family(child, members);
        let adopted = second.adopt().await;
        kill(second.parent.pid());
        assert_eq!(second.parent.exited().await, Exit::Signal(9));
        second.until_only(members - 2);
        assert_eq!(adopted.exit(), None);
    }
}

#[tokio::test]
async fn what_an_adopted_child_leaves_behind_is_ended() {
    let family = family(SESSION, 5);
    let child = family.adopt().await;
    kill(child.pid());
    assert_eq!(child.exited().await, Exit::Untold);
    assert_eq!(child.reason().as_deref(), Some("ended"));
    // The one in its session, which has the parent's mark and no parent.
    until("only the parent's are left", LONG, || {
        tagged(&family.tag, 0).len() == 2
    });
    assert!(is_alive(family.parent.pid()));
}

#[tokio::test]
async fn a_table_that_is_dropped_ends_adopted_children_too() {
    let family = family(SESSION, 5);
    let child = family.adopt().await;
    let guard = the_guard_of(family.folder.path());
    // It would end them, too: it must not help.
    signal(guard, nix::sys::signal::Signal::SIGSTOP);
    drop(family.table);
    until("all of both trees are gone", LONG, || {
        tagged(&family.tag, 0).is_empty()
    });
    assert!(child.was_stopped());
    signal(guard, nix::sys::signal::Signal::SIGCONT);
}

#[tokio::test]
async fn only_what_a_program_of_this_table_forked_is_adopted() {
    let family = family(FORK, 4);
    let start = start_of(family.forked);
    let line = CommandLine::new("forked", "/");
    let adopt = async |pid, start| family.table.adopt(pid, start, &line).await.unwrap_err();
    let us = std::process::id();
    let error = adopt(us, start_of(us)).await;
    assert!(matches!(error, AdoptError::Foreign { .. }), "{error}");
    let error = adopt(family.forked, start + 1).await;
    assert!(matches!(error, AdoptError::Gone { .. }), "{error}");
    let parent = family.parent.pid();
    let error = adopt(parent, start_of(parent)).await;
    assert!(matches!(error, AdoptError::Root { .. }), "{error}");
    let _child = family.adopt().await;
    let error = adopt(family.forked, start).await;
    assert!(matches!(error, AdoptError::Root { .. }), "{error}");
    family.table.close().await;
    assert!(tagged(&family.tag, 0).is_empty());
}
