//! The verbs of the terminal over real Dagsters: each does what a window's button does, whoever began what runs, and answers once
//! it is done.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use api::LocationRequest;
use serde_json::Value;
use testkit::{Chance, Graphql, TestWorkspace, rounds, wait_until, wait_until_none_mentions};

use crate::command::{Up, dagdeck, printed};
use crate::hosted::{LOOKING, WINDOW, host, launch, reach};
use crate::launched::STARTING;

/// The only location.
const NAME: &str = "data-science";
const ENDING: Duration = Duration::from_secs(60);
/// How long the next save may take to come.
const SAVED: Duration = Duration::from_secs(10);
/// The pause between saves that come faster than code loads.
const RUSH: Duration = Duration::from_millis(200);
/// How long a wait may take beside saves that come every few seconds at most.
const HUNG: Duration = Duration::from_secs(120);

/// A workspace of one location, and what a terminal in it says and hears.
struct Terminal {
    workspace: TestWorkspace,
}

impl Terminal {
    fn new() -> Self {
        Self {
            workspace: TestWorkspace::of(NAME),
        }
    }

    /// Runs the command in the workspace's folder; answers its exit code and what it printed.
    fn say(&self, words: &[&str]) -> (Option<i32>, String) {
        let output = self.run(words);
        (output.status.code(), printed(&output))
    }

    /// The same where it is to be done, with what it printed.
    fn done(&self, words: &[&str]) -> String {
        let output = self.run(words);
        let told = String::from_utf8_lossy(&output.stderr);
        let printed = printed(&output);
        assert_eq!(output.status.code(), Some(0), "{words:?}: {printed}{told}");
        printed
    }

    fn json(&self, words: &[&str]) -> (Option<i32>, Value) {
        let words: Vec<&str> = words.iter().copied().chain(["--json"]).collect();
        let (code, printed) = self.say(&words);
        (code, serde_json::from_str(&printed).unwrap())
    }

    fn run(&self, words: &[&str]) -> Output {
        let mut command = dagdeck(&self.workspace);
        command.args(words).current_dir(self.workspace.path());
        command.output().unwrap()
    }

    /// A file of the location's code.
    fn file(&self, name: &str) -> PathBuf {
        self.workspace.definitions(NAME).join(name)
    }

    async fn ends(self) {
        self.done(&["down"]);
        wait_until_none_mentions(&[self.workspace.around()]).await;
    }

    /// What each verb does where the workspace runs, with its Dagster UI at an address.
    fn obeys_each_verb(&self, url: &str) {
        assert_eq!(self.done(&["ui", "--print"]).trim(), url);
        // Nothing on this PATH opens a browser.
        let mut nowhere = dagdeck(&self.workspace);
        nowhere
            .current_dir(self.workspace.path())
            .arg("ui")
            .env("PATH", "/nowhere");
        let nowhere = nowhere.output().unwrap();
        assert_eq!(nowhere.status.code(), Some(1));
        let told = String::from_utf8_lossy(&nowhere.stderr);
        // What comes first names in what its environment differs.
        let expected =
            format!("dagdeck: No browser could be opened here. The Dagster UI is at {url}\n");
        assert!(told.ends_with(&expected), "{told}");
        assert_eq!(printed(&nowhere).trim(), url);
        let ready = self.done(&["wait"]);
        assert!(ready.contains(&format!("{NAME} is ready, ")), "{ready}");
        let (code, status) = self.json(&["status"]);
        assert_eq!(code, Some(0));
        assert_eq!(status["live"]["url"], url);
        assert_eq!(status["live"]["locations"][0]["state"], "ready");

        let before = self.done(&["logs", NAME]);
        assert!(self.done(&["reload", NAME]).contains("is ready"));
        let after = self.done(&["logs", NAME]);
        assert!(
            after.starts_with(&before),
            "reloads are in it:\n{before}\n--\n{after}"
        );
        let started = "Started Dagster code server";
        let found = self.done(&["logs", "--grep", "^Started .* code server"]);
        assert!(found.lines().count() >= 2, "{found}");
        assert!(found.lines().all(|line| line.contains(started)), "{found}");
        let (_, none) = self.say(&["logs", NAME, "--level", "error"]);
        assert_eq!(none, "");
        let lines = self.done(&["logs", NAME, "--since", "1h", "--json"]);
        let first: Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
        assert_eq!(first["source"], NAME);

        assert!(self.done(&["explain"]).starts_with("Nothing in "));
        assert_eq!(self.done(&["stop", NAME]), format!("stopped: {NAME}\n"));
        assert_eq!(self.done(&["stop", NAME]), format!("{NAME} did not run\n"));
        let (code, told) = self.say(&["wait", NAME]);
        assert_eq!(code, Some(1), "{told}");
        assert!(told.contains("is stopped"), "{told}");
        assert_eq!(self.say(&["reload", NAME]).0, Some(1));
        assert!(self.done(&["start", NAME]).contains("is ready"));
        assert!(self.done(&["restart", NAME]).contains("is ready"));
        self.refuses_what_it_does_not_know();
        // In a project's folder it is the workspace that runs it.
        let mut there = dagdeck(&self.workspace);
        there.current_dir(self.workspace.project(NAME)).arg("wait");
        assert_eq!(there.status().unwrap().code(), Some(0));
        let mut there = dagdeck(&self.workspace);
        there
            .current_dir(self.workspace.project(NAME))
            .arg("status");
        let told = printed(&there.output().unwrap());
        assert!(told.contains("It runs as part of "), "{told}");
    }

