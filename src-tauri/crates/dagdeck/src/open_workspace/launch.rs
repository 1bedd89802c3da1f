//! Launch: everything that can start, all at once, and what the webserver is told to look at.

use std::sync::Arc;

use dagster::code_server::Address;
use dagster::webserver::Webserver;
use dagster::workspace_file::{self, WorkspaceFileEntry};
use futures::future::join_all;
use tokio_util::sync::CancellationToken;
use workspace::{LoadTarget, Project};

use super::OpenWorkspace;
use crate::clock;
use crate::open::NotListed;
use crate::open::commands::service::{interpreter, log_of};
use crate::present::blocked;
use crate::run::{ClaimError, StartError, deployment, location, ports};
use api::{LaunchRequest, Lifecycle, Readiness, ServiceName, StoppedBy};
use unit::{Ask, Unit};

impl OpenWorkspace {
    /// Starts everything that can start and returns once all of it was asked to; the board tells the rest.
    pub(crate) async fn launch(self: &Arc<Self>, request: LaunchRequest) -> Result<(), StartError> {
        let facts = &self.facts;
        facts.require_trust()?;
        let since = clock::now();
        let chosen = self.chosen(&request.locations)?;
        let again = || facts.port().filter(|port| process::ports::is_free(*port));
        let port = request
            .port
            .or_else(|| again().filter(|_| request.same_port));
        let prepare = self.prepare_services(port, request.make_deployment);
        self.ended
            .run_until_cancelled(prepare)
            .await
            .unwrap_or(Err(StartError::Cancelled))?;
        facts.note_launch(since);
        for project in &chosen {
            facts.want(&project.id);
        }
        let startable: Vec<Unit> = chosen
            .iter()
            .filter(|project| facts.startable(&project.id).is_ok())
            .filter_map(|project| self.location(&project.id).ok())
            .collect();
        let cancel = CancellationToken::new();
        self.replace_launch(Some((since, cancel.clone())));
        facts.loading.send_replace(true);
        let mut services = vec![self.webserver.clone()];
        // Where another's daemon runs for the instance, all the rest is of use without one; why there is none is shown.
        // What else is wrong is found again by its start, and shown as why it failed.
        let claimed = self.instance.claim().await;
        if !matches!(claimed, Err(ClaimError::Elsewhere(_))) {
            services.push(self.daemon.clone());
        }
        for unit in startable.iter().chain(&services) {
            self.ask_unit(unit, Ask::Start).await;
        }
        let session = Arc::clone(self);
        tokio::spawn(async move {
            let all = async {
                session.settle_locations(&startable).await;
                session.show_to_webserver().await;
                session.facts.loading.send_replace(false);
                join_all(
                    services
                        .iter()
                        .map(|unit| unit.wait_for(|shown| shown.settled)),
                )
                .await;
            };
            tokio::select! {
                () = all => session.settled(since),
                () = cancel.cancelled() => {}
            }
            session.facts.loading.send_replace(false);
        });
        Ok(())
    }

    /// Stops what a launch has not settled yet.
    pub(crate) async fn launch_cancel(&self) {
        self.cancel_launch();
        for unit in self.units() {
            if matches!(unit.shown().lifecycle, Lifecycle::Starting { .. }) {
                unit.ask(Ask::Stop {
                    force: false,
                    by: StoppedBy::Person,
                })
                .await;
            }
        }
    }

    pub(crate) fn cancel_launch(&self) {
        self.facts.want_nothing();
        self.replace_launch(None);
    }

    fn replace_launch(&self, next: Option<(f64, CancellationToken)>) {
        let (since, next) = next.unzip();
        let mut launching = self.launching.lock();
        if let Some(former) = std::mem::replace(&mut *launching, next) {
            former.cancel();
        }
        self.facts.saw_launch(since);
    }

    /// Waits until each location is up, or said why not, and shows the count. One that crashed is tried again beside the
    /// launch.
    async fn settle_locations(&self, units: &[Unit]) {
        let one = async |unit: &Unit| {
            unit.wait_for(|shown| shown.settled || shown.is_crashed())
                .await;
            self.facts.show_own();
        };
        join_all(units.iter().map(one)).await;
    }

    /// Makes the webserver see what it looked at too early. Only then does the daemon begin: it would take the processor
    /// from what the person waits for.
    async fn show_to_webserver(&self) {
        self.webserver
            .wait_for(|shown| shown.settled || shown.is_crashed())
            .await;
        if let Some(url) = self.facts.url() {
            self.reconcile(&url).await;
        }
    }

    /// All have settled: the launch is over.
    fn settled(&self, since: f64) {
        let took = clock::now() - since;
        self.facts.remember_launch(took);
        self.replace_launch(None);
    }

