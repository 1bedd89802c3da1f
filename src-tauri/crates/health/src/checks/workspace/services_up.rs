//! The webserver and the daemon did not end by themselves.
//!
//! What a crash means is read from its last lines (`crash`). A stop by a person is no crash.

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::checks::crash;
use crate::facts::{Facts, Service, WorkspaceFacts};
use crate::finding::{Finding, FindingKey};
use crate::fix::{Fix, FixAction, Show};

pub(crate) static CHECK: Check = Check {
    id: "services-up",
    scope: Scope::Workspace,
    passes: "The webserver and the daemon run until they are stopped",
    why: "Without the webserver there is no Dagster UI; without the daemon no schedule and no sensor runs.",
    reads: &[Reads::Processes],
    needs: Needs::Nothing,
    judge: Judge::Workspace(judge),
};

fn judge(_: &Facts, workspace: &WorkspaceFacts) -> Vec<Finding> {
    let deployment = workspace.reading.deployment.as_ref();
    let dagster = deployment.and_then(|one| one.environment.installed.dagster.as_deref());
    let told = |(service, crash): &(Service, _)| {
        let (key, what) = match service {
            Service::Webserver => ("webserver", "The webserver"),
            Service::Daemon => ("daemon", "The daemon"),
        };
        let show = Fix::new("Show log", FixAction::Show(Show::Service(*service)));
        crash::finding(FindingKey::of(key), what, crash, None, dagster).fix(show)
    };
    workspace.crashes.iter().map(told).collect()
}
