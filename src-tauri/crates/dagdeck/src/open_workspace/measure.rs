//! CPU and memory of every process tree, looked at every two seconds while something runs and somebody looks, and told
//! when it differs in what a person reads: redrawing the window costs far more than measuring. What leaps is told at
//! once; what only wavers, as every idle Dagster does, waits until the last telling is a while ago.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime::Handle;

use super::OpenWorkspace;
use crate::open::commands::{code_server, service};
use api::{Event, Metrics, ServiceName};
use unit::Shown;

const PAUSE: Duration = Duration::from_secs(2);
/// How long what only wavers goes untold.
const CALM: Duration = Duration::from_secs(10);

/// Changes from which on another number is worth redrawing.
struct Steps {
    /// Of the processor's share, as a part of one core.
    cpu: f64,
    /// Of memory, in bytes.
    memory: f64,
}

/// A person would read another number.
const WAVER: Steps = Steps {
    cpu: 0.02,
    memory: 1e6,
};
/// Something has begun or ended.
const LEAP: Steps = Steps {
    cpu: 0.1,
    memory: 1e7,
};

/// Measures until the session ends, on a thread of its own: to hand each look to another thread and back would cost as much
/// again, and what it asks the system of a process that hangs may hang too.
pub(crate) fn start(session: &Arc<OpenWorkspace>) {
    let (weak, ended) = (Arc::downgrade(session), session.ended.clone());
    let runtime = Handle::current();
    let looks = move || {
        // Whoever drops a session last may have something to spawn.
        let _inside = runtime.enter();
        let mut told = Told::default();
        while !ended.is_cancelled() {
            thread::sleep(PAUSE);
            match weak.upgrade() {
                Some(session) => told.look(&session),
                None => return,
            }
        }
    };
    let begun = thread::Builder::new().name("measure".to_owned());
    if let Err(error) = begun.spawn(looks) {
        tracing::warn!(%error, "no thread to measure on, so nothing is measured");
    }
}

/// What was told last.
#[derive(Default)]
struct Told {
    metrics: BTreeMap<String, Metrics>,
    at: Option<Instant>,
}

impl Told {
    /// Measures where something runs and somebody looks, and tells what is news.
    fn look(&mut self, session: &OpenWorkspace) {
        let board = &session.facts.context.board;
        if !board.is_watched() || session.running_processes() == 0 && self.metrics.is_empty() {
            return;
        }
        let metrics = measure(session);
        let is_calm = self.at.is_some_and(|at| at.elapsed() < CALM);
        let steps = if is_calm { &LEAP } else { &WAVER };
        if is_news(&self.metrics, &metrics, steps) {
            board.announce(Event::MetricsMeasured {
                metrics: metrics.clone(),
            });
            (self.metrics, self.at) = (metrics, Some(Instant::now()));
        }
    }
}

/// Whether a number differs by such a step from what was told last, or there are others to tell.
fn is_news(
    told: &BTreeMap<String, Metrics>,
    now: &BTreeMap<String, Metrics>,
    steps: &Steps,
) -> bool {
    let differs = |(log, now): (&String, &Metrics)| {
        told.get(log).is_none_or(|told| {
            told.processes != now.processes
                || (told.cpu - now.cpu).abs() >= steps.cpu
                || (told.memory - now.memory).abs() >= steps.memory
        })
    };
    told.len() != now.len() || now.iter().any(differs)
}

fn measure(session: &OpenWorkspace) -> BTreeMap<String, Metrics> {
    let usage = session.facts.context.table.measure();
    let of = |shown: Shown| {
        let mut trees = shown
            .trees
            .iter()
            .filter_map(|pid| usage.get(pid))
            .peekable();
        trees.peek()?;
        Some(trees.fold(
            Metrics {
                cpu: 0.0,
                memory: 0.0,
                processes: 0,
            },
            |sum, one| Metrics {
                cpu: sum.cpu + one.cpu,
                #[expect(
                    clippy::cast_precision_loss,
                    reason = "no process tree has 8 petabytes"
                )]
                memory: sum.memory + one.memory as f64,
                processes: sum.processes + one.processes,
            },
        ))
    };
    let locations = session
        .location_units()
        .into_iter()
        .map(|(id, unit)| (code_server::log_of(&id), unit.shown()));
    let services = [ServiceName::Webserver, ServiceName::Daemon].map(|name| {
        (
            service::log_of(name).to_owned(),
            session.service(name).shown(),
        )
    });
    locations
        .chain(services)
        .filter_map(|(log, shown)| Some((log, of(shown)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_person_would_read_otherwise_is_news() {
        let one = |cpu, memory, processes| {
            let metrics = Metrics {
                cpu,
                memory,
                processes,
            };
            BTreeMap::from([("webserver".to_owned(), metrics)])
        };
        let told = one(0.01, 150e6, 1);
        let news = |now: &BTreeMap<_, _>, steps| is_news(&told, now, steps);
        assert!(!news(&one(0.02, 150.4e6, 1), &WAVER));
        for wavers in [one(0.04, 150e6, 1), one(0.01, 152e6, 1)] {
            assert!(news(&wavers, &WAVER) && !news(&wavers, &LEAP));
        }
        for leaps in [
            one(0.2, 150e6, 1),
            one(0.01, 165e6, 1),
            one(0.01, 150e6, 2),
            BTreeMap::new(),
        ] {
            assert!(news(&leaps, &LEAP));
        }
        assert!(is_news(&BTreeMap::new(), &told, &LEAP));
    }
}