    /// Makes the webserver look again at locations that it found down and that are up.
    async fn reconcile(&self, url: &str) {
        let webserver = Webserver::at(url);
        // It looks by itself every half second: an error here only means that it is told a little later.
        let Ok(entries) = webserver.location_entries().await else {
            return;
        };
        let reading = self.facts.reading();
        let late = reading.projects.iter().filter_map(|project| {
            let ready = self
                .location(&project.id)
                .is_ok_and(|unit| matches!(unit.shown().readiness, Readiness::Ready { .. }));
            let seen = entries.iter().find(|entry| entry.name == project.name)?;
            (ready && seen.error.is_some()).then(|| project.name.clone())
        });
        let late: Vec<String> = late.collect();
        join_all(
            late.iter()
                .map(|name| location::tell_webserver(&self.facts, name)),
        )
        .await;
    }

    /// The projects that a launch is to start: all, or those named by id or name.
    fn chosen(&self, names: &[String]) -> Result<Vec<Project>, StartError> {
        let reading = self.facts.reading();
        let unknown = names.iter().find(|name| {
            !reading
                .projects
                .iter()
                .any(|one| &one.id == *name || &one.name == *name)
        });
        if let Some(unknown) = unknown {
            return Err(NotListed::among(&reading, unknown).into());
        }
        let chosen = reading.projects.iter().filter(|project| {
            names.is_empty() || names.contains(&project.id) || names.contains(&project.name)
        });
        Ok(chosen.cloned().collect())
    }

    /// Whether a launch is under way.
    pub(super) fn is_launching(&self) -> bool {
        self.launching.lock().is_some()
    }

    /// Makes ready what the webserver and the daemon need: a place to run from, a port, the list of locations.
    pub(crate) async fn prepare_services(
        &self,
        port: Option<u16>,
        make: bool,
    ) -> Result<(), StartError> {
        let facts = &self.facts;
        facts.require_trust()?;
        let runs = facts.runs_from().ok_or(StartError::NothingHere)?;
        match runs.to_make {
            Some((folder, dagster)) if make => deployment::make(facts, folder, dagster).await?,
            Some((_, dagster)) => return Err(StartError::NoWebserver { dagster }),
            None => {
                interpreter(facts)?;
            }
        }
        self.write_workspace_file()?;
        if self.webserver.shown().at_rest {
            let wished = facts.context.state.settings().port;
            let chosen = ports::choose(port, wished)?;
            facts.set_port(chosen);
            if port.is_none() && chosen != wished {
                let note = ports::another_port(wished, chosen);
                facts.writer(log_of(ServiceName::Webserver), note)?;
            }
        }
        Ok(())
    }

    /// Writes the list of locations for the webserver and the daemon; answers whether it differs from before.
    pub(crate) fn write_workspace_file(&self) -> Result<bool, StartError> {
        let reading = self.facts.reading();
        let mut entries = Vec::new();
        for project in &reading.projects {
            let address = match &project.target {
                LoadTarget::GrpcServer {
                    host, port, socket, ..
                } => match (port, socket) {
                    (_, Some(socket)) => Address::Socket(socket.into()),
                    (Some(port), None) => Address::Port {
                        host: host.clone(),
                        port: *port,
                    },
                    (None, None) => continue,
                },
                // One that runs is served whatever was saved of its settings since.
                _ if blocked(project).is_some() && self.rests(&project.id) => continue,
                _ => Address::Socket(self.facts.sockets_of(&project.id)?.link()),
            };
            entries.push(WorkspaceFileEntry {
                name: project.name.clone(),
                address,
            });
        }
        let path = self.facts.workspace_file();
        let before = fs_err::read_to_string(&path).ok();
        if before.as_deref() == Some(workspace_file::render(&entries).as_str()) {
            return Ok(false);
        }
        workspace_file::write(&path, &entries).map_err(StartError::List)?;
        Ok(true)
    }

    /// Whether nothing of a location lives.
    fn rests(&self, id: &str) -> bool {
        self.location(id).is_ok_and(|unit| unit.shown().at_rest)
    }

    /// Writes the list of locations and, if it changed, makes a running webserver read it.
    pub(crate) async fn tell_webserver_of_workspace(&self) {
        match (self.write_workspace_file(), self.facts.url()) {
            (Err(error), _) => tracing::error!(%error, "the list of locations is an old one"),
            (Ok(true), Some(url)) => {
                // The daemon reads it again by itself; so does the webserver at its next start.
                if let Err(error) = Webserver::at(url).reload_workspace().await {
                    tracing::warn!(%error, "the webserver still shows the old list of locations");
                }
            }
            (Ok(_), _) => {}
        }
    }
}
