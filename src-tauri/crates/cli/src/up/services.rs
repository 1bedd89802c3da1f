//! What a terminal says of the webserver and the daemon once the launch is over: only what a person would not expect.

use api::{Lifecycle, ServiceName, ServiceView, WorkspaceView};
use serde::Serialize;

/// Where one of them stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct ServiceLine {
    name: ServiceName,
    /// `running`, `starting`, `stopping`, `stopped`, `crashed`, `blocked`.
    state: &'static str,
    /// Why it crashed or can't start.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

impl ServiceLine {
    pub(crate) fn of(view: &ServiceView) -> Self {
        let (state, message) = match &view.lifecycle {
            Lifecycle::Running { .. } => ("running", None),
            Lifecycle::Starting { .. } => ("starting", None),
            Lifecycle::Stopping { .. } => ("stopping", None),
            Lifecycle::Crashed { reason, .. } => ("crashed", Some(reason.clone())),
            Lifecycle::Stopped { .. } | Lifecycle::Exited { .. } => match &view.blocked {
                Some(why) => ("blocked", Some(why.clone())),
                None => ("stopped", None),
            },
        };
        Self {
            name: view.name,
            state,
            message,
        }
    }

    /// Its state in a word or two, with why where it is not as it should be.
    pub(crate) fn short(&self) -> String {
        let state = match self.state {
            "blocked" => "can't start",
            state => state,
        };
        match &self.message {
            Some(why) => format!("{state}: {why}"),
            None => state.to_owned(),
        }
    }

    /// A line for a person, after the one before; none for what only is on its way.
    pub(super) fn words(&self, before: &Self, prefix: &str) -> Option<String> {
        let message = self.message.as_deref().unwrap_or_default();
        Some(match (before.state, self.state) {
            // Said when the launch was over.
            ("blocked", "stopped") if self.name == ServiceName::Daemon => format!(
                "{prefix}what kept the daemon from running is gone, and none runs yet: schedules and sensors stand still until \
                 `dagdeck up` in another terminal, or Launch in the window, starts it\n"
            ),
            (_, "running") => format!("{prefix}is up\n"),
            (_, "stopped") => format!("{prefix}is stopped\n"),
            (_, "crashed") => format!("{prefix}crashed: {message}\n"),
            (_, "blocked") => format!("{prefix}can't start: {message}\n"),
            _ => return None,
        })
    }
}

/// Both, as they were said to stand last.
#[derive(Debug, Default)]
pub(super) struct Services {
    said: Vec<ServiceLine>,
}

impl Services {
    /// Takes note of where both stand, which is said elsewhere.
    pub(super) fn note(&mut self, workspace: &WorkspaceView) {
        self.said = both(workspace).map(|(now, _)| now).into();
    }

    /// What is new since then, each with what it was before and the log that it is about; nothing before [`Self::note`].
    pub(super) fn news(
        &mut self,
        workspace: &WorkspaceView,
    ) -> Vec<(ServiceLine, ServiceLine, String)> {
        let mut news = Vec::new();
        for (said, (now, log)) in self.said.iter_mut().zip(both(workspace)) {
            if *said != now {
                news.push((std::mem::replace(said, now.clone()), now, log));
            }
        }
        news
    }
}

fn both(workspace: &WorkspaceView) -> [(ServiceLine, String); 2] {
    let of = |view: &ServiceView| (ServiceLine::of(view), view.log.clone());
    [of(&workspace.webserver), of(&workspace.daemon)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(name: ServiceName, state: &'static str, message: Option<&str>) -> ServiceLine {
        ServiceLine {
            name,
            state,
            message: message.map(str::to_owned),
        }
    }

    #[test]
    fn what_comes_goes_or_breaks_is_said_and_what_is_on_its_way_is_not() {
        let web = |state, message| service(ServiceName::Webserver, state, message);
        let running = web("running", None);
        let said = |now: ServiceLine| now.words(&running, "web | ");
        assert_eq!(said(web("starting", None)), None);
        assert_eq!(said(web("stopping", None)), None);
        assert_eq!(said(web("stopped", None)).unwrap(), "web | is stopped\n");
        let crashed = web("crashed", Some("ended with code 1"));
        assert_eq!(
            said(crashed.clone()).unwrap(),
            "web | crashed: ended with code 1\n"
        );
        let again = running.words(&crashed, "web | ").unwrap();
        assert_eq!(again, "web | is up\n");
    }

    #[test]
    fn a_daemon_that_could_run_now_is_said_not_to_run_yet() {
        let daemon = |state, message| service(ServiceName::Daemon, state, message);
        let elsewhere = daemon("blocked", Some("The daemon of other runs."));
        let said = daemon("stopped", None).words(&elsewhere, "daemon | ");
        assert!(said.unwrap().contains("none runs yet"));
        let said = elsewhere.words(&daemon("stopped", None), "daemon | ");
        assert_eq!(
            said.unwrap(),
            "daemon | can't start: The daemon of other runs.\n"
        );
    }
}
