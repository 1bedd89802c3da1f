//! How many looks at the process list it takes to stop many programs.

use super::*;
use crate::exit::Exit;

/// Holds the pipe as a guard does, and ends nothing.
fn idle_guard() -> GuardProgram {
    GuardProgram {
        program: "/bin/sh".into(),
        arguments: vec!["-c".into(), "exec cat".into()],
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_many_programs_at_once_takes_far_fewer_looks_than_one_each() {
    const MANY: u64 = 100;
    let folder = tempfile::tempdir().unwrap();
    let (table, _swept) = Table::open(folder.path(), idle_guard()).unwrap();
    let sleep = CommandLine::new("sleep", "/").arg("987");
    let children: Vec<Child> = (0..MANY)
        .map(|_| table.spawn(&sleep, None).unwrap())
        .collect();
    let (before, begun) = (table.shared.looks.walks(), Instant::now());
    let stops = children.iter().cloned().map(|child| async move {
        let exit = child
            .stop(StopPlan::terminate(Duration::from_secs(60)))
            .await;
        assert_eq!(exit, Exit::Signal(15));
    });
    stops.collect::<JoinSet<()>>().join_all().await;
    let walks = table.shared.looks.walks() - before;
    println!("{MANY} stopped by {walks} looks in {:?}", begun.elapsed());
    assert!(walks < MANY / 2, "{walks} looks");
    assert!(
        children
            .iter()
            .all(|child| !tree::is_alive(child.tree.root))
    );
}
