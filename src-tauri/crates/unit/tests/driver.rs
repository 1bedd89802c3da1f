//! The driver with processes that are none, and with time that passes when nothing else does.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use api::{ApiError, ErrorCode, Lifecycle, Readiness, StartPhase, StoppedBy};
use futures::future::BoxFuture;
use logstore::{LogKey, RunMeta, Store};
use parking_lot::Mutex;
use process::{Exit, StopPlan};
use tokio::sync::watch;
use unit::{Ask, Ended, Generation, Process, Recipe, Shown, StartOutcome, Started, Unit};

/// What a test does to a process.
#[derive(Clone, Copy, PartialEq)]
enum Fate {
    Lives,
    Ends(i32),
}

/// A process that is none: it ends when a test says so, when it is killed, and when it is asked unless it is stubborn.
struct Made {
    pid: u32,
    fate: watch::Sender<Fate>,
    stubborn: bool,
}

impl Process for Made {
    fn pid(&self) -> u32 {
        self.pid
    }

    async fn exited(&self) -> Exit {
        let mut fate = self.fate.subscribe();
        let end = fate.wait_for(|fate| *fate != Fate::Lives).await;
        match end.map(|fate| *fate) {
            Ok(Fate::Ends(code)) => Exit::Code(code),
            _ => unreachable!("the sender lives as long as the process"),
        }
    }

    async fn stop(&self, _plan: StopPlan) -> Exit {
        if !self.stubborn {
            self.fate.send_replace(Fate::Ends(0));
        }
        self.exited().await
    }

    fn kill_tree(&self) {
        self.fate.send_replace(Fate::Ends(137));
    }
}

/// What a test sees and sets.
#[derive(Default)]
struct Told {
    /// What each generation was started for.
    causes: BTreeMap<Generation, Option<String>>,
    fates: BTreeMap<Generation, watch::Sender<Fate>>,
    served: Vec<Generation>,
    /// The reasons of generations that could not be started.
    refused: Vec<String>,
    /// The generations that ended because they were asked to, and those that ended by themselves.
    asked: Vec<Generation>,
    by_themselves: Vec<Generation>,
}

struct Scripted {
    told: Arc<Mutex<Told>>,
    store: Store,
    /// What keeps it from starting.
    refusal: Option<ApiError>,
    /// Whether starting never comes to an end.
    hangs: bool,
    stubborn: bool,
    /// Ends the draining of who was overtaken.
    drained: watch::Sender<bool>,
}

impl Recipe for Scripted {
    type Process = Made;

    async fn spawn(
        &self,
        generation: Generation,
        cause: Option<String>,
    ) -> Result<Started<Made>, ApiError> {
        self.told.lock().causes.insert(generation, cause);
        if self.hangs {
            std::future::pending::<()>().await;
        }
        if let Some(refusal) = &self.refusal {
            return Err(refusal.clone());
        }
        let fate = watch::Sender::new(Fate::Lives);
        let child = Made {
            pid: u32::try_from(generation).unwrap() + 1000,
            fate: fate.clone(),
            stubborn: self.stubborn,
        };
        self.told.lock().fates.insert(generation, fate);
        let key = LogKey::new("made");
        let title = String::new();
        Ok(Started {
            child,
            writer: self.store.writer(key, RunMeta { title }).unwrap(),
            address: None,
        })
    }

    async fn ready(
        &self,
        _: Generation,
        progress: impl Fn(StartPhase) + Send + Sync,
    ) -> StartOutcome {
        progress(StartPhase::Importing);
        StartOutcome::Loaded
    }

    async fn serve(&self, generation: Generation) {
        self.told.lock().served.push(generation);
    }

    async fn drain(&self, _: Generation) {
        self.drained
            .subscribe()
            .wait_for(|over| *over)
            .await
            .unwrap();
    }

