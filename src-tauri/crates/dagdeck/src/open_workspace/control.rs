//! What is asked of one location or of one service: start, stop, restart, reload.
//!
//! Owns what has to be true first. Whether and when it happens is the unit's to decide.

use super::OpenWorkspace;
use crate::clock;
use crate::run::StartError;
use api::{ServiceName, StoppedBy};
use unit::Ask;

impl OpenWorkspace {
    /// Starts one location, and what must exist for it.
    pub(crate) async fn start_location(&self, id: &str) -> Result<(), StartError> {
        let unit = self.location(id)?;
        self.facts.require_trust()?;
        self.facts.startable(id)?;
        self.facts.note_launch(clock::now());
        self.facts.want(id);
        self.ask_unit(&unit, Ask::Start).await;
        self.tell_webserver_of_workspace().await;
        Ok(())
    }

    /// Stops one location; `force` ends its whole tree at once.
    pub(crate) async fn stop_location(&self, id: &str, force: bool) -> Result<(), StartError> {
        let unit = self.location(id)?;
        self.facts.want_no_more(id);
        unit.ask(Ask::Stop {
            force,
            by: StoppedBy::Person,
        })
        .await;
        Ok(())
    }

    /// Stops and starts one location.
    pub(crate) async fn restart_location(&self, id: &str) -> Result<(), StartError> {
        let unit = self.location(id)?;
        self.facts.require_trust()?;
        self.facts.startable(id)?;
        self.facts.want(id);
        self.ask_unit(&unit, Ask::Restart).await;
        Ok(())
    }

    /// Loads a location's code again beside the serving one. `cause` goes on the record.
    pub(crate) async fn reload_location(
        &self,
        id: &str,
        cause: Option<String>,
    ) -> Result<(), StartError> {
        let unit = self.location(id)?;
        self.facts.require_trust()?;
        self.facts.startable(id)?;
        self.ask_unit(&unit, Ask::Reload { cause }).await;
        Ok(())
    }

    /// Starts the webserver or the daemon.
    ///
    /// # Errors
    /// When there is nothing to run it from, and for the daemon when another's runs for the instance.
    pub(crate) async fn start_service(&self, name: ServiceName) -> Result<(), StartError> {
        // The address that the person knows is kept, while it is free.
        let port = self
            .facts
            .port()
            .filter(|port| process::ports::is_free(*port));
        self.prepare_services(port, false).await?;
        if name == ServiceName::Daemon {
            self.instance.claim().await?;
        }
        self.ask_unit(self.service(name), Ask::Start).await;
        Ok(())
    }

    /// Stops and starts the webserver or the daemon.
    pub(crate) async fn restart_service(&self, name: ServiceName) -> Result<(), StartError> {
        self.prepare_services(None, false).await?;
        if name == ServiceName::Daemon {
            self.instance.claim().await?;
        }
        self.ask_unit(self.service(name), Ask::Restart).await;
        Ok(())
    }

    /// Stops the webserver or the daemon.
    pub(crate) async fn stop_service(&self, name: ServiceName) {
        self.syncs.stopped();
        self.service(name)
            .ask(Ask::Stop {
                force: false,
                by: StoppedBy::Person,
            })
            .await;
    }
}
