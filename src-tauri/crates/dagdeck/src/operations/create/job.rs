//! Carries a plan out, step by step, and shows how it stands. What is shown is what was seen: a step has succeeded when what
//! it promised is on disk.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::StreamExt;
use parking_lot::Mutex;
use process::{CancellationToken, CommandLine};

use super::plan::{Action, Plan, Scaffold, Work};
use super::{MakingError, sample, undo};
use crate::clock;
use crate::context::AppContext;
use crate::present::command_view;
use crate::record::{NewOperation, OneShot};
use crate::run::make_room;
use api::{
    ApiError, CreateKind, Creation, CreationState, CreationStep, Hint, OperationProgress, StepState,
};

/// How long the scaffolder may take; where it has to be downloaded first, a slow network.
const SCAFFOLD: Duration = Duration::from_secs(1200);
/// How long a sync may take: a slow network and large packages.
const SYNC: Duration = Duration::from_secs(3600);
/// How long anything else may take.
const SHORT: Duration = Duration::from_secs(60);

/// Something being made.
pub(crate) struct CreationJob {
    context: Arc<AppContext>,
    plan: Plan,
    creation: Mutex<Creation>,
    /// Whether the person still wants to see it.
    shown: AtomicBool,
    cancel: Mutex<CancellationToken>,
    /// Held while steps run.
    turn: tokio::sync::Mutex<()>,
}

impl CreationJob {
    /// Makes ready to carry out a plan that nothing blocks.
    pub(crate) fn new(context: Arc<AppContext>, plan: Plan) -> Self {
        let steps = plan.work.iter().map(|work| CreationStep {
            title: work.words(),
            command: work.command().map(command_view),
            state: StepState::Waiting,
            started_at: None,
            took: None,
            progress: None,
            tail: Vec::new(),
        });
        let creation = Creation {
            spec: plan.shown.spec.clone(),
            folder: plan.folder.display().to_string(),
            root: plan.root.display().to_string(),
            state: CreationState::Running,
            steps: steps.collect(),
            made: Vec::new(),
            failure: None,
            next: Vec::new(),
        };
        Self {
            context,
            plan,
            creation: Mutex::new(creation),
            shown: AtomicBool::new(true),
            cancel: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
        }
    }

    /// How it stands.
    pub(crate) fn state(&self) -> CreationState {
        self.creation.lock().state
    }

    /// The root to open when it is done.
    pub(crate) fn root(&self) -> &Path {
        &self.plan.root
    }

    /// Takes the running step back. What it runs is ended with everything it started.
    pub(crate) fn cancel(&self) {
        self.token().cancel();
    }

    /// Waits until nothing of it runs.
    pub(crate) async fn idle(&self) {
        drop(self.turn.lock().await);
    }

    /// Puts it away. What runs goes on.
    pub(crate) fn dismiss(&self) {
        self.shown.store(false, Ordering::Relaxed);
        self.context.board.set_creation(None);
    }

    /// Says that it runs, before anything does: who asked sees it at once.
    pub(crate) fn begin(&self) {
        *self.cancel.lock() = CancellationToken::new();
        self.change(|creation| {
            creation.state = CreationState::Running;
            creation.failure = None;
        });
    }

    /// Carries out every step that has not succeeded, environments side by side. Call [`Self::begin`] first.
    pub(crate) async fn run(&self) {
        let _turn = self.turn.lock().await;
        let cancel = self.token();
        if self.plan.new_root {
            // What made it is ours, and the person asked for it by name.
            if let Err(error) = self.trust(true).await {
                return self.stopped(&error);
            }
        }
        let mut at = 0;
        for group in self.plan.work.chunk_by(Work::beside) {
            let steps = at..at + group.len();
            at = steps.end;
            if let Some(error) = self.together(steps, &cancel).await {
                return self.stopped(&error);
            }
        }
        self.change(|creation| {
            creation.state = CreationState::Succeeded;
            creation.next = next_steps(&self.plan, creation.spec.kind, creation.spec.sync);
        });
    }

    /// Carries out those of some steps that have not succeeded, side by side, and answers what went wrong.
    async fn together(
        &self,
        steps: Range<usize>,
        cancel: &CancellationToken,
    ) -> Option<MakingError> {
        let succeeded = |at: usize| self.creation.lock().steps[at].state == StepState::Succeeded;
        let left: Vec<usize> = steps.filter(|&at| !succeeded(at)).collect();
        let places = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        let ended: Vec<_> = futures::stream::iter(left)
            .map(|at| self.step(at, cancel))
            .buffered(places)
            .collect()
            .await;
        ended.into_iter().find_map(Result::err)
    }

