//! CPU and memory of every process tree, looked at every two seconds while something runs and somebody looks, and told
//! when it differs in what a person reads: redrawing the window costs far more than measuring.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::{Session, service, view};
use crate::unit::Shown;
use crate::wire::{Event, Metrics, ServiceName};

const PAUSE: Duration = Duration::from_secs(2);
/// A change of the processor's share, as a part of one core, that is worth redrawing.
const CPU_STEP: f64 = 0.02;
/// A change of memory that is worth redrawing, in bytes.
const MEMORY_STEP: f64 = 1e6;

/// Measures until the session ends.
pub(super) fn start(session: &Arc<Session>) {
    let weak = Arc::downgrade(session);
    let ended = session.ended.clone();
    tokio::spawn(async move {
        let mut told = BTreeMap::new();
        loop {
            tokio::select! {
                () = ended.cancelled() => return,
                () = tokio::time::sleep(PAUSE) => {}
            }
            let Some(session) = weak.upgrade() else {
                return;
            };
            if !session.site.context.board.is_watched()
                || session.running_processes() == 0 && told.is_empty()
            {
                continue;
            }
            let metrics = measure(&session).await;
            if is_news(&told, &metrics) {
                session.site.context.board.tell(Event::MetricsMeasured {
                    metrics: metrics.clone(),
                });
                told = metrics;
            }
        }
    });
}

/// Whether a person would see another number than was told last.
fn is_news(told: &BTreeMap<String, Metrics>, now: &BTreeMap<String, Metrics>) -> bool {
    let differs = |(log, now): (&String, &Metrics)| {
        told.get(log).is_none_or(|told| {
            told.processes != now.processes
                || (told.cpu - now.cpu).abs() >= CPU_STEP
                || (told.memory - now.memory).abs() >= MEMORY_STEP
        })
    };
    told.len() != now.len() || now.iter().any(differs)
}

async fn measure(session: &Session) -> BTreeMap<String, Metrics> {
    let table = Arc::clone(&session.site.context.table);
    // Reading /proc takes a fraction of a millisecond, but it is file reading all the same.
    let usage = tokio::task::spawn_blocking(move || table.measure())
        .await
        .unwrap_or_default();
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
        .running_all()
        .into_iter()
        .map(|(id, running)| (view::location_log(&id), running.unit.shown()));
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
        assert!(!is_news(&told, &one(0.02, 150.4e6, 1)));
        assert!(is_news(&told, &one(0.04, 150e6, 1)));
        assert!(is_news(&told, &one(0.01, 152e6, 1)));
        assert!(is_news(&told, &one(0.01, 150e6, 2)));
        assert!(is_news(&told, &BTreeMap::new()));
        assert!(is_news(&BTreeMap::new(), &told));
    }
}
