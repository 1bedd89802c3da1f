//! How a code location runs: one `dagster api grpc` per generation, each on its own socket, and a link that leads
//! the webserver and the daemon to the one that serves.

mod attempt;
mod code;
mod runs;

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use dagster::code_server::{
    Address, Client, Phase, RepositoriesAnswer, new_server_id, wait_until_loaded,
};
use dagster::webserver::Webserver;
use futures::future::BoxFuture;
use parking_lot::Mutex;
use process::CancellationToken;

use super::{OurInstance, StartError};
use crate::clock;
use crate::errors::NotStarted;
use crate::open::WorkspaceFacts;
use crate::open::commands::code_server::{command_of, log_of, sample};
use crate::present::{self, command_view, short};
use crate::record::{NewOperation, state_of};
use api::{ApiError, Lifecycle, OperationState, StartPhase};
use unit::{Ended, Generation, Recipe, Shown, StartOutcome, Started};

/// How long the old server is kept at most while the webserver is told of the new one.
const TELL_LIMIT: Duration = Duration::from_secs(5);
/// One generation on its way or serving.
#[derive(Debug, Clone)]
struct Server {
    address: Address,
    id: String,
    operation: u32,
    /// Whether it is to take over from one that serves.
    reload: bool,
    /// Set once the webserver was told of the generation that took over from this one.
    told: CancellationToken,
    /// The runs that already name this server's own socket.
    kept: Arc<Mutex<BTreeSet<String>>>,
}

/// The recipe of one location.
pub(crate) struct CodeServer {
    facts: Arc<WorkspaceFacts>,
    instance: Arc<OurInstance>,
    id: String,
    servers: Mutex<HashMap<Generation, Server>>,
    serving: Mutex<Option<Generation>>,
}

impl CodeServer {
    pub(crate) fn new(facts: Arc<WorkspaceFacts>, instance: Arc<OurInstance>, id: String) -> Self {
        Self {
            facts,
            instance,
            id,
            servers: Mutex::default(),
            serving: Mutex::default(),
        }
    }

    fn server(&self, generation: Generation) -> Option<Server> {
        self.servers.lock().get(&generation).cloned()
    }

    fn name(&self) -> String {
        self.facts
            .reading()
            .project(&self.id)
            .map_or_else(|| self.id.clone(), |project| project.name.clone())
    }

    async fn start(
        &self,
        generation: Generation,
        cause: Option<String>,
    ) -> Result<Started<process::Child>, StartError> {
        self.look_at_code(generation).await?;
        self.facts.require_trust()?;
        let project = self.facts.startable(&self.id)?;
        self.instance.prepare().await?;
        let address = self.address(generation)?;
        let id = new_server_id();
        let command = command_of(&self.facts, &project, address.clone(), &id)?;
        let sample = sample(&self.facts, &project);
        self.facts.attempted_with(&self.id, generation, sample);
        if self.serving.lock().is_none() {
            // Nothing serves yet, so the webserver may come as early as it likes.
            self.link(generation)?;
        }
        let log = log_of(&self.id);
        let writer = self.facts.writer(&log, short(&command))?;
        if let Some(cause) = &cause {
            writer.note(&format!("Reloading: {cause}"));
        }
        let reload = self.serving.lock().is_some();
        let verb = if reload { "Reloading" } else { "Starting" };
        let operation = self.facts.context.operations.begin(NewOperation {
            title: format!("{verb} {}", project.name),
            command: Some(command_view(&command)),
            cause,
            location: Some(self.id.clone()),
            log: Some(log),
            passing: false,
        });
        let server = Server {
            address: address.clone(),
            id,
            operation,
            reload,
            told: CancellationToken::new(),
            kept: Arc::default(),
        };
        self.servers.lock().insert(generation, server);
        let child = self
            .facts
            .context
            .table
            .spawn(&command, Some(writer.clone()))
            .map_err(|source| NotStarted {
                program: command.program.clone(),
                source,
            })?;
        Ok(Started {
            child,
            writer,
            address: Some(address.to_string()),
        })
    }

    fn address(&self, generation: Generation) -> Result<Address, StartError> {
        if cfg!(unix) {
            return Ok(Address::Socket(
                self.facts
                    .sockets_of(&self.id)?
                    .generation(narrow(generation)),
            ));
        }
        let free = process::ports::any_free().map_err(StartError::NoFreePort)?;
        Ok(Address::local(free))
    }

    /// Leads calls to a generation. Where there are no sockets, the webserver is told of the port instead.
    fn link(&self, generation: Generation) -> Result<(), StartError> {
        if cfg!(not(unix)) {
            return Ok(());
        }
        let sockets = self.facts.sockets_of(&self.id)?;
        sockets.serve(narrow(generation)).map_err(StartError::Link)
    }

    fn note(&self, text: &str) {
        // A log that can't be written was already said where the run began.
        if let Ok(writer) = self.facts.writer(&log_of(&self.id), String::new()) {
            writer.note(text);
        }
    }

    fn end_operation(&self, generation: Generation, state: OperationState, title: Option<String>) {
        if let Some(server) = self.server(generation) {
            self.facts
                .context
                .operations
                .end(server.operation, state, title);
        }
    }
}