    /// Says that it broke down in Dagdeck itself.
    pub(crate) fn broke(&self, why: tokio::task::JoinError) {
        self.stopped(&MakingError::BrokeDown(why));
    }

    /// Takes back what is on disk: the folder goes to the trash, the entry out of the workspace's settings.
    ///
    /// # Errors
    /// While it runs, once all is made, and where there is no trash; then nothing is lost.
    pub(crate) async fn remove(&self) -> Result<(), MakingError> {
        let _turn = self.turn.try_lock().map_err(|_| MakingError::Running)?;
        match self.state() {
            CreationState::Running => return Err(MakingError::Running),
            CreationState::Succeeded => return Err(MakingError::Made),
            CreationState::Failed | CreationState::Cancelled => {}
        }
        undo::trash(&self.plan.folder).await?;
        let listed = self.plan.register.as_ref();
        let listed = listed.map(|edit| undo::unlist(edit, &self.relative()));
        self.change(|creation| creation.made.clear());
        listed.transpose()?;
        if self.plan.new_root {
            self.trust(false).await?;
        }
        Ok(())
    }

    /// Carries out one step and puts down how it went: begun, took, succeeded, failed or cancelled.
    async fn step(&self, at: usize, cancel: &CancellationToken) -> Result<(), MakingError> {
        let again = self.creation.lock().steps[at].started_at.is_some();
        let began = clock::now();
        self.change(|creation| {
            let step = &mut creation.steps[at];
            step.state = StepState::Running;
            step.started_at = Some(began);
            step.took = None;
            step.progress = None;
            step.tail = Vec::new();
        });
        let outcome = if cancel.is_cancelled() {
            Err(MakingError::Cancelled)
        } else {
            self.work(at, again, cancel).await
        };
        self.change(|creation| {
            let step = &mut creation.steps[at];
            step.took = Some(clock::now() - began);
            step.progress = None;
            step.state = match &outcome {
                Ok(()) => StepState::Succeeded,
                Err(error) if error.is_cancelled() => StepState::Cancelled,
                Err(_) => StepState::Failed,
            };
        });
        outcome
    }

    /// Does what a step is. `again` says that it was begun before: what lies there may then be its own.
    async fn work(
        &self,
        at: usize,
        again: bool,
        cancel: &CancellationToken,
    ) -> Result<(), MakingError> {
        match &self.plan.work[at].action {
            Action::Scaffold(scaffold) => self.scaffold(at, scaffold, again, cancel).await,
            Action::Sync {
                command,
                environment,
            } => self.sync(at, command, environment, cancel).await,
            Action::Run(command) => self.program(at, command, SHORT, None, cancel).await,
            Action::Sample { folder, files } => sample::write(folder, files, again),
            Action::Write { path, text } => {
                atomicfile::replace(path, text.as_bytes()).map_err(|source| {
                    MakingError::NotWritten {
                        path: path.clone(),
                        source,
                    }
                })
            }
        }
    }

    /// Runs create-dagster and holds it to its promise. A folder that lies there is refused unless an earlier try made it;
    /// then it is kept where all that was promised is in it, and taken away where only the scaffolder's own files are.
    ///
    /// # Errors When something else is in the way, when the scaffolder says no or is cancelled, and when it ends well
    /// without what it promised.
    async fn scaffold(
        &self,
        at: usize,
        scaffold: &Scaffold,
        again: bool,
        cancel: &CancellationToken,
    ) -> Result<(), MakingError> {
        let there = scaffold.folder.symlink_metadata().is_ok();
        if there && !again {
            return Err(MakingError::InTheWay {
                folder: scaffold.folder.clone(),
            });
        }
        if there {
            if undo::missing(scaffold).is_none() {
                // It was cancelled when it had done everything.
                return Ok(());
            }
            undo::half_made(scaffold)?;
        }
        self.program(at, &scaffold.command, SCAFFOLD, None, cancel)
            .await?;
        match undo::missing(scaffold) {
            None => match (&self.plan.register, &scaffold.listed) {
                (Some(shown), Some((_, project))) => undo::as_shown(shown, project),
                _ => Ok(()),
            },
            Some(missing) => Err(MakingError::Broken { missing }),
        }
    }

    /// Fills an environment. What a cancelled sync left half there is named to uv, which takes it for installed.
    async fn sync(
        &self,
        at: usize,
        command: &CommandLine,
        environment: &Path,
        cancel: &CancellationToken,
    ) -> Result<(), MakingError> {
        make_room(environment).await?;
        let unfinished = workspace::contents(environment).unfinished_names();
        let command = dagster::command::reinstalling(command.clone(), &unfinished);
        self.change(|creation| creation.steps[at].command = Some(command_view(&command)));
        self.program(at, &command, SYNC, Some(environment), cancel)
            .await
    }

