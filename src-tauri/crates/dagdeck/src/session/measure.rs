//! CPU and memory of every process tree, told every two seconds while something runs and somebody looks.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::{Session, service, view};
use crate::unit::Shown;
use crate::wire::{Event, Metrics, ServiceName};

const PAUSE: Duration = Duration::from_secs(2);

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
            if metrics != told {
                session.site.context.board.tell(Event::MetricsMeasured {
                    metrics: metrics.clone(),
                });
                told = metrics;
            }
        }
    });
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
                // Two digits are what is shown; finer changes are no news.
                cpu: ((sum.cpu + one.cpu) * 100.0).round() / 100.0,
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
