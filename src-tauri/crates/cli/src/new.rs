//! `dagdeck new`: makes a workspace or a project, with the plan that the window shows.

mod page;
mod step_lines;

use std::io::Write as _;
use std::path::Path;

use api::{
    CreateForm, CreateFormRequest, CreateKind, CreatePlan, CreateSpec, CreateStart, Creation,
    CreationState, Event, Nothing,
};
use tokio::sync::Notify;

use crate::arguments::{Make, New};
use crate::error::{CliError, piped};
use crate::hand::{Ear, Hand};
use crate::reached::{Reached, ReachedWorkspace};
use crate::runtime;
use crate::stop::Stop;
use step_lines::StepLines;

pub(crate) fn run(what: &New) -> Result<(), CliError> {
    runtime::run(async {
        let mut stop = Stop::listen()?;
        Box::pin(make(what, &mut stop)).await
    })
}

async fn make(what: &New, stop: &mut Stop) -> Result<(), CliError> {
    let (kind, make) = match what {
        New::Workspace { make, .. } => (CreateKind::Workspace, make),
        New::Project { make, .. } => (CreateKind::Project, make),
    };
    let own = stop.or(Hand::own()).await?;
    let form = stop.or(form(&own, kind, make)).await;
    let hand = match form.as_ref().map(|form| form.workspace.as_deref()) {
        Ok(Some(root)) => {
            own.end_or(stop).await?;
            stop.or(of_workspace(Path::new(root), make)).await?
        }
        _ => own,
    };
    let end = match form {
        Ok(form) => done(&hand, answers(what, make, form), make, stop).await,
        Err(end) => Err(end),
    };
    hand.end_or(stop).await.and(end)
}

/// Who makes a project in the workspace that it becomes one of: the owner. A dry run starts none.
async fn of_workspace(root: &Path, make: &Make) -> Result<Hand, CliError> {
    if make.dry_run {
        return Hand::to_look(root).await;
    }
    let reached = Reached::to(&ReachedWorkspace::of(root)?).await?;
    Ok(Hand::Owner(reached.attached))
}

/// Shows what would be made, or makes it.
async fn done(hand: &Hand, spec: CreateSpec, make: &Make, stop: &mut Stop) -> Result<(), CliError> {
    let plan = stop.or(hand.create_plan(spec)).await?;
    if let Some(words) = page::blocked(&plan) {
        if make.json && make.dry_run {
            crate::json::print(&plan)?;
        }
        return Err(CliError::Unusable(words));
    }
    if make.dry_run {
        return if make.json {
            crate::json::print(&plan)
        } else {
            piped(write!(anstream::stdout().lock(), "{}", page::plan(&plan)))
        };
    }
    let events = stop.or(hand.listen()).await?;
    let told = Notify::new();
    let work = carry_out(hand, plan, events, make.json, &told);
    let creation = stop
        .or_taken_back(&told, || hand.last_words(), work)
        .await?;
    if make.json {
        crate::json::print(&creation)?;
    }
    match creation.state {
        CreationState::Succeeded => {
            // It was told here, and no window need tell of it any more.
            stop.or(hand.create_dismiss(Nothing {})).await?;
            Ok(())
        }
        CreationState::Cancelled => {
            anstream::eprintln!("dagdeck: {}", page::failure(&creation, make.json));
            Err(CliError::Interrupted)
        }
        CreationState::Failed | CreationState::Running => {
            Err(CliError::Failed(page::failure(&creation, make.json)))
        }
    }
}

/// What a form for it starts from.
async fn form(hand: &Hand, kind: CreateKind, make: &Make) -> Result<CreateForm, CliError> {
    let here = std::env::current_dir()
        .map_err(|error| CliError::Failed(format!("can't tell the current folder: {error}")))?;
    let (parent, name) = place(kind, &make.path, &here);
    let request = CreateFormRequest {
        kind,
        parent: Some(parent),
        name: Some(name),
    };
    let form = hand.create_form(request).await?;
    match form.blocked {
        Some(error) => Err(CliError::from(error)),
        None => Ok(form),
    }
}

/// The answers: what was said on the command line, and for the rest what a form starts from.
fn answers(what: &New, make: &Make, form: CreateForm) -> CreateSpec {
    let (first, trust) = match what {
        New::Workspace { project, .. } => (project.clone(), false),
        New::Project { trust, .. } => (None, *trust),
    };
    CreateSpec {
        dagster: make.dagster.clone().unwrap_or_default(),
        python: make.python.clone().or(form.spec.python),
        first_project: first,
        git: form.spec.git && !make.no_git,
        sync: !make.no_sync,
        trust,
        ..form.spec
    }
}

/// The folder around it and the name. A project may be named by a path from here: it must not lead out of its workspace.
fn place(kind: CreateKind, path: &Path, here: &Path) -> (String, String) {
    let split = path.is_absolute() || kind != CreateKind::Project;
    // ".." and nothing are no names.
    let whole = path.file_name().map(|_| here.join(path));
    let apart = whole.filter(|_| split).and_then(|whole| apart(&whole));
    apart.unwrap_or_else(|| (text(here), text(path)))
}

/// The folder around a path and the name at its end, where it has both.
fn apart(whole: &Path) -> Option<(String, String)> {
    let name = whole.file_name()?.to_string_lossy().into_owned();
    Some((text(whole.parent()?), name))
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// Makes it, telling each step as it comes, until it is done, or taken back for we were `told` to end.
async fn carry_out(
    hand: &Hand,
    plan: CreatePlan,
    mut events: Ear,
    json: bool,
    told: &Notify,
) -> Result<Creation, CliError> {
    let mut lines = StepLines::new(json);
    let start = CreateStart {
        spec: plan.spec,
        basis: plan.basis,
    };
    hand.create_start(start).await?;
    loop {
        let creation = hand.snapshot_get(Nothing {}).await?.creation;
        let creation = creation
            .ok_or_else(|| CliError::Failed("what was being made was put away".to_owned()))?;
        lines.print_new(&creation)?;
        if creation.state != CreationState::Running {
            return Ok(creation);
        }
        tokio::select! {
            () = told.notified() => drop(hand.create_cancel(Nothing {}).await?),
            changed = changed(&mut events) => { changed?; continue },
        };
        // Told once is enough: what ends the step is under way.
        while hand
            .snapshot_get(Nothing {})
            .await?
            .creation
            .is_some_and(|creation| creation.state == CreationState::Running)
        {
            changed(&mut events).await?;
        }
    }
}

/// Waits until something of what is made has changed.
async fn changed(events: &mut Ear) -> Result<(), CliError> {
    let made = |event: &Event| matches!(event, Event::CreationChanged { .. });
    events.until(made).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workspace_is_beside_what_is_in_its_folder_and_a_project_is_named_from_here() {
        let here = Path::new("/w/acme");
        let at = |kind, path: &str| place(kind, Path::new(path), here);
        let (workspace, project) = (CreateKind::Workspace, CreateKind::Project);
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(at(workspace, "sub/new"), pair("/w/acme/sub", "new"));
        assert_eq!(at(workspace, "/x/new"), pair("/x", "new"));
        assert_eq!(at(workspace, "."), pair("/w/acme", "."));
        assert_eq!(at(project, "projects/a"), pair("/w/acme", "projects/a"));
        assert_eq!(at(project, "../a"), pair("/w/acme", "../a"));
        assert_eq!(at(project, "/x/a"), pair("/x", "a"));
        assert_eq!(at(project, ""), pair("/w/acme", ""));
    }
}