    fn ask_to_end(&self, _: Generation) -> Option<BoxFuture<'static, ()>> {
        None
    }

    fn ended(&self, generation: Generation, how: Ended<'_>) {
        let mut told = self.told.lock();
        match how {
            Ended::NotStarted(error) => told.refused.push(error.message.clone()),
            Ended::Asked => told.asked.push(generation),
            Ended::Exited(_) => told.by_themselves.push(generation),
        }
    }

    fn show(&self, _: &Shown) {}
}

/// A unit with what a test sees of it.
struct Tried {
    unit: Unit,
    told: Arc<Mutex<Told>>,
    drained: watch::Sender<bool>,
    _folder: tempfile::TempDir,
}

impl Tried {
    fn of(change: impl FnOnce(&mut Scripted)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let told = Arc::<Mutex<Told>>::default();
        let drained = watch::Sender::new(false);
        let mut recipe = Scripted {
            told: Arc::clone(&told),
            store: Store::open(folder.path()).unwrap(),
            refusal: None,
            hangs: false,
            stubborn: false,
            drained: drained.clone(),
        };
        change(&mut recipe);
        Self {
            unit: Unit::new(recipe, None, None),
            told,
            drained,
            _folder: folder,
        }
    }

    async fn until(&self, condition: impl FnMut(&Shown) -> bool) -> Shown {
        self.unit.wait_for(condition).await;
        self.unit.shown()
    }

    async fn ready(&self, generation: Generation) -> Shown {
        self.until(|shown| {
            shown.serving == Some(generation) && matches!(shown.readiness, Readiness::Ready { .. })
        })
        .await
    }

    fn end(&self, generation: Generation, code: i32) {
        let told = self.told.lock();
        told.fates[&generation].send_replace(Fate::Ends(code));
    }

    fn cause(&self, generation: Generation) -> Option<String> {
        self.told.lock().causes[&generation].clone()
    }
}