    /// The same, where every owner is asked for every verb: who began what runs makes a difference only to its end.
    fn obeys_each_verb_in_a_soak(&self, url: &str) {
        for _ in 0..rounds(0, 1) {
            self.obeys_each_verb(url);
        }
    }

    fn refuses_what_it_does_not_know(&self) {
        for verb in [
            "start",
            "stop",
            "restart",
            "reload",
            "wait",
            "explain",
            "logs",
            "sync .",
            "sync --dry-run .",
            "up --detach .",
        ] {
            let words: Vec<&str> = verb.split(' ').chain(["nope"]).collect();
            let output = self.run(&words);
            let told = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{words:?}: {told}");
            let expected = format!(
                "dagdeck: There is no code location `nope` in {}: there is {NAME}.\n",
                self.workspace.path().display()
            );
            assert!(told.ends_with(&expected), "{told}");
        }
    }

    /// Stop all and Launch, where who began it stays.
    fn stops_and_starts_on_the_same_port(&self, url: &str) {
        let stopped = self.done(&["stop"]);
        assert!(stopped.starts_with("stopped: nothing of "), "{stopped}");
        assert_eq!(self.say(&["ui"]).0, Some(1));
        // What was printed is still there.
        assert!(self.done(&["logs", NAME]).contains("code server"));
        let started = self.done(&["start"]);
        assert!(
            started.contains(&format!("ready {url}, 1 of 1 locations")),
            "{started}"
        );
        let logs = self.done(&["logs", NAME]);
        let begun = logs.matches("Starting Dagster code server").count();
        assert_eq!(begun, 1, "only of this launch:\n{logs}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_window_began_obeys_each_verb() {
    let terminal = Terminal::new();
    let reach = reach(&terminal.workspace.path(), &terminal.workspace.state());
    let window = host(&reach, WINDOW).await;
    launch(&window).await;
    let shown = window.snapshot_get(api::Nothing {}).await.unwrap();
    let url = shown.workspace.unwrap().webserver.url.unwrap();
    terminal.obeys_each_verb_in_a_soak(&url);
    terminal.stops_and_starts_on_the_same_port(&url);
    drop(window);
    // The window held it; a terminal that started something anew does not keep it from ending.
    wait_until_none_mentions(&[terminal.workspace.around()]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_up_began_obeys_each_verb_and_up_stays() {
    let terminal = Terminal::new();
    let mut up = Up::start(&terminal.workspace);
    let graphql = Graphql::new(&up.address());
    graphql.wait_until_loaded(&[NAME], STARTING).await;
    terminal.done(&["wait"]);
    terminal.obeys_each_verb_in_a_soak(&up.address());
    terminal.stops_and_starts_on_the_same_port(&up.address());
    up.signal("INT");
    assert_eq!(up.ended(ENDING).await, Some(0), "it stayed");
    wait_until_none_mentions(&[terminal.workspace.around()]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_left_running_obeys_each_verb() {
    let terminal = Terminal::new();
    let port = process::ports::any_free().unwrap().to_string();
    terminal.done(&["up", "--trust", "--detach", "--port", &port]);
    let url = format!("http://127.0.0.1:{port}");
    terminal.obeys_each_verb(&url);
    // Nobody shows it, so its owner goes: the next one knows the port, and the logs.
    terminal.stops_and_starts_on_the_same_port(&url);
    let (code, stopped) = terminal.json(&["stop"]);
    assert_eq!((code, &stopped["all"]), (Some(0), &Value::Bool(true)));
    wait_until_none_mentions(&[terminal.workspace.around()]).await;
    for (words, code) in [
        (vec!["stop"], 0),
        (vec!["wait"], 1),
        (vec!["reload"], 1),
        (vec!["ui"], 1),
        (vec!["explain"], 0),
        (vec!["logs"], 0),
        (vec!["stop", "nope"], 2),
        (vec!["wait", "nope"], 2),
        (vec!["reload", "nope"], 2),
    ] {
        assert_eq!(
            terminal.say(&words).0,
            Some(code),
            "{words:?} where nothing runs"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_edit_loop_takes_six_commands_and_no_sleep() {
    let terminal = Terminal::new();
    let script = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../tests/headless/launching/edit_loop.sh");
    let text = fs_err::read_to_string(&script).unwrap();
    let commands = text
        .lines()
        .filter(|line| !line.starts_with('#') && *line != "set -u");
    assert!(commands.count() <= 6, "{text}");
    assert!(!text.contains("sleep "), "{text}");

    let home = terminal.workspace.around().join("home");
    fs_err::create_dir(&home).unwrap();
    let project = terminal.workspace.project(NAME);
    let program = crate::command::program();
    let folders = [program.parent().unwrap(), &project.join(".venv/bin")].map(Path::to_owned);
    let path = std::env::var_os("PATH").unwrap();
    let path = std::env::join_paths(folders.into_iter().chain(std::env::split_paths(&path)));
    let output = Command::new("sh")
        .arg(&script)
        .arg(terminal.file("forecast.py"))
        .arg(&project)
        .arg("forecast")
        .current_dir(terminal.workspace.path())
        .env("PATH", path.unwrap())
        .env("DAGDECK_STATE", terminal.workspace.state())
        .env("DAGSTER_HOME", &home)
        .env("DAGSTER_DISABLE_TELEMETRY", "1")
        .env_remove("PYTHONDONTWRITEBYTECODE")
        .output()
        .unwrap();
    let mut read = printed(&output);
    read.push_str(&String::from_utf8_lossy(&output.stderr));
    println!("{read}");
    assert_eq!(output.status.code(), Some(0), "{read}");
    assert!(read.len() < 4096, "{} bytes", read.len());
    let broken = read.find("No module named 'panda'").unwrap();
    let place = read.find("forecast.py:").unwrap();
    let mended = read.rfind("is ready").unwrap();
    let made = read.find("RUN_SUCCESS").unwrap();
    assert!(broken < place && place < mended && mended < made, "{read}");
    terminal.ends().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_reload_a_save_is_told_and_the_time_can_be_over() {
    let terminal = Terminal::new();
    terminal.done(&["start", "--trust"]);
    let reach = reach(&terminal.workspace.path(), &terminal.workspace.state());
    let looking = host(&reach, LOOKING).await;
    let location = format!("projects/{NAME}");
    let off = api::AutoReloadRequest {
        location: location.clone(),
        on: false,
    };
    looking.location_set_auto_reload(off).await.unwrap();
    terminal.done(&["wait"]);
    fs_err::write(terminal.file("added.py"), "# nothing\n").unwrap();
    let (code, told) = terminal.say(&["wait"]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("does not reload by itself"), "{told}");
    assert!(told.contains("defs/added.py was saved"), "{told}");
    let (code, told) = terminal.json(&["wait"]);
    assert_eq!((code, &told["ready"]), (Some(1), &Value::Bool(false)));
    terminal.done(&["reload"]);
    terminal.done(&["wait"]);
    // What ends was loaded before the save, and what comes after it was not.
    fs_err::write(terminal.file("added.py"), "# still nothing\n").unwrap();
    let restarted = terminal.done(&["restart", NAME]);
    assert!(
        restarted.contains(&format!("{NAME} is ready, ")),
        "{restarted}"
    );

    // Code that takes longer to load than anybody waits.
    fs_err::write(terminal.file("slow.py"), "import time\n\ntime.sleep(600)\n").unwrap();
    looking
        .location_reload(LocationRequest { location })
        .await
        .unwrap();
    let (code, told) = terminal.json(&["wait", "--timeout", "1"]);
    assert_eq!((code, &told["timed_out"]), (Some(3), &Value::Bool(true)));
    assert_eq!(told["waiting"][0], NAME);
    drop(looking);
    terminal.ends().await;
}

/// What keeps what was saved from being live is told, and nothing of it counts as ready; what ran goes on being served.
#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_loaded_is_never_called_ready() {
    let terminal = Terminal::new();
    let port = process::ports::any_free().unwrap();
    let port_word = port.to_string();
    terminal.done(&["up", "--trust", "--detach", "--port", &port_word]);
    let graphql = Graphql::new(&format!("http://127.0.0.1:{port}"));
    let project = terminal.workspace.project(NAME);
    let venv = (project.join(".venv"), project.join("venv-aside"));
    let broken = |file: &Path| {
        let held = fs_err::read_to_string(file).unwrap();
        fs_err::write(file, format!("{held}\n[[[\n")).unwrap();
        held
    };

    let settings = project.join("pyproject.toml");
    let held = broken(&settings);
    let (code, told) = terminal.say(&["wait"]);
    assert_eq!(code, Some(1), "{told}");
    assert!(
        told.contains("could not be started as it is now: "),
        "{told}"
    );
    assert!(told.contains("not valid TOML"), "{told}");
    assert_eq!(terminal.say(&["explain"]).0, Some(1));
    assert_eq!(terminal.say(&["reload", NAME]).0, Some(1));
    graphql.wait_until_loaded(&[NAME], STARTING).await;
    fs_err::write(&settings, held).unwrap();
    terminal.done(&["wait"]);

    let listing = terminal.workspace.path().join("dg.toml");
    let held = broken(&listing);
    let output = terminal.run(&["wait"]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("dg.toml"), "{told}");
    fs_err::write(&listing, held).unwrap();
    terminal.done(&["wait"]);

    fs_err::rename(&venv.0, &venv.1).unwrap();
    let (code, told) = terminal.say(&["wait"]);
    assert_eq!(code, Some(1), "{told}");
    assert!(
        told.contains("could not be started as it is now: "),
        "{told}"
    );
    fs_err::rename(&venv.1, &venv.0).unwrap();
    terminal.done(&["wait"]);

    let ends = terminal.file("ends.py");
    fs_err::write(&ends, "import os\n\nos._exit(7)\n").unwrap();
    let (code, told) = terminal.say(&["wait"]);
    assert_eq!(code, Some(1), "{told}");
    assert!(
        told.contains("ended with code 7") && !told.contains(": :"),
        "{told}"
    );
    fs_err::remove_file(&ends).unwrap();
    terminal.done(&["wait"]);

    let mut down = dagdeck(&terminal.workspace);
    let down = down.current_dir(&project).arg("down").output().unwrap();
    assert_eq!(down.status.code(), Some(1), "the workspace runs it");
    let told = String::from_utf8_lossy(&down.stderr);
    assert!(told.contains("but as part of "), "{told}");
    terminal.ends().await;
}

/// What can't start is named and keeps nothing else down. Which that is was decided by what was saved the moment before.
#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_start_is_named_and_what_was_just_saved_decides_what_can() {
    let terminal = Terminal::new();
    let project = terminal.workspace.project(NAME);
    let venv = (project.join(".venv"), project.join("venv-aside"));
    terminal.workspace.add_project_without_environment("early");
    let told = terminal.done(&["start", "--trust"]);
    assert!(told.contains("early can't start: "), "{told}");
    assert!(told.contains(", 1 of 2 locations, "), "{told}");
    let waited = terminal.run(&["wait"]);
    assert_eq!(waited.status.code(), Some(0));
    let told = String::from_utf8_lossy(&waited.stderr);
    assert!(
        told.contains("early can't start, and is not waited for: "),
        "{told}"
    );
    let (code, told) = terminal.json(&["wait"]);
    assert_eq!((code, &told["left_out"][0]), (Some(0), &"early".into()));

    terminal.workspace.add_project_without_environment("late");
    let (code, told) = terminal.say(&["start", "late"]);
    assert_eq!(code, Some(1), "it is listed: {told}");
    assert!(told.contains("late can't start: "), "{told}");

    terminal.done(&["stop", NAME]);
    fs_err::rename(&venv.0, &venv.1).unwrap();
    let (code, told) = terminal.say(&["start", NAME]);
    assert_eq!(code, Some(1), "{told}");
    assert!(
        told.contains(&format!("{NAME} can't start: It has no environment")),
        "{told}"
    );
    fs_err::rename(&venv.1, &venv.0).unwrap();
    let told = terminal.done(&["start"]);
    assert!(told.contains(&format!("{NAME} is ready, ")), "{told}");
    assert!(told.contains(", 1 of 3 locations, "), "{told}");
    terminal.ends().await;
}

/// Python follows links, so what they lead to is waited for as well.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_link_leads_to_is_waited_for() {
    let terminal = Terminal::new();
    terminal.done(&["start", "--trust"]);
    let reach = reach(&terminal.workspace.path(), &terminal.workspace.state());
    let looking = host(&reach, LOOKING).await;
    let defined = async || {
        let location = format!("projects/{NAME}");
        let names = looking
            .location_definitions(LocationRequest { location })
            .await;
        names
            .unwrap()
            .assets
            .iter()
            .find_map(|one| number_after(one, "saved_"))
    };
    let graphql = Graphql::new(terminal.done(&["ui", "--print"]).trim());
    // Without a pause: where `wait` says so, it is shown.
    let shown = async || {
        let query = "{ assetNodes { assetKey { path } } }";
        let answer = graphql.ask(query, Value::Null).await.unwrap();
        number_after(&answer.to_string(), "saved_")
    };
    let elsewhere = terminal.workspace.around().join("elsewhere");
    fs_err::create_dir(&elsewhere).unwrap();
    fs_err::write(elsewhere.join("linked.py"), saved(1, false)).unwrap();
    let link = terminal.file("linked");
    fs_err::os::unix::fs::symlink(&elsewhere, &link).unwrap();
    terminal.done(&["wait"]);
    assert_eq!(defined().await, Some(1));
    fs_err::write(elsewhere.join("linked.py"), saved(2, false)).unwrap();
    terminal.done(&["wait"]);
    assert_eq!((shown().await, defined().await), (Some(2), Some(2)));
    fs_err::remove_file(&link).unwrap();
    terminal.done(&["wait"]);
    assert_eq!((shown().await, defined().await), (None, None));

    let webserver = looking.snapshot_get(api::Nothing {}).await.unwrap();
    let webserver = webserver.workspace.unwrap().webserver.process.unwrap();
    let pid = webserver.pid.to_string();
    let killed = Command::new("kill").args(["-KILL", &pid]).status().unwrap();
    assert!(killed.success());
    terminal.done(&["wait"]);
    assert_eq!(shown().await, None, "it answers again");
    drop(looking);
    terminal.ends().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_a_start_beside_a_stop_nor_saves_without_end_keep_anybody_waiting() {
    let terminal = Terminal::new();
    terminal.done(&["start", "--trust"]);
    let mut stop = dagdeck(&terminal.workspace);
    stop.current_dir(terminal.workspace.path()).arg("stop");
    let mut stop = stop.spawn().unwrap();
    terminal.say(&["start"]);
    wait_until("`stop` ends", ENDING, async || {
        stop.try_wait().unwrap().is_some()
    })
    .await;
    terminal.done(&["start"]);

    // Faster than the code loads.
    let (over, told) = mpsc::channel::<()>();
    let file = terminal.file("rushed.py");
    let number = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&number);
    let saving = std::thread::spawn(move || {
        while told.recv_timeout(RUSH) == Err(RecvTimeoutError::Timeout) {
            let number = counted.fetch_add(1, Ordering::SeqCst);
            fs_err::write(&file, format!("NUMBER = {number}\n")).unwrap();
        }
    });
    wait_until("loads are overtaken", SAVED, async || {
        number.load(Ordering::SeqCst) > 5
    })
    .await;
    let (code, heard) = terminal.say(&["wait", "--timeout", "60"]);
    assert!(!saving.is_finished());
    drop(over);
    saving.join().unwrap();
    assert_eq!(code, Some(0), "{heard}");
    terminal.done(&["wait"]);
    terminal.ends().await;
}

/// What a file of this number holds: the same size as every other, so that only what it says tells them apart.
fn saved(number: u32, broken: bool) -> String {
    let mut text = String::from("import dagster as dg\n\n\n");
    let what = if broken {
        format!("raise ValueError(\"broken_{number:06}\")\n")
    } else {
        format!("@dg.asset\ndef saved_{number:06}() -> None: ...\n")
    };
    text.push_str(&what);
    let _infallible = writeln!(text, "#{}", " ".repeat(200 - text.len()));
    text
}

/// The number in a text behind these words; none where they are not in it.
fn number_after(text: &str, words: &str) -> Option<u32> {
    let (_, after) = text.split_once(words)?;
    let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_beside_saves_is_never_early_and_never_hangs() {
    let terminal = Terminal::new();
    let file = terminal.file("saved.py");
    fs_err::write(&file, saved(0, false)).unwrap();
    terminal.done(&["start", "--trust"]);
    let reach = reach(&terminal.workspace.path(), &terminal.workspace.state());
    let looking = host(&reach, LOOKING).await;

    let number = Arc::new(AtomicU32::new(0));
    let last = Arc::clone(&number);
    let (over, told_over) = mpsc::channel::<()>();
    let saving = tokio::task::spawn_blocking(move || {
        let mut chance = Chance::new();
        loop {
            let next = last.load(Ordering::SeqCst) + 1;
            fs_err::write(&file, saved(next, chance.below(4) == 0)).unwrap();
            last.store(next, Ordering::SeqCst);
            let pause = Duration::from_millis(chance.below(4_000));
            if told_over.recv_timeout(pause) != Err(RecvTimeoutError::Timeout) {
                return;
            }
        }
    });
    let (mut ready, mut failed, mut longest) = (0, 0, Duration::ZERO);
    let mut before = 0;
    for round in 0..rounds(5, 200) {
        // Each begins beside a save that none before it saw.
        let saves = async || number.load(Ordering::SeqCst) > before;
        wait_until("it is saved again", SAVED, saves).await;
        let saved = number.load(Ordering::SeqCst);
        before = saved;
        let begun = Instant::now();
        let (code, told) = terminal.say(&["wait", NAME, "--timeout", "120"]);
        longest = longest.max(begun.elapsed());
        let loaded = match code {
            Some(0) => {
                ready += 1;
                let request = LocationRequest {
                    location: format!("projects/{NAME}"),
                };
                let names = looking.location_definitions(request).await.unwrap();
                let mut numbers = names
                    .assets
                    .iter()
                    .filter_map(|one| number_after(one, "saved_"));
                numbers.next()
            }
            Some(1) => {
                failed += 1;
                number_after(&told, "broken_")
            }
            _ => panic!("round {round}: {code:?}: {told}"),
        };
        let loaded = loaded.unwrap_or_else(|| panic!("round {round}: {told}"));
        assert!(
            loaded >= saved,
            "round {round}: {saved} was saved, {loaded} is live: {told}"
        );
    }
    drop(over);
    saving.await.unwrap();
    println!("{ready} ready, {failed} failed, the longest took {longest:?}");
    assert!(longest < HUNG);
    drop(looking);
    terminal.ends().await;
}
