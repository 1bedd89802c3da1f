//! `dagdeck doctor`: every check of machine, workspace and projects, with what puts each finding right.

mod looking;

use std::fmt::Write as _;
use std::io::Write as _;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use api::{
    ApiError, CheckView, FindingState, FindingView, FixDoes, FixRequest, FixView, HealthRequest,
    HealthView, Nothing, Severity, WorkspaceView,
};
use serde::Serialize;

use crate::arguments;
use crate::error::closed;
use crate::error::{CliError, piped, tell, words};
use crate::hand::Hand;
use crate::runtime;
use crate::stop::Stop;

/// How long is waited before the owner that looks is asked whether it still answers, and between two such questions.
const PULSE: Duration = Duration::from_secs(5);

/// The checks' answers, for scripts. The shape is a contract: fields are added, never renamed.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct DoctorReport<'a> {
    root: &'a str,
    trusted: bool,
    blockers: usize,
    warnings: usize,
    notes: usize,
    findings: &'a [FindingView],
    checks: &'a [CheckView],
}

pub(crate) fn run(what: &arguments::Doctor) -> Result<(), CliError> {
    runtime::run(doctor(what))
}

async fn doctor(what: &arguments::Doctor) -> Result<(), CliError> {
    let mut stop = Stop::listen()?;
    let hand = stop.or(looking::hand(what)).await?;
    let found = look(&hand, what, &mut stop).await;
    let interrupted = matches!(found, Err(CliError::Interrupted));
    // One that goes forgets what it found: that may look as if there were nothing.
    let (hand, found) = if interrupted || !looking::has_ended(&hand, &what.path).await? {
        (hand, found)
    } else if what.fix_safe {
        // What is put right is done by who runs the workspace.
        return Err(CliError::Failed(looking::DO_AGAIN.to_owned()));
    } else {
        tell(looking::ENDED_MEANWHILE);
        let hand = stop.or(Hand::looking_at(&what.path, None)).await?;
        let found = look(&hand, what, &mut stop).await;
        (hand, found)
    };
    let end = found.and_then(|found| found.print(what));
    hand.end_or(&mut stop).await.and(end)
}

/// Has them look, until they have, answer no more, or we are told to end.
async fn look(hand: &Hand, what: &arguments::Doctor, stop: &mut Stop) -> Result<Found, CliError> {
    tokio::select! {
        found = work(hand, what) => found,
        silent = silence(hand) => Err(silent.into()),
        () = stop.requested() => Err(CliError::Interrupted),
    }
}

/// Waits until the owner that looks answers no more, and says so; for ever where there is none.
async fn silence(hand: &Hand) -> ApiError {
    let Hand::Owner(attached) = hand else {
        return std::future::pending().await;
    };
    loop {
        tokio::time::sleep(PULSE).await;
        if let Err(silent) = attached.owner().status().await {
            return silent;
        }
    }
}

/// What was found.
struct Found {
    workspace: WorkspaceView,
    trusted: bool,
    health: HealthView,
    checks: Vec<CheckView>,
    /// The same to be handed on, where that was asked for.
    report: Option<String>,
    /// Whether something was put right.
    fixed: bool,
}

async fn work(hand: &Hand, what: &arguments::Doctor) -> Result<Found, CliError> {
    let workspace = hand.workspace().await?;
    let trusted = workspace.trusted || what.trust;
    if what.trust && !workspace.trusted {
        hand.workspace_trust(Nothing {}).await?;
    }
    hand.health_check(HealthRequest { asked: true }).await?;
    let mut fixed = false;
    if what.fix_safe {
        if !trusted {
            return Err(CliError::Failed(format!(
                "{} is not trusted yet, so nothing in it is put right.\n  If you trust it, add --trust.",
                workspace.root
            )));
        }
        fixed = fix(hand).await?;
    }
    let checks = hand.health_list(Nothing {}).await?.checks;
    let report = match what.report {
        true => Some(hand.health_report(Nothing {}).await?.text),
        false => None,
    };
    let shown = hand.snapshot_get(Nothing {}).await?;
    Ok(Found {
        // Where it was closed meanwhile, nothing is known of it any more.
        workspace: shown.workspace.ok_or_else(closed)?,
        trusted,
        health: shown.health,
        checks,
        report,
        fixed,
    })
}

impl Found {
    /// Says it in the way that was asked for; fails where there is a blocker.
    fn print(&self, what: &arguments::Doctor) -> Result<(), CliError> {
        if what.fix_safe && !self.fixed {
            anstream::eprintln!("Nothing that can be put right safely.");
        }
        if let Some(report) = &self.report {
            piped(write!(std::io::stdout().lock(), "{report}"))?;
        } else if what.json {
            print_json(self)?;
        } else {
            let page = page(&self.health, &self.checks, self.trusted);
            piped(write!(anstream::stdout().lock(), "{page}"))?;
        }
        let mut open = open_findings(&self.health);
        if open.any(|one| one.severity == Severity::Blocker) {
            return Err(CliError::NothingServed);
        }
        Ok(())
    }
}

