//! A unit: one thing that stays running (a code location, the webserver, the daemon), alive.
//!
//! Owns the task that carries out what [`machine`] decides: one task per unit, one task per generation of its process.
//! Refuses to know what a unit is: a [`Recipe`] says how to start it, when it is ready and how to end it politely.

mod machine;

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use tokio::sync::{mpsc, watch};

pub(crate) use machine::{Ask, Generation};
use machine::{Effect, Input, Machine, Moment};

use crate::clock;
use api::{Lifecycle, LoadError, Millis, ProcessView, Readiness, StartPhase, StoppedBy};

/// How long a process may take to answer a polite request, then SIGTERM.
const ASK_GRACE: Duration = Duration::from_millis(2500);
/// How long a process may take after SIGTERM, then SIGKILL.
const TERM_GRACE: Duration = Duration::from_secs(4);
/// How many of its last lines a crashed process is shown with.
const LAST_LINES: usize = 12;

/// A process that was started.
pub(crate) struct Started {
    /// The process tree.
    pub(crate) child: process::Child,
    /// Its log.
    pub(crate) writer: logstore::Writer,
    /// Where it listens.
    pub(crate) address: Option<String>,
}

/// How a start came out.
pub(crate) enum Outcome {
    /// It serves.
    Loaded,
    /// It answers, but its code does not load.
    LoadFailed(Box<LoadError>),
}

/// How to run one unit.
pub(crate) trait Recipe: Send + Sync + 'static {
    /// Starts the process of a generation, after whatever must come first.
    fn spawn(&self, generation: Generation)
    -> impl Future<Output = Result<Started, String>> + Send;
    /// Waits until the process serves or says that it can't. Never ends for one that does neither: its exit is
    /// awaited beside this.
    fn ready(
        &self,
        generation: Generation,
        progress: impl Fn(StartPhase) + Send + Sync,
    ) -> impl Future<Output = Outcome> + Send;
    /// Sends calls to this generation from now on.
    fn serve(&self, generation: Generation) -> impl Future<Output = ()> + Send;
    /// Waits until the runs of an overtaken generation are over. Ends at once where there are none.
    fn drain(&self, generation: Generation) -> impl Future<Output = ()> + Send;
    /// Asks a process to end; `None` where only a signal does.
    fn ask_to_end(&self, generation: Generation) -> Option<BoxFuture<'static, ()>>;
    /// Frees what a generation held (its socket).
    fn ended(&self, generation: Generation);
    /// Shows the unit.
    fn show(&self, shown: &Shown);
}

/// A unit as it is now.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shown {
    /// Whether its process is up.
    pub(crate) lifecycle: Lifecycle,
    /// Whether its code works.
    pub(crate) readiness: Readiness,
    /// The process that serves, else the one that starts.
    pub(crate) process: Option<ProcessView>,
    /// Whether a newer process is being started beside the serving one.
    pub(crate) reloading: bool,
    /// The generation that serves.
    pub(crate) serving: Option<Generation>,
    /// Every process tree of this unit, by its root's pid.
    pub(crate) trees: Vec<u32>,
    /// Nothing more to wait for.
    pub(crate) settled: bool,
    /// Nothing lives and nothing is about to.
    pub(crate) at_rest: bool,
    /// How long the last good start took, in ms.
    pub(crate) usual: Option<f64>,
}

impl Shown {
    /// One that was never asked for anything.
    pub(crate) fn at_rest() -> Self {
        shown_of(&Machine::new(None, None), &HashMap::new())
    }

    /// Whether it ended by itself and may be tried again.
    pub(crate) fn is_crashed(&self) -> bool {
        matches!(self.lifecycle, Lifecycle::Crashed { .. })
    }
}

/// What a generation is to do; only ever rises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Order {
    Run,
    Drain,
    Stop,
    Kill,
}

enum Message {
    Input(Input),
    Asked(Ask, tokio::sync::oneshot::Sender<()>),
    Spawned(Generation, ProcessView),
}