impl Recipe for CodeServer {
    type Process = process::Child;

    async fn spawn(
        &self,
        generation: Generation,
        cause: Option<String>,
    ) -> Result<Started<process::Child>, ApiError> {
        Ok(self.start(generation, cause).await?)
    }

    async fn ready(
        &self,
        generation: Generation,
        progress: impl Fn(StartPhase) + Send + Sync,
    ) -> StartOutcome {
        let Some(server) = self.server(generation) else {
            return std::future::pending().await;
        };
        let on_phase = |phase| match phase {
            Phase::Importing => progress(StartPhase::Importing),
            Phase::Loading => progress(StartPhase::Loading),
            Phase::Spawned | Phase::Ready => {}
        };
        let name = self.name();
        match wait_until_loaded(&server.address, &server.id, on_phase).await {
            Ok(loading) => match &loading.listed {
                RepositoriesAnswer::Loaded(_) => {
                    self.read_definitions(&loading).await;
                    self.prepare_to_take_over().await;
                    self.end_operation(
                        generation,
                        OperationState::Succeeded,
                        Some(format!(
                            "{} {name}",
                            if server.reload { "Reloaded" } else { "Started" }
                        )),
                    );
                    StartOutcome::Loaded
                }
                RepositoriesAnswer::Failed(failure) => {
                    let error = Box::new(self.explain(failure).await);
                    let reason = error.title.clone();
                    let title = Some(format!("{name} has a load error"));
                    self.end_operation(generation, OperationState::Failed { reason }, title);
                    StartOutcome::LoadFailed(error)
                }
            },
            Err(error) => {
                let error = Box::new(present::unanswered(&error, clock::now()));
                self.end_operation(
                    generation,
                    OperationState::Failed {
                        reason: error.title.clone(),
                    },
                    None,
                );
                StartOutcome::LoadFailed(error)
            }
        }
    }

    async fn serve(&self, generation: Generation) {
        let older = self.serving.lock().replace(generation);
        if let Err(error) = self.link(generation) {
            self.note(&ApiError::from(error).message);
        }
        let told = older
            .and_then(|older| self.server(older))
            .map(|server| server.told);
        let (facts, id, name) = (Arc::clone(&self.facts), self.id.clone(), self.name());
        tokio::spawn(async move {
            tell_webserver(&facts, &name).await;
            facts.told_webserver(&id, generation);
            if let Some(told) = told {
                told.cancel();
            }
        });
    }

    async fn drain(&self, generation: Generation) {
        let Some(server) = self.server(generation) else {
            return;
        };
        server.told.cancelled().await;
        let Ok(client) = Client::connect(&server.address).await else {
            return;
        };
        // From here on it takes no new runs and ends by itself when those it has are over.
        if client.shutdown().await.is_err() {
            return;
        }
        let runs = self.keep_runs_reachable(&server, &client).await;
        self.facts.saw_runs(&self.id, runs);
        std::future::pending::<()>().await;
    }

    fn ask_to_end(&self, generation: Generation) -> Option<BoxFuture<'static, ()>> {
        let server = self.server(generation)?;
        Some(Box::pin(async move {
            if let Ok(client) = Client::connect(&server.address).await {
                // A refusal is no matter: SIGTERM follows.
                let _ = client.shutdown().await;
            }
        }))
    }

    fn ended(&self, generation: Generation, how: Ended<'_>) {
        let state = match how {
            Ended::Asked => OperationState::Cancelled,
            Ended::Exited(exit) => OperationState::Failed {
                reason: format!("ended before it was ready ({})", exit.words()),
            },
            Ended::NotStarted(error) => state_of(Some(error)),
        };
        self.end_operation(generation, state, None);
        let server = self.servers.lock().remove(&generation);
        if let Some(Server {
            address: Address::Socket(path),
            ..
        }) = server
        {
            remove_socket(&path);
        }
        let mut serving = self.serving.lock();
        if *serving == Some(generation) {
            *serving = None;
        }
        let older_left = self.servers.lock().keys().any(|one| Some(*one) != *serving);
        if !older_left {
            self.facts.saw_runs(&self.id, 0);
        }
    }

    fn show(&self, shown: &Shown) {
        self.facts.saw_location(&self.id, shown);
        self.facts.remember_of(&self.id, |memory| {
            if let Lifecycle::Stopped {
                at: Some(at),
                by: Some(by),
            } = shown.lifecycle
            {
                memory.stopped = Some((at, by));
            }
            memory.usual = shown.usual;
        });
    }
}

/// Tells the webserver, if it answers, to look at a location now rather than at its next look.
pub(crate) async fn tell_webserver(facts: &WorkspaceFacts, name: &str) {
    if let Some(url) = facts.url() {
        // It looks by itself every half second, so neither an error nor a limit reached is lost.
        let webserver = Webserver::at(url);
        let _ = tokio::time::timeout(TELL_LIMIT, webserver.reload_location(name)).await;
    }
}

fn remove_socket(path: &Path) {
    // gRPC removes it on a good exit; after a kill it is ours to remove, and the folder goes with the session anyway.
    let _ = fs_err::remove_file(path);
}

fn narrow(generation: Generation) -> u32 {
    u32::try_from(generation).unwrap_or(u32::MAX)
}
