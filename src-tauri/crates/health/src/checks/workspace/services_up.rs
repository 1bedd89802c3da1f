//! The webserver and the daemon did not end by themselves.

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::checks::crash;
use crate::facts::{Facts, Service, WorkspaceFacts};
use crate::finding::Finding;
use crate::fix::{Does, Fix, Show};

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
        let what = match service {
            Service::Webserver => "The webserver",
            Service::Daemon => "The daemon",
        };
        let show = Fix::new("Show log", Does::Show(Show::Service(*service)));
        crash::finding(what, crash, None, dagster).fix(show)
    };
    workspace.crashes.iter().map(told).collect()
}
