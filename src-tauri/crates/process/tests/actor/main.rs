//! Plays parts in the tests of this crate: an app that runs programs until it is killed, its guard, and programs that
//! print much, end badly or refuse to end.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a part in a test: it tells by printing and may panic"
)]

use std::ffi::OsString;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use process::{CommandLine, GuardProgram, StopPlan, Table};

fn main() {
    let mut arguments = std::env::args_os().skip(1);
    let part = arguments.next().unwrap().into_string().unwrap();
    let rest: Vec<OsString> = arguments.collect();
    let text = |index: usize| rest[index].to_str().unwrap().to_owned();
    match part.as_str() {
        "guard" => process::guard_main(rest),
        "app" => app(Path::new(&rest[0]), &text(1)),
        "locked" => locked(Path::new(&rest[0]), &text(1)),
        "warm" => warm(Path::new(&rest[0]), &text(1)),
        "flood" => flood(text(0).parse().unwrap()),
        "burn" => burn(),
        other => panic!("no part {other}"),
    }
}

/// An app: opens its table, then starts programs without end, as fast as it can, until it is killed.
///
/// It forgets nothing it started: every program ends only with the app.
fn app(state: &Path, tag: &str) -> ! {
    let table = open(state);
    // The tag is inherited, and stands in command lines: a test finds these processes without any help from this crate.
    let shell = |script: &str| {
        CommandLine::new("/bin/sh", "/")
            .args(["-c", script, "sh", tag])
            .env("TAG", tag)
    };
    let scripts = [
        "sh -c 'sleep 987; :' & wait",
        "setsid sh -c 'sleep 987; :' & wait",
        "(setsid sh -c 'trap \"\" TERM; sleep 987; sleep 988' &); sleep 987; :",
        "trap '' TERM; while :; do sleep 987; done",
        "while :; do sh -c 'sleep 0.01; :'; done",
        "env -i sh -c 'while :; do sleep 987; done' sh $1 & env -i setsid sh -c 'while :; do sleep 987; done' sh $1 & wait",
        "exec sleep 987",
    ];
    let mut children = Vec::new();
    for round in 0_usize.. {
        if round < 12 {
            children.push(
                table
                    .spawn(&shell(scripts[round % scripts.len()]), None)
                    .unwrap(),
            );
        } else if round == 12 {
            println!("full");
        } else {
            // Start and stop for ever: a kill may fall between any two steps of it.
            let child = children.remove(0);
            child.kill_tree();
            children.push(
                table
                    .spawn(&shell(scripts[round % scripts.len()]), None)
                    .unwrap(),
            );
        }
    }
    unreachable!()
}

fn open(state: &Path) -> Table {
    let guard = GuardProgram {
        program: std::env::current_exe().unwrap(),
        arguments: vec!["guard".into()],
    };
    let (table, swept) = Table::open(state, guard).unwrap();
    println!("open {}", swept.ended.len());
    table
}

/// An app that has its guard hold `held.lock`, starts what ends only by force, and then does nothing until it is killed.
fn locked(state: &Path, tag: &str) -> ! {
    let lock = state.join("held.lock");
    std::fs::File::create(&lock).unwrap();
    let table = open(state);
    table.hold(&lock).unwrap();
    let line = CommandLine::new("/bin/sh", "/")
        .args(["-c", "trap '' TERM; while :; do sleep 987; done"])
        .env("TAG", tag);
    let children: Vec<_> = (0..5).map(|_| table.spawn(&line, None).unwrap()).collect();
    println!("full");
    loop {
        std::thread::park();
        assert_eq!(children.len(), 5);
    }
}

/// An app that adopts what a program of its own forked, stops that program, and then does nothing until it is killed.
fn warm(state: &Path, tag: &str) -> ! {
    let table = open(state);
    let told = state.join("pid");
    let script = format!(
        "( while :; do sleep 987; done ) & echo $! > '{0}.new'; mv '{0}.new' '{0}'; wait",
        told.display()
    );
    let line = CommandLine::new("/bin/sh", "/")
        .args(["-c", &script])
        .env("TAG", tag);
    let parent = table.spawn(&line, None).unwrap();
    let pid: u32 = loop {
        match std::fs::read_to_string(&told) {
            Ok(pid) => break pid.trim().parse().unwrap(),
            Err(_) => std::thread::park_timeout(Duration::from_millis(5)),
        }
    };
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let start = stat.rsplit_once(") ").unwrap().1.split(' ').nth(19);
    let start = start.unwrap().parse().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build();
    let _child = runtime.unwrap().block_on(async {
        let child = table.adopt(pid, start, &line).await.unwrap();
        parent
            .stop(StopPlan::terminate(Duration::from_secs(60)))
            .await;
        child
    });
    println!("full");
    loop {
        std::thread::park();
    }
}

/// Prints numbered lines on both streams.
fn flood(lines: u64) {
    let errors = std::thread::spawn(move || numbered(std::io::stderr().lock(), lines / 4));
    numbered(std::io::stdout().lock(), lines);
    errors.join().unwrap();
}

fn numbered(out: impl Write, lines: u64) {
    let mut out = std::io::BufWriter::with_capacity(1 << 16, out);
    for number in 0..lines {
        writeln!(
            out,
            "line {number:09} of something that a busy program prints while it works on and on"
        )
        .unwrap();
    }
    out.flush().unwrap();
}

/// Uses one core for ever.
fn burn() -> ! {
    let mut number = 1_u64;
    loop {
        number = std::hint::black_box(
            number
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1),
        );
    }
}