    /// Runs a step's program on the record; its progress and last lines are shown with the step. `environment` is what it
    /// fills, of which one program has the turn at a time.
    async fn program(
        &self,
        at: usize,
        command: &CommandLine,
        limit: Duration,
        environment: Option<&Path>,
        cancel: &CancellationToken,
    ) -> Result<(), MakingError> {
        let once = OneShot {
            begun: NewOperation {
                title: self.plan.work[at].words(),
                ..NewOperation::default()
            },
            done: None,
            command,
            writer: None,
            limit,
            environment: environment.map(Path::to_path_buf),
        };
        let watch = |progress: Option<&OperationProgress>, tail: &[String]| {
            self.change(|creation| {
                let step = &mut creation.steps[at];
                step.progress = progress.cloned();
                step.tail = tail.to_vec();
            });
        };
        let context = &self.context;
        let ran = context
            .operations
            .run_watched(&context.table, once, cancel, &watch)
            .await;
        ran?;
        Ok(())
    }

    /// Says where it stopped, and why unless the person stopped it.
    fn stopped(&self, error: &MakingError) {
        let cancelled = error.is_cancelled();
        let made = self.made();
        let mut error = ApiError::from(error);
        if !made.is_empty() {
            error.hints.push(Hint {
                text: format!("What was made so far is kept: {}", made.join(", ")),
                action: None,
            });
        }
        self.change(|creation| {
            for step in &mut creation.steps {
                if step.state == StepState::Running {
                    step.state = StepState::Failed;
                }
            }
            creation.state = if cancelled {
                CreationState::Cancelled
            } else {
                CreationState::Failed
            };
            creation.failure = (!cancelled).then_some(error);
        });
    }

    /// The folder that is made, once the first step has begun and it is there; empty before.
    fn made(&self) -> Vec<String> {
        let folder = &self.plan.folder;
        let begun = self
            .creation
            .lock()
            .steps
            .first()
            .is_some_and(|step| step.started_at.is_some());
        let there = begun && folder.symlink_metadata().is_ok();
        there
            .then(|| folder.display().to_string())
            .into_iter()
            .collect()
    }

    fn relative(&self) -> String {
        let listed = self.plan.work.iter().find_map(|work| match &work.action {
            Action::Scaffold(scaffold) => scaffold.listed.as_ref(),
            _ => None,
        });
        listed.map(|(_, path)| path.clone()).unwrap_or_default()
    }

    async fn trust(&self, trusted: bool) -> Result<(), MakingError> {
        Ok(self.context.set_trust(&self.plan.root, trusted).await?)
    }

    fn token(&self) -> CancellationToken {
        self.cancel.lock().clone()
    }

    /// Changes what is shown. `made` is looked up each time a step begins or ends.
    fn change(&self, change: impl FnOnce(&mut Creation)) {
        let made = self.made();
        let mut creation = self.creation.lock();
        change(&mut creation);
        creation.made = made;
        if self.shown.load(Ordering::Relaxed) {
            self.context.board.set_creation(Some(creation.clone()));
        }
    }
}

/// What to do once it is there.
fn next_steps(plan: &Plan, kind: CreateKind, synced: bool) -> Vec<Hint> {
    let say = |text: String| Hint { text, action: None };
    let mut next = Vec::new();
    if !synced {
        next.push(say(
            "Sync its environments before the first launch.".to_owned()
        ));
    }
    next.push(say(match kind {
        CreateKind::Project if !plan.new_root => "Start it, or launch everything.".to_owned(),
        _ => "Open it, then launch it.".to_owned(),
    }));
    if kind == CreateKind::Sample {
        let forecast = "projects/data-science/src/data_science/defs/forecast.py";
        let path = plan.folder.join(forecast);
        next.push(say(format!(
            "Read how one project uses what the other made: {}.",
            path.display()
        )));
    }
    if let Some(package) = &plan.shown.package {
        let project = match kind {
            CreateKind::Project => plan.folder.clone(),
            CreateKind::Workspace | CreateKind::Sample => {
                let name = plan.shown.location.as_deref().unwrap_or_default();
                plan.folder.join("projects").join(name)
            }
        };
        let definitions = project.join("src").join(package).join("defs");
        next.push(say(format!(
            "Add your first asset with Add definition… in its menu, or write one in {}.",
            definitions.display()
        )));
    }
    next
}
