//! How the webserver and the daemon run. They differ in their command line and in how they say that they are up: the
//! webserver answers, the daemon prints the line that names its parts.

use std::sync::Arc;
use std::time::Duration;

use dagster::command;
use dagster::webserver::Webserver;
use futures::future::BoxFuture;
use logstore::Writer;
use parking_lot::Mutex;

use super::{OurInstance, PortError, StartError, ports};
use crate::errors::NotStarted;
use crate::open::WorkspaceFacts;
use crate::open::commands::service::{command_of, log_of};
use crate::present::{command_view, short};
use crate::record::{NewOperation, state_of};
use api::{ApiError, OperationState, ServiceName, StartPhase};
use unit::{Ended, Generation, Recipe, Shown, StartOutcome, Started};

/// How many of the daemon's last lines are looked at for the one that says it is up.
const SEEN: usize = 40;
/// How long the daemon waits for locations that are being loaded, so that one slow location does not hold up all runs.
const PATIENCE: Duration = Duration::from_secs(10);
/// The pause between two looks.
const LOOK: Duration = Duration::from_millis(100);

/// The recipe of the webserver or the daemon.
pub(crate) struct ServiceRecipe {
    facts: Arc<WorkspaceFacts>,
    instance: Arc<OurInstance>,
    name: ServiceName,
    current: Mutex<Option<Current>>,
}

/// The process that runs, or is about to answer.
struct Current {
    pid: u32,
    writer: Writer,
    /// The operation of its start, until that has ended.
    operation: Option<u32>,
}

impl ServiceRecipe {
    pub(crate) fn new(
        facts: Arc<WorkspaceFacts>,
        instance: Arc<OurInstance>,
        name: ServiceName,
    ) -> Self {
        Self {
            facts,
            instance,
            name,
            current: Mutex::default(),
        }
    }

    async fn start(&self) -> Result<Started<process::Child>, StartError> {
        self.instance.prepare().await?;
        if self.name == ServiceName::Daemon {
            self.wait_for_locations().await;
            self.instance.secure().await?;
        }
        if self.name == ServiceName::Webserver {
            self.keep_port_free()?;
        }
        let command = command_of(&self.facts, self.name)?;
        let log = log_of(self.name);
        let writer = self.facts.writer(log, short(&command))?;
        let operation = self.facts.context.operations.begin(NewOperation {
            title: format!("Starting the {log}"),
            command: Some(command_view(&command)),
            log: Some(log.to_owned()),
            ..NewOperation::default()
        });
        let spawned = self
            .facts
            .context
            .table
            .spawn(&command, Some(writer.clone()));
        let child = spawned.map_err(|source| {
            let program = command.program.clone();
            let failed = NotStarted { program, source };
            let state = state_of(Some(&ApiError::from(&failed)));
            self.facts.context.operations.end(operation, state, None);
            failed
        })?;
        *self.current.lock() = Some(Current {
            pid: child.pid(),
            writer: writer.clone(),
            operation: Some(operation),
        });
        let port = self
            .facts
            .port()
            .filter(|_| self.name == ServiceName::Webserver);
        Ok(Started {
            child,
            writer,
            address: port.map(|port| format!("127.0.0.1:{port}")),
        })
    }

    /// Another program may have taken the port since it was chosen: the next free one is used then.
    fn keep_port_free(&self) -> Result<(), StartError> {
        let chosen = self
            .facts
            .port()
            .filter(|port| !process::ports::is_free(*port));
        if let Some(taken) = chosen {
            let free = process::ports::first_free(taken);
            let free = free.ok_or(PortError::NoneLeft)?;
            self.facts.set_port(free);
            let note = ports::another_port(taken, free);
            self.facts.writer(log_of(self.name), note)?;
        }
        Ok(())
    }

    /// The daemon loads every location when it starts and warns of each that is not there yet. Until they are, there is
    /// nothing for it to do.
    async fn wait_for_locations(&self) {
        let mut loading = self.facts.loading.subscribe();
        let patience = tokio::time::timeout(PATIENCE, loading.wait_for(|loading| !loading));
        // Slow is not failed: it starts without the slow ones, which it finds by itself later.
        let _ = patience.await;
    }

    /// Waits until the webserver answers; answers its address. Another program can have taken the port since it was
    /// chosen and answer in its stead: ours then ends, and is tried again on the next free one.
    async fn webserver_is_up(&self) -> Option<String> {
        let port = self.facts.port()?;
        let pid = self.current.lock().as_ref()?.pid;
        let url = format!("http://127.0.0.1:{port}");
        let webserver = Webserver::at(&url);
        webserver.wait_until_up().await;
        while !process::ports::is_held_by(port, pid) {
            tokio::time::sleep(LOOK).await;
            webserver.wait_until_up().await;
        }
        Some(url)
    }

    /// Waits until the daemon said that it is up.
    async fn daemon_is_up(&self) {
        let said = || {
            let current = self.current.lock();
            let lines = current
                .as_ref()
                .map(|current| current.writer.last_lines(SEEN));
            lines.is_some_and(|lines| lines.iter().any(|line| command::announces_daemon(line)))
        };
        while !said() {
            tokio::time::sleep(LOOK).await;
        }
    }

    fn end_operation(&self, state: OperationState, title: Option<String>) {
        let operation = self
            .current
            .lock()
            .as_mut()
            .and_then(|current| current.operation.take());
        if let Some(operation) = operation {
            self.facts.context.operations.end(operation, state, title);
        }
    }
}

impl Recipe for ServiceRecipe {
    type Process = process::Child;

    async fn spawn(
        &self,
        _generation: Generation,
        _cause: Option<String>,
    ) -> Result<Started<process::Child>, ApiError> {
        Ok(self.start().await?)
    }

    async fn ready(
        &self,
        _generation: Generation,
        progress: impl Fn(StartPhase) + Send + Sync,
    ) -> StartOutcome {
        progress(StartPhase::Importing);
        match self.name {
            ServiceName::Webserver => {
                let url = self.webserver_is_up().await;
                self.facts.answering.send_replace(url);
            }
            ServiceName::Daemon => self.daemon_is_up().await,
        }
        self.end_operation(
            OperationState::Succeeded,
            Some(format!("Started the {}", log_of(self.name))),
        );
        StartOutcome::Loaded
    }

    async fn serve(&self, _generation: Generation) {}

    async fn drain(&self, _generation: Generation) {}

    fn ask_to_end(&self, _generation: Generation) -> Option<BoxFuture<'static, ()>> {
        None
    }

    fn ended(&self, _generation: Generation, how: Ended<'_>) {
        if self.name == ServiceName::Webserver {
            self.facts.answering.send_replace(None);
        }
        let state = match how {
            Ended::Asked => OperationState::Cancelled,
            Ended::Exited(exit) => OperationState::Failed {
                reason: format!("ended before it was up ({})", exit.words()),
            },
            Ended::NotStarted(error) => state_of(Some(error)),
        };
        self.end_operation(state, None);
    }

    fn show(&self, shown: &Shown) {
        self.facts.saw_service(self.name, shown);
        if self.name == ServiceName::Daemon && shown.at_rest {
            let instance = Arc::clone(&self.instance);
            tokio::spawn(async move { instance.give_up().await });
        }
    }
}
