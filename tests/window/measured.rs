//! What the real window costs, measured by `cargo xtask bench`: its frames while one process floods, its CPU while
//! nobody is at work. Each leaves its figures, a name and a number a line, in the file that `DAGDECK_MEASURED` names.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::large_futures,
    reason = "tests run tools directly and fail by panicking"
)]
// The helpers serve the window's tests too; not all of them are needed here.
#![allow(dead_code, reason = "helpers shared with the window's tests")]

#[path = "app.rs"]
mod app;
#[path = "driver.rs"]
mod driver;

use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use app::App;
use testkit::TestWorkspace;

const LIMIT: Duration = Duration::from_secs(180);
/// The while after a launch in which things still settle; for a minute the screen counts seconds.
const SETTLING: Duration = Duration::from_secs(75);
const OVER: Duration = Duration::from_secs(30);

/// Collects the time between two frames, from now on.
const COLLECT: &str = "window.frames_ = []; let last = performance.now();
    const next = (now) => { frames_.push(now - last); last = now; requestAnimationFrame(next); };
    requestAnimationFrame(next);";
const SORTED: &str =
    "const all = frames_.slice(1).sort((a, b) => a - b); return all[Math.floor(all.length * ";

#[tokio::test(flavor = "multi_thread")]
async fn frames_while_a_process_floods() {
    let workspace = TestWorkspace::copy();
    let flood = fs_err::read(named("DAGDECK_FLOOD")).unwrap();
    let lines: u64 = std::env::var("DAGDECK_FLOOD_LINES")
        .unwrap()
        .parse()
        .unwrap();
    fs_err::write(
        workspace.definitions("data-engineering").join("flood.py"),
        flood,
    )
    .unwrap();
    let path = workspace.path();
    let app = App::start(&workspace, &[path.to_str().unwrap()]).await;
    app.click("trust-accept").await;
    app.click("launch").await;
    app.open_location("projects/data-engineering").await;
    app.within("the flood begins", LIMIT, async || {
        (rows(&app).await > 100).then_some(())
    })
    .await;
    app.script(COLLECT).await;
    app.within("the flood is over", LIMIT, async || {
        (rows(&app).await >= lines).then_some(())
    })
    .await;
    for (name, share) in [("frame_p50_ms", "0.5)]"), ("frame_p95_ms", "0.95)]")] {
        tell(
            name,
            app.script(&format!("{SORTED}{share}"))
                .await
                .as_f64()
                .unwrap(),
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cpu_while_nobody_is_at_work() {
    let (root, state) = (named("DAGDECK_IDLE_ROOT"), named("DAGDECK_IDLE_STATE"));
    let app = App::start_in(&state, &state, &[root.to_str().unwrap()]).await;
    app.click("launch").await;
    app.launch_is_over().await;
    app.find("stop-all").await;
    tokio::time::sleep(SETTLING).await;
    let own = own_processes(&app);
    let (started, before) = (Instant::now(), ticks(&own));
    tokio::time::sleep(OVER).await;
    let used = (ticks(&own) - before) / 100.0;
    tell(
        "idle_cpu_percent",
        used / started.elapsed().as_secs_f64() * 100.0,
    );
    app.click("stop-all").await;
    app.find("launch").await;
}

async fn rows(app: &App) -> u64 {
    let script =
        "return Number(document.querySelector('[data-testid=\"log-list\"]')?.dataset.rows ?? 0);";
    app.script(script).await.as_u64().unwrap_or(0)
}

/// The app's own process, the web view's and the workspace's owner, without the Dagsters that it runs.
fn own_processes(app: &App) -> Vec<u32> {
    let root = app.process().pid;
    let mut own = vec![root];
    for pid in std::fs::read_dir("/proc").unwrap().flatten() {
        let Some(pid) = pid
            .file_name()
            .to_str()
            .and_then(|name| name.parse::<u32>().ok())
        else {
            continue;
        };
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let Some((before, after)) = stat.rsplit_once(") ") else {
            continue;
        };
        let parent = after
            .split(' ')
            .nth(1)
            .and_then(|parent| parent.parse::<u32>().ok());
        if parent == Some(root) && before.contains("(WebKit") {
            own.push(pid);
        }
    }
    assert!(own.len() > 1, "the web view's processes were found");
    own.extend(app.owners().iter().map(|owner| owner.pid));
    own
}

/// Hundredths of a second of CPU that these processes have used.
fn ticks(pids: &[u32]) -> f64 {
    let of = |pid: &u32| {
        let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let fields: Vec<&str> = text.rsplit_once(") ")?.1.split(' ').collect();
        Some(fields[11].parse::<f64>().ok()? + fields[12].parse::<f64>().ok()?)
    };
    pids.iter().filter_map(of).sum()
}

fn named(name: &str) -> PathBuf {
    std::env::var_os(name)
        .unwrap_or_else(|| panic!("{name} is not set: run `cargo xtask bench`"))
        .into()
}

fn tell(name: &str, figure: f64) {
    let mut options = fs_err::OpenOptions::new();
    let mut file = options
        .create(true)
        .append(true)
        .open(named("DAGDECK_MEASURED"))
        .unwrap();
    writeln!(file, "{name} {figure}").unwrap();
}