/// The handle of a unit. Dropping all handles ends nothing; [`Unit::stop_and_wait`] does.
#[derive(Clone)]
pub(crate) struct Unit {
    inbox: mpsc::UnboundedSender<Message>,
    shown: watch::Receiver<Shown>,
}

impl Unit {
    /// A unit at rest, run by `recipe`.
    pub(crate) fn new<R: Recipe>(
        recipe: R,
        stopped: Option<(Millis, StoppedBy)>,
        usual: Option<f64>,
    ) -> Self {
        let machine = Machine::new(stopped, usual);
        let (inbox, messages) = mpsc::unbounded_channel();
        let (sender, shown) = watch::channel(shown_of(&machine, &HashMap::new()));
        let keeper = Keeper {
            machine,
            recipe: Arc::new(recipe),
            inbox: inbox.downgrade(),
            orders: HashMap::new(),
            processes: HashMap::new(),
            shown: sender,
        };
        tokio::spawn(keeper.run(messages));
        Self { inbox, shown }
    }

    /// Asks something of it. Returns when the unit has taken it in; what follows is seen in [`Unit::shown`].
    pub(crate) async fn ask(&self, ask: Ask) {
        let (sender, taken) = tokio::sync::oneshot::channel();
        if self.inbox.send(Message::Asked(ask, sender)).is_ok() {
            // An error means that the unit's task is gone, and with it everything to ask for.
            let _ = taken.await;
        }
    }

    /// The unit as it is now.
    pub(crate) fn shown(&self) -> Shown {
        self.shown.borrow().clone()
    }

    /// Waits until `condition` holds of the unit.
    pub(crate) async fn wait_for(&self, condition: impl FnMut(&Shown) -> bool) {
        // An error means that the unit's task is gone: nothing more will change.
        let _ = self.shown.clone().wait_for(condition).await;
    }

    /// Stops it and waits until nothing of it is left.
    pub(crate) async fn stop_and_wait(&self, by: StoppedBy) {
        self.ask(Ask::Stop { force: false, by }).await;
        self.wait_for(|shown| shown.at_rest).await;
    }
}

struct Keeper<R> {
    machine: Machine,
    recipe: Arc<R>,
    inbox: mpsc::WeakUnboundedSender<Message>,
    orders: HashMap<Generation, watch::Sender<Order>>,
    processes: HashMap<Generation, ProcessView>,
    shown: watch::Sender<Shown>,
}

impl<R: Recipe> Keeper<R> {
    async fn run(mut self, mut messages: mpsc::UnboundedReceiver<Message>) {
        while let Some(message) = messages.recv().await {
            let mut taken = None;
            let input = match message {
                Message::Input(input) => Some(input),
                Message::Asked(ask, sender) => {
                    taken = Some(sender);
                    Some(Input::Ask(ask))
                }
                Message::Spawned(generation, process) => {
                    self.processes.insert(generation, process);
                    None
                }
            };
            if let Some(input) = input {
                if let Input::Exited { generation, .. } | Input::SpawnFailed(generation, _) = &input
                {
                    self.processes.remove(generation);
                    self.orders.remove(generation);
                    self.recipe.ended(*generation);
                }
                let now = Moment {
                    instant: Instant::now(),
                    millis: clock::now(),
                };
                for effect in self.machine.step(input, now) {
                    self.carry_out(effect).await;
                }
            }
            self.publish();
            if let Some(taken) = taken {
                // The asker may have gone; what was asked is done all the same.
                let _ = taken.send(());
            }
        }
    }

    async fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Spawn(generation) => {
                let (sender, orders) = watch::channel(Order::Run);
                self.orders.insert(generation, sender);
                if let Some(inbox) = self.inbox.upgrade() {
                    tokio::spawn(live(Arc::clone(&self.recipe), generation, orders, inbox));
                }
            }
            Effect::Serve(generation) => self.recipe.serve(generation).await,
            Effect::Drain(generation) => self.order(generation, Order::Drain),
            Effect::Stop { generation, force } => {
                self.order(generation, if force { Order::Kill } else { Order::Stop });
            }
            Effect::Retry { ticket, after } => {
                let inbox = self.inbox.clone();
                tokio::spawn(async move {
                    tokio::time::sleep(after).await;
                    if let Some(inbox) = inbox.upgrade() {
                        let _ = inbox.send(Message::Input(Input::RetryDue(ticket)));
                    }
                });
            }
        }
    }

    fn order(&self, generation: Generation, order: Order) {
        if let Some(sender) = self.orders.get(&generation) {
            sender.send_if_modified(|present| {
                let rises = order > *present;
                *present = order.max(*present);
                rises
            });
        }
    }

    fn publish(&self) {
        let shown = shown_of(&self.machine, &self.processes);
        self.recipe.show(&shown);
        self.shown.send_replace(shown);
    }
}

