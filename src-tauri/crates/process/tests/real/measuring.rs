//! What trees cost, and what asking costs.

use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};
use process::{CommandLine, StopPlan};

use crate::support::{actor, fresh_tag, script, table, tagged, until};

const LONG: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_busy_tree_shows_its_processor_time_strays_included() {
    let (table, _folder) = table();
    let tag = fresh_tag();
    let burn = format!("(setsid '{}' burn &); sleep 987; :", actor().display());
    let busy = table.spawn(&script(&burn, &tag), None).unwrap();
    let idle = table
        .spawn(&CommandLine::new("sleep", "/").arg("987"), None)
        .unwrap();
    until("the tree stands", LONG, || tagged(&tag, 0).len() == 3);
    let _first = table.measure();
    until("the work shows", LONG, || {
        let usage = table.measure();
        let (busy, idle) = (usage[&busy.pid()], usage[&idle.pid()]);
        busy.processes == 3
            && busy.cpu > 0.1
            && busy.memory > 100_000
            && idle.processes == 1
            && idle.cpu < 0.05
    });
    busy.stop(StopPlan::terminate(LONG)).await;
    until("only the other is left", LONG, || {
        table.measure().keys().copied().collect::<Vec<_>>() == [idle.pid()]
    });
}

#[test]
fn measuring_eight_trees_is_cheap() {
    let (table, _folder) = table();
    let tag = fresh_tag();
    for _ in 0..8 {
        table
            .spawn(&script("sleep 987 & sleep 987 & wait", &tag), None)
            .unwrap();
    }
    until("the trees stand", LONG, || tagged(&tag, 0).len() == 24);
    let _first = table.measure();
    let look = || {
        let usage = table.measure();
        assert_eq!(usage.values().map(|usage| usage.processes).sum::<u32>(), 24);
    };
    // A busy machine makes any look dearer, so the cheapest few of many count.
    let groups = (0..10).map(|_| {
        let before = processor_time();
        (0..6).for_each(|_| look());
        (processor_time() - before) / 6
    });
    let each = groups.min().unwrap();
    println!("one measurement: {each:?} of processor time");
    // 0.2 % of a core at one every 2 s is 4 ms. A debug build gets room; a release build takes less than half.
    assert!(each < Duration::from_millis(8), "{each:?}");
}

/// What this thread has used so far.
fn processor_time() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_THREAD).unwrap();
    let micros = |time: nix::sys::time::TimeVal| time.tv_sec() * 1_000_000 + time.tv_usec();
    Duration::from_micros(
        u64::try_from(micros(usage.user_time()) + micros(usage.system_time())).unwrap(),
    )
}
