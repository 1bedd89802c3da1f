//! What a unit is told by who knows what it is: how to start it, when it serves, how to end it.

use std::future::Future;

use api::{ApiError, LoadError, StartPhase};
use futures::future::BoxFuture;
use process::{Exit, StopPlan};

use crate::{Generation, Shown};

/// A process as the driver needs it. The real ones are whole trees, started by `process::Table`.
pub trait Process: Send + Sync + 'static {
    /// The pid of its root.
    fn pid(&self) -> u32;
    /// Waits until nothing of it is left and answers how its root ended.
    fn exited(&self) -> impl Future<Output = Exit> + Send;
    /// Ends it as the plan says, then waits as [`Process::exited`] does.
    fn stop(&self, plan: StopPlan) -> impl Future<Output = Exit> + Send;
    /// Ends all of it at once, without waiting.
    fn kill_tree(&self);
}

impl Process for process::Child {
    fn pid(&self) -> u32 {
        self.pid()
    }

    async fn exited(&self) -> Exit {
        self.exited().await
    }

    async fn stop(&self, plan: StopPlan) -> Exit {
        self.stop(plan).await
    }

    fn kill_tree(&self) {
        self.kill_tree();
    }
}

/// A process that was started.
pub struct Started<P> {
    /// The process.
    pub child: P,
    /// Its log.
    pub writer: logstore::Writer,
    /// Where it listens.
    pub address: Option<String>,
}

/// How a start came out.
pub enum StartOutcome {
    /// It serves.
    Loaded,
    /// It answers, but its code does not load.
    LoadFailed(Box<LoadError>),
}

/// How a generation came to its end.
#[derive(Debug, Clone, Copy)]
pub enum Ended<'a> {
    /// Its process ended by itself.
    Exited(&'a Exit),
    /// It was asked to end: stopped, or replaced by a newer one.
    Asked,
    /// It could not be started.
    NotStarted(&'a ApiError),
}

/// How to run one unit.
pub trait Recipe: Send + Sync + 'static {
    /// What it starts.
    type Process: Process;
    /// Starts the process of a generation, after whatever must come first. `cause` is why, where it was no person.
    ///
    /// # Errors
    /// What keeps it from starting, with its causes and hints: a person is shown them.
    fn spawn(
        &self,
        generation: Generation,
        cause: Option<String>,
    ) -> impl Future<Output = Result<Started<Self::Process>, ApiError>> + Send;
    /// Waits until the process serves or says that it can't. Never ends for one that does neither: its exit is
    /// awaited beside this.
    fn ready(
        &self,
        generation: Generation,
        progress: impl Fn(StartPhase) + Send + Sync,
    ) -> impl Future<Output = StartOutcome> + Send;
    /// Sends calls to this generation from now on.
    fn serve(&self, generation: Generation) -> impl Future<Output = ()> + Send;
    /// Waits until the runs of an overtaken generation are over. Ends at once where there are none.
    fn drain(&self, generation: Generation) -> impl Future<Output = ()> + Send;
    /// Asks a process to end; `None` where only a signal does.
    fn ask_to_end(&self, generation: Generation) -> Option<BoxFuture<'static, ()>>;
    /// Frees what a generation held (its socket).
    fn ended(&self, generation: Generation, how: Ended<'_>);
    /// Shows the unit.
    fn show(&self, shown: &Shown);
}
