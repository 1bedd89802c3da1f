//! Checks on real faults: each is made for real, found, put right by its fix, and then the check passes.

use std::net::TcpListener;
use std::path::Path;

use api::{
    FindingState, FindingView, FixDoes, FixRequest, HealthRequest, HealthView, Nothing, Severity,
};
use testkit::TestWorkspace;

use crate::opened::Opened;

mod definitions;
mod environments;
mod instance;
mod listing;
mod machine;
mod one_file;
mod packages;

/// The checks that are made only when a person asks, or that see no change of the machine by themselves. All others are
/// made without asking here: trying every project's definitions each time takes seconds.
const ASKED: &[&str] = &[
    "definitions-tried",
    "index-reachable",
    "path-as-in-shell",
    "python-accepted",
    "python-available",
    "release-whole",
    "uv-new-enough",
    "watch-limit",
];

/// An opened, trusted workspace whose checks are made when a test says so.
pub(crate) struct Checked {
    pub(crate) opened: Opened,
}

impl Checked {
    pub(crate) async fn of(folder: &Path, state: &Path) -> Self {
        Self::with(folder, state, &[]).await
    }

    /// The same in an environment with more variables.
    pub(crate) async fn with(folder: &Path, state: &Path, variables: &[(&str, &str)]) -> Self {
        Self {
            opened: Opened::with(folder, state, variables).await,
        }
    }

    /// Makes every check as a person who presses "Check again" does, and answers what is shown.
    pub(crate) async fn check(&self) -> HealthView {
        self.checked(true).await
    }

    async fn checked(&self, asked: bool) -> HealthView {
        let request = HealthRequest { asked };
        self.opened.deck.health_check(request).await.unwrap();
        self.shown().await
    }

    pub(crate) async fn shown(&self) -> HealthView {
        let snapshot = self.opened.deck.snapshot_get(Nothing {}).await.unwrap();
        snapshot.health
    }

    /// What one check finds now, of anything. What was put right is shown until somebody checks again; it does not count.
    pub(crate) async fn found(&self, check: &str) -> Vec<FindingView> {
        let shown = self.checked(ASKED.contains(&check)).await.findings;
        let found = |one: &FindingView| {
            one.check == check && !matches!(one.state, FindingState::Fixed { .. })
        };
        shown.into_iter().filter(found).collect()
    }

    /// What one check finds now; there has to be exactly one.
    pub(crate) async fn the_finding(&self, check: &str) -> FindingView {
        let mut found = self.found(check).await;
        assert_eq!(found.len(), 1, "{check}: {found:?}");
        found.remove(0)
    }

    /// Puts a finding right as its button does, and asserts that its check then passes.
    pub(crate) async fn fixed(&self, finding: &FindingView) {
        self.opened
            .deck
            .health_fix(as_shown(&[finding]))
            .await
            .unwrap();
        let shown = self.shown().await;
        let state = shown.findings.iter().find(|one| one.id == finding.id);
        let state = state.map(|one| one.state.clone());
        assert!(
            matches!(state, Some(FindingState::Fixed { .. })),
            "{}: {state:?}",
            finding.id
        );
        assert_eq!(self.found(&finding.check).await, []);
    }
}

/// Asks for the fixes of findings as they are shown.
pub(crate) fn as_shown(findings: &[&FindingView]) -> FixRequest {
    let fixes = findings.iter().filter_map(|one| one.shown_fix());
    FixRequest {
        fixes: fixes.collect(),
    }
}

/// What a fix that Dagdeck carries out runs, as shell lines.
fn lines(finding: &FindingView) -> Vec<String> {
    let fix = finding.fix.as_ref().unwrap();
    let FixDoes::Steps { steps } = &fix.does else {
        panic!("{fix:?}");
    };
    let commands = steps.iter().filter_map(|step| step.command.as_ref());
    commands.map(|command| command.shell.clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_without_environment_is_set_up_by_its_fix() {
    let workspace = TestWorkspace::copy();
    workspace.add_project_without_environment("marketing");
    let checked = Checked::of(&workspace.path(), &workspace.state()).await;
    let finding = checked.the_finding("environment-present").await;
    assert_eq!(finding.severity, Severity::Blocker);
    assert_eq!(finding.location.as_deref(), Some("projects/marketing"));
    assert!(finding.fix.as_ref().unwrap().safe, "{finding:?}");
    assert!(lines(&finding)[0].contains(" sync "), "{finding:?}");
    checked.fixed(&finding).await;
    assert!(workspace.python("marketing").exists());
    checked.opened.deck.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_port_is_told_with_its_holder_and_another_is_used() {
    let workspace = TestWorkspace::copy();
    let checked = Checked::of(&workspace.path(), &workspace.state()).await;
    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port();
    let deck = &checked.opened.deck;
    let mut settings = deck.snapshot_get(Nothing {}).await.unwrap().settings;
    settings.port = port;
    deck.settings_set(settings).await.unwrap();
    let finding = checked.the_finding("port-free").await;
    let us = format!("(process {})", std::process::id());
    assert!(finding.title.contains(&us), "{}", finding.title);
    checked.fixed(&finding).await;
    let settings = deck.snapshot_get(Nothing {}).await.unwrap().settings;
    assert_ne!(settings.port, port);
    deck.shut_down().await;
}
