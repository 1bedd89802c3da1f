//! Makes checks again when what they depend on changed, as the board's events tell.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ::health::{Reads, Request};
use tokio::sync::RwLock;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio_util::sync::CancellationToken;

use super::Health;
use crate::session::Session;
use api::{Event, Lifecycle, LocationView, Readiness};

/// How long changes are gathered before checks are made: a checkout or a launch changes many things within a moment.
const GATHER: Duration = Duration::from_millis(250);

/// Keeps the checks true until `ended`.
pub(crate) async fn keep_checking(
    health: Arc<Health>,
    session: Arc<RwLock<Option<Arc<Session>>>>,
    ended: CancellationToken,
) {
    let mut events = health.context.board.subscribe();
    let mut seen = Seen::default();
    let work = async {
        health.context.awake().await;
        let mut request = Some(Request::all());
        loop {
            if let Some(request) = request.take() {
                let session = session.read().await.clone();
                health.round(session.as_ref(), &request).await;
            }
            let Some(first) = wait(&mut events, &mut seen).await else {
                return;
            };
            tokio::time::sleep(GATHER).await;
            request = Some(gather(first, &mut events, &mut seen));
        }
    };
    tokio::select! {
        () = work => {}
        () = ended.cancelled() => {}
    }
}

type Events = tokio::sync::broadcast::Receiver<api::Envelope>;

/// Waits for an event that matters; none when there will be no more.
async fn wait(events: &mut Events, seen: &mut Seen) -> Option<Request> {
    loop {
        match events.recv().await {
            Ok(envelope) => {
                if let Some(reads) = seen.changes(&envelope.event) {
                    return Some(Request::changed(reads));
                }
            }
            Err(RecvError::Lagged(_)) => return Some(Request::all()),
            Err(RecvError::Closed) => return None,
        }
    }
}

/// Everything else that happened by now, with the first.
fn gather(mut request: Request, events: &mut Events, seen: &mut Seen) -> Request {
    loop {
        match events.try_recv() {
            Ok(envelope) => {
                if let Some(reads) = seen.changes(&envelope.event) {
                    request = request.and(Request::changed(reads));
                }
            }
            Err(TryRecvError::Lagged(_)) => request = request.and(Request::all()),
            Err(TryRecvError::Empty | TryRecvError::Closed) => return request,
        }
    }
}

/// What was last seen of the parts that checks depend on: most events tell of others.
#[derive(Default)]
struct Seen {
    locations: BTreeMap<String, (String, String)>,
    services: BTreeMap<String, String>,
}

impl Seen {
    /// What an event changes for the checks; none where that is nothing. An empty list means everything.
    fn changes(&mut self, event: &Event) -> Option<Vec<Reads>> {
        match event {
            Event::WorkspaceRead { .. } => {
                *self = Self::default();
                Some(Vec::new())
            }
            Event::WorkspaceChanged { .. } => Some(vec![Reads::Files, Reads::Uv, Reads::Instance]),
            Event::MachineChecked { .. } => Some(vec![Reads::Machine]),
            Event::SettingsChanged { .. } => Some(vec![Reads::Processes, Reads::Machine]),
            Event::LocationChanged { location } => {
                let now = (files_of(location), load_of(location));
                let before = self.locations.insert(location.id.clone(), now.clone());
                let (files, load) = before.unwrap_or_default();
                let mut reads = Vec::new();
                if files != now.0 {
                    reads.extend([Reads::Files, Reads::Uv]);
                }
                if load != now.1 {
                    reads.push(Reads::Load);
                }
                (!reads.is_empty()).then_some(reads)
            }
            Event::ServiceChanged { service } => {
                let now = up_of(&service.lifecycle);
                let name = format!("{:?}", service.name);
                let changed = self.services.insert(name, now.clone()) != Some(now);
                changed.then(|| vec![Reads::Processes, Reads::Instance])
            }
            Event::MetricsMeasured { .. }
            | Event::OperationChanged { .. }
            | Event::CreationChanged { .. }
            | Event::HealthChanged { .. }
            | Event::LogGrew { .. }
            | Event::ErrorsCounted { .. }
            | Event::NoticesChanged { .. }
            | Event::RecentChanged { .. } => None,
        }
    }
}

fn files_of(location: &LocationView) -> String {
    let environment = &location.environment;
    format!(
        "{:?} {} {:?} {:?} {:?} {:?}",
        environment.state,
        environment.detail,
        environment.lockfile_fresh,
        environment.packages,
        environment.checked_by_uv,
        location.problems
    )
}

fn load_of(location: &LocationView) -> String {
    let load = match &location.readiness {
        Readiness::Unknown | Readiness::Loading => String::new(),
        Readiness::Ready { at, .. } => format!("ready {at}"),
        Readiness::LoadError { error, .. } => format!("error {}", error.at),
    };
    let crashed = matches!(location.lifecycle, Lifecycle::Crashed { .. });
    let crash = crashed.then(|| up_of(&location.lifecycle));
    load + &crash.unwrap_or_default()
}

/// Whether a process is up, or how it ended by itself.
fn up_of(lifecycle: &Lifecycle) -> String {
    match lifecycle {
        Lifecycle::Running { .. } => "up".to_owned(),
        Lifecycle::Crashed { at, retry_at, .. } => format!("crashed {at} {retry_at:?}"),
        _ => String::new(),
    }
}