/// Says what will be put right, and does it; whether there was anything.
async fn fix(hand: &Hand) -> Result<bool, CliError> {
    let health = hand.snapshot_get(Nothing {}).await?.health;
    let safe: Vec<&FindingView> = health
        .findings
        .iter()
        .filter(|one| one.fix.as_ref().is_some_and(is_safe))
        .collect();
    if safe.is_empty() {
        return Ok(false);
    }
    for finding in &safe {
        let fix = finding.fix.as_ref().map(|fix| done(&fix.does));
        anstream::eprintln!("{}\n{}", finding.title, fix.unwrap_or_default().trim_end());
    }
    let fixes = safe.iter().filter_map(|one| one.shown_fix()).collect();
    hand.health_fix(FixRequest { fixes }).await?;
    Ok(true)
}

fn is_safe(fix: &FixView) -> bool {
    fix.safe && matches!(fix.does, FixDoes::Steps { .. })
}

/// What is still to be put right.
fn open_findings(health: &HealthView) -> impl Iterator<Item = &FindingView> {
    let open = |one: &&FindingView| !matches!(one.state, FindingState::Fixed { .. });
    health.findings.iter().filter(open)
}

fn count(health: &HealthView, severity: Severity) -> usize {
    open_findings(health)
        .filter(|one| one.severity == severity)
        .count()
}

fn print_json(found: &Found) -> Result<(), CliError> {
    let health = &found.health;
    let answer = DoctorReport {
        root: &found.workspace.root,
        trusted: found.trusted,
        blockers: count(health, Severity::Blocker),
        warnings: count(health, Severity::Warning),
        notes: count(health, Severity::Note),
        findings: &health.findings,
        checks: &found.checks,
    };
    crate::json::print(&answer)
}

fn page(health: &HealthView, checks: &[CheckView], trusted: bool) -> String {
    let bold = Style::new().bold();
    let mut page = String::new();
    let mut quiet: Vec<&str> = Vec::new();
    for group in &health.groups {
        let mine: Vec<&FindingView> = health
            .findings
            .iter()
            .filter(|one| one.scope == group.scope && one.location == group.location)
            .collect();
        if mine.is_empty() {
            quiet.push(&group.name);
            continue;
        }
        let _infallible = writeln!(
            page,
            "{bold}{}{bold:#}  {} passed",
            group.name, group.passed
        );
        for finding in mine {
            page.push_str(&finding_lines(finding));
        }
    }
    if !quiet.is_empty() {
        let _infallible = writeln!(page, "{}  all checks passed", quiet.join(", "));
    }
    let passed = checks.iter().filter(|one| one.found == 0).count();
    let counted = |severity, one: &str, many: &str| match count(health, severity) {
        0 => None,
        1 => Some(format!("1 {one}")),
        number => Some(format!("{number} {many}")),
    };
    let mut counts: Vec<String> = [
        counted(Severity::Blocker, "blocker", "blockers"),
        counted(Severity::Warning, "warning", "warnings"),
        counted(Severity::Note, "note", "notes"),
    ]
    .into_iter()
    .flatten()
    .collect();
    counts.push(format!("{passed} checks passed"));
    let _infallible = writeln!(page, "{}", counts.join(", "));
    if !trusted {
        page.push_str(
            "This folder is not trusted, so nothing of it was run. With --trust the rest is checked too.\n",
        );
    }
    page
}

fn finding_lines(finding: &FindingView) -> String {
    let (word, color) = match finding.severity {
        Severity::Blocker => ("blocker", AnsiColor::Red),
        Severity::Warning => ("warning", AnsiColor::Yellow),
        Severity::Note => ("note", AnsiColor::Blue),
    };
    let (style, dim) = (color.on_default(), Style::new().dimmed());
    let mut text = String::new();
    let _infallible = match &finding.state {
        FindingState::Fixed { .. } => writeln!(text, "  fixed    {}", finding.title),
        _ => writeln!(text, "  {style}{word:<7}{style:#}  {}", finding.title),
    };
    if matches!(finding.state, FindingState::Fixed { .. }) {
        return text;
    }
    let mut line = |words: &str| {
        for one in words.lines() {
            let _infallible = writeln!(text, "           {one}");
        }
    };
    line(&finding.why);
    for evidence in &finding.evidence {
        line(&format!("{dim}{evidence}{dim:#}"));
    }
    if let Some(subject) = &finding.subject {
        let place = match subject.line {
            Some(number) => format!("{}:{number}", subject.path),
            None => subject.path.clone(),
        };
        line(&format!("{dim}{place}{dim:#}"));
    }
    if let FindingState::Failed { error } = &finding.state {
        line(&format!("It could not be put right. {}", words(error)));
    }
    if let Some(fix) = &finding.fix {
        let note = if is_safe(fix) { " (safe)" } else { "" };
        let done = done(&fix.does);
        if !done.is_empty() {
            line(&format!("{}{note}:", fix.verb));
            line(&done);
        }
    }
    text
}

/// What a fix does, as lines.
fn done(does: &FixDoes) -> String {
    let mut text = String::new();
    match does {
        FixDoes::Steps { steps } => {
            for step in steps {
                match &step.command {
                    Some(command) => {
                        let _infallible = writeln!(text, "  $ {}", command.shell);
                    }
                    None => {
                        let _infallible = writeln!(text, "  {}", step.words);
                    }
                }
                if let Some(edit) = &step.edit {
                    let _infallible = writeln!(text, "  {}", edit.path);
                    for line in &edit.diff {
                        let _infallible = writeln!(text, "    {line}");
                    }
                }
            }
        }
        FixDoes::Copy { command } => {
            let _infallible = writeln!(text, "  $ {command}");
        }
        FixDoes::Open { .. } | FixDoes::Show { .. } => {}
    }
    text
}