fn shown_of(machine: &Machine, processes: &HashMap<Generation, ProcessView>) -> Shown {
    Shown {
        lifecycle: machine.lifecycle(),
        readiness: machine.readiness(),
        process: machine
            .shown()
            .and_then(|generation| processes.get(&generation).cloned()),
        reloading: machine.is_reloading(),
        serving: machine.serving(),
        trees: processes.values().map(|process| process.pid).collect(),
        settled: machine.is_settled(),
        at_rest: machine.is_at_rest() && processes.is_empty(),
        usual: machine.usual(),
    }
}

/// The life of one generation, from spawn to exit.
async fn live<R: Recipe>(
    recipe: Arc<R>,
    generation: Generation,
    mut orders: watch::Receiver<Order>,
    inbox: mpsc::UnboundedSender<Message>,
) {
    let say = |input| {
        // An error means that the unit is gone; the process is ended all the same.
        let _ = inbox.send(Message::Input(input));
    };
    let gone = |exit, last_lines| Input::Exited {
        generation,
        exit,
        last_lines,
    };
    let started = tokio::select! {
        biased;
        _ = orders.wait_for(|order| *order >= Order::Stop) => {
            say(gone(process::Exit::Code(0), Vec::new()));
            return;
        }
        started = recipe.spawn(generation) => started,
    };
    let started = match started {
        Ok(started) => started,
        Err(reason) => return say(Input::SpawnFailed(generation, reason)),
    };
    let process = ProcessView {
        pid: started.child.pid(),
        address: started.address,
        started_at: clock::now(),
    };
    // As above: without a unit there is nobody to tell.
    let _ = inbox.send(Message::Spawned(generation, process));
    say(Input::Phase(generation, StartPhase::Spawned));
    let child = started.child;

    let until_loaded = async {
        let progress = |phase| say(Input::Phase(generation, phase));
        match recipe.ready(generation, progress).await {
            Outcome::Loaded => say(Input::Loaded(generation)),
            Outcome::LoadFailed(error) => say(Input::LoadFailed(generation, error)),
        }
        std::future::pending::<()>().await;
    };
    let until_told_to_end = async {
        // An error means that the unit is gone, which is an order to end.
        let _ = orders.wait_for(|order| *order >= Order::Drain).await;
        if *orders.borrow() == Order::Drain {
            tokio::select! {
                () = recipe.drain(generation) => {}
                _ = orders.wait_for(|order| *order >= Order::Stop) => {}
            }
        }
    };
    let exit = tokio::select! {
        exit = child.exited() => exit,
        () = until_told_to_end => end(&*recipe, generation, &child, &mut orders).await,
        () = until_loaded => unreachable!("loading pends once it is told"),
    };
    say(gone(exit, started.writer.last_lines(LAST_LINES)));
}

/// Ends one process: politely, unless told to kill, and faster once told to kill on the way.
async fn end<R: Recipe>(
    recipe: &R,
    generation: Generation,
    child: &process::Child,
    orders: &mut watch::Receiver<Order>,
) -> process::Exit {
    let polite = process::StopPlan {
        ask: recipe.ask_to_end(generation),
        ask_grace: ASK_GRACE,
        term_grace: TERM_GRACE,
    };
    let kill = async {
        if orders
            .wait_for(|order| *order >= Order::Kill)
            .await
            .is_err()
        {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        biased;
        () = kill => {
            child.kill_tree();
            child.exited().await
        }
        exit = child.stop(polite) => exit,
    }
}