fn reload(cause: &str) -> Ask {
    Ask::Reload {
        cause: Some(cause.to_owned()),
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_start_keeps_its_reason_and_its_next_step() {
    let refusal = ApiError::new(ErrorCode::ToolFailed, "python can't be started")
        .with_source(&std::io::Error::other("no such file"))
        .with_hint("Sync its environment.");
    let tried = Tried::of(|recipe| recipe.refusal = Some(refusal.clone()));
    tried.unit.ask(Ask::Start).await;
    let shown = tried.until(Shown::is_crashed).await;
    let Lifecycle::Crashed {
        reason,
        refusal: shown,
        retry_at,
        ..
    } = shown.lifecycle
    else {
        unreachable!("it was waited for");
    };
    assert_eq!(reason, "python can't be started");
    assert_eq!(shown.as_deref(), Some(&refusal));
    assert_eq!(retry_at, None, "what is refused once is refused again");
    assert_eq!(tried.told.lock().refused, [reason]);
}

#[tokio::test(start_paused = true)]
async fn a_reload_starts_beside_what_serves_and_knows_its_cause() {
    let tried = Tried::of(|_| {});
    tried.unit.ask(Ask::Start).await;
    tried.ready(1).await;
    tried.unit.ask(reload("file changed: a.py")).await;
    let shown = tried.ready(2).await;
    assert_eq!(shown.trees.len(), 2, "the overtaken one drains");
    assert_eq!(tried.told.lock().served, [1, 2]);
    assert_eq!(tried.cause(2).as_deref(), Some("file changed: a.py"));
    tried.drained.send_replace(true);
    tried.until(|shown| shown.trees == [1002]).await;
}

#[tokio::test(start_paused = true)]
async fn the_cause_of_a_reload_that_came_to_nothing_labels_no_later_start() {
    let tried = Tried::of(|recipe| recipe.stubborn = true);
    tried.unit.ask(Ask::Start).await;
    tried.ready(1).await;
    let by = StoppedBy::Person;
    tried.unit.ask(Ask::Stop { force: false, by }).await;
    tried.unit.ask(reload("file changed: a.py")).await;
    tried.end(1, 0);
    tried.until(|shown| shown.at_rest).await;
    tried.unit.ask(Ask::Start).await;
    tried.ready(2).await;
    assert_eq!(tried.cause(2), None);
}

#[tokio::test(start_paused = true)]
async fn what_crashes_is_tried_again_after_a_pause() {
    let tried = Tried::of(|_| {});
    tried.unit.ask(Ask::Start).await;
    tried.ready(1).await;
    let begun = tokio::time::Instant::now();
    tried.end(1, 1);
    let shown = tried.until(Shown::is_crashed).await;
    assert!(matches!(
        shown.lifecycle,
        Lifecycle::Crashed {
            retry_at: Some(_),
            refusal: None,
            ..
        }
    ));
    let again = tried
        .until(|shown| shown.serving.is_some_and(|serving| serving > 1))
        .await;
    assert!(again.process.is_some());
    assert!(
        begun.elapsed() >= Duration::from_millis(500),
        "{:?}",
        begun.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn a_stop_ends_a_start_that_hangs() {
    let tried = Tried::of(|recipe| recipe.hangs = true);
    tried.unit.ask(Ask::Start).await;
    tried
        .until(|shown| matches!(shown.lifecycle, Lifecycle::Starting { .. }))
        .await;
    tried.unit.stop_and_wait(StoppedBy::Person).await;
    let shown = tried.unit.shown();
    assert!(matches!(shown.lifecycle, Lifecycle::Stopped { .. }));
    assert!(shown.trees.is_empty());
    assert_eq!(tried.told.lock().asked, [1], "taken back, not failed");
}

#[tokio::test(start_paused = true)]
async fn who_stops_what_somebody_starts_again_waits_for_what_ran_alone() {
    let tried = Tried::of(|recipe| recipe.stubborn = true);
    tried.unit.ask(Ask::Start).await;
    tried.ready(1).await;
    let unit = tried.unit.clone();
    let stopping = tokio::spawn(async move { unit.stop_what_runs(StoppedBy::Person).await });
    tried
        .until(|shown| matches!(shown.lifecycle, Lifecycle::Stopping { .. }))
        .await;
    tried.unit.ask(Ask::Start).await;
    assert!(!stopping.is_finished(), "the first still lives");
    tried.end(1, 0);
    stopping.await.unwrap();
    tried.ready(2).await;
}

#[tokio::test(start_paused = true)]
async fn what_ends_by_itself_is_told_apart_from_what_was_asked_to_end() {
    let tried = Tried::of(|_| {});
    let later_than = |last: Generation| {
        tried.until(move |shown| {
            let ready = matches!(shown.readiness, Readiness::Ready { .. });
            ready && shown.serving.is_some_and(|serving| serving > last)
        })
    };
    tried.unit.ask(Ask::Start).await;
    let first = later_than(0).await.serving.unwrap();
    tried.end(first, 1);
    let second = later_than(first).await.serving.unwrap();
    tried.unit.ask(reload("file changed: a.py")).await;
    let third = later_than(second).await.serving.unwrap();
    tried.drained.send_replace(true);
    tried.until(|shown| shown.trees.len() == 1).await;
    tried.unit.stop_and_wait(StoppedBy::Person).await;
    let told = tried.told.lock();
    assert_eq!(told.by_themselves, [first]);
    assert_eq!(told.asked, [second, third]);
}

#[tokio::test(start_paused = true)]
async fn one_that_does_not_end_when_asked_is_killed_when_told() {
    let tried = Tried::of(|recipe| recipe.stubborn = true);
    tried.unit.ask(Ask::Start).await;
    tried.ready(1).await;
    let by = StoppedBy::Person;
    tried.unit.ask(Ask::Stop { force: false, by }).await;
    tokio::time::advance(Duration::from_secs(3600)).await;
    let shown = tried.unit.shown();
    assert!(matches!(shown.lifecycle, Lifecycle::Stopping { .. }));
    tried.unit.ask(Ask::Stop { force: true, by }).await;
    tried.until(|shown| shown.at_rest).await;
}
