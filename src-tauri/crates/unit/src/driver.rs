//! The driver: carries out what the [machine](crate::machine) decides.
//!
//! Owns one task per unit, which decides, and one per generation of its process, which carries out.
//!
//! All that a unit does passes through its one task, in the order in which it came; what takes time is on tasks of its own,
//! one per generation, and comes back as an input.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::sync::{mpsc, watch};

use crate::machine::{Ask, Effect, Generation, Input, Machine, Moment};
use crate::recipe::{Ended, Process, Recipe, StartOutcome};
use api::{Lifecycle, Millis, ProcessView, Readiness, StartPhase, StoppedBy};

/// How long a process may take to answer a polite request, then SIGTERM.
const ASK_GRACE: Duration = Duration::from_millis(2500);
/// How long a process may take after SIGTERM, then SIGKILL.
const TERM_GRACE: Duration = Duration::from_secs(4);
/// How many of its last lines a crashed process is shown with.
const LAST_LINES: usize = 12;

/// A unit as it is now.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// Whether its process is up.
    pub lifecycle: Lifecycle,
    /// Whether its code works.
    pub readiness: Readiness,
    /// The process that serves, else the one that starts.
    pub process: Option<ProcessView>,
    /// Whether a newer process is being started beside the serving one.
    pub reloading: bool,
    /// The generation that serves.
    pub serving: Option<Generation>,
    /// The generation that was started last, whatever came of it: once settled, what is shown is what came of it.
    pub attempt: Option<Generation>,
    /// Every process tree of this unit, by its root's pid.
    pub trees: Vec<u32>,
    /// Nothing more to wait for.
    pub settled: bool,
    /// Nothing lives and nothing is about to.
    pub at_rest: bool,
    /// How long the last good start took, in ms.
    pub usual: Option<f64>,
}

impl Shown {
    /// One that was never asked for anything.
    pub fn at_rest() -> Self {
        shown_of(&Machine::new(None, None), &HashMap::new())
    }

    /// Whether it ended by itself and may be tried again.
    pub fn is_crashed(&self) -> bool {
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
    Asked(Ask, tokio::sync::oneshot::Sender<Shown>),
    Spawned(Generation, ProcessView),
}

/// The handle of a unit. Dropping all handles ends nothing; [`Unit::stop_and_wait`] does.
#[derive(Clone)]
pub struct Unit {
    inbox: mpsc::UnboundedSender<Message>,
    shown: watch::Receiver<Shown>,
}

impl Unit {
    /// A unit at rest, run by `recipe`.
    pub fn new<R: Recipe>(
        recipe: R,
        stopped: Option<(Millis, StoppedBy)>,
        usual: Option<f64>,
    ) -> Self {
        let machine = Machine::new(stopped, usual);
        let (inbox, messages) = mpsc::unbounded_channel();
        let (sender, shown) = watch::channel(shown_of(&machine, &HashMap::new()));
        let task = UnitTask {
            machine,
            recipe: Arc::new(recipe),
            inbox: inbox.downgrade(),
            orders: HashMap::new(),
            processes: HashMap::new(),
            shown: sender,
        };
        tokio::spawn(task.run(messages));
        Self { inbox, shown }
    }

    /// Asks something of it. Returns when the unit has taken it in; what follows is seen in [`Unit::shown`].
    pub async fn ask(&self, ask: Ask) {
        self.shown_once_asked(ask).await;
    }

    /// As [`Unit::ask`], with how it stood then; none where the unit's task is gone, and with it everything to ask for.
    async fn shown_once_asked(&self, ask: Ask) -> Option<Shown> {
        let (sender, taken) = tokio::sync::oneshot::channel();
        self.inbox.send(Message::Asked(ask, sender)).ok()?;
        taken.await.ok()
    }

    /// The unit as it is now.
    pub fn shown(&self) -> Shown {
        self.shown.borrow().clone()
    }

    /// Waits until `condition` holds of the unit.
    pub async fn wait_for(&self, condition: impl FnMut(&Shown) -> bool) {
        // An error means that the unit's task is gone: nothing more will change.
        let _ = self.shown.clone().wait_for(condition).await;
    }

    /// Stops it and waits until nothing of it is left.
    pub async fn stop_and_wait(&self, by: StoppedBy) {
        self.ask(Ask::Stop { force: false, by }).await;
        self.wait_for(|shown| shown.at_rest).await;
    }

    /// Stops it and waits until nothing is left of what ran. What is started again meanwhile is not waited for: it begins when
    /// that is gone.
    pub async fn stop_what_runs(&self, by: StoppedBy) {
        let asked = self.shown_once_asked(Ask::Stop { force: false, by }).await;
        if let Some(asked) = asked {
            self.wait_for(|shown| shown.at_rest || shown.attempt != asked.attempt)
                .await;
        }
    }
}

/// What a unit's task holds.
struct UnitTask<R> {
    machine: Machine,
    recipe: Arc<R>,
    inbox: mpsc::WeakUnboundedSender<Message>,
    orders: HashMap<Generation, watch::Sender<Order>>,
    processes: HashMap<Generation, ProcessView>,
    shown: watch::Sender<Shown>,
}

impl<R: Recipe> UnitTask<R> {
    /// Takes one message after the other until nobody can send any more. What was asked is answered once its effects were
    /// set off and the unit was shown.
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
                match &input {
                    Input::Exited {
                        generation, exit, ..
                    } => {
                        let how = if self.is_to_end(*generation) {
                            Ended::Asked
                        } else {
                            Ended::Exited(exit)
                        };
                        self.forget(*generation, how);
                    }
                    Input::SpawnFailed(generation, error) => {
                        self.forget(*generation, Ended::NotStarted(error));
                    }
                    _ => {}
                }
                let now = Moment {
                    instant: tokio::time::Instant::now().into_std(),
                    millis: now(),
                };
                for effect in self.machine.step(input, now) {
                    self.carry_out(effect).await;
                }
            }
            let shown = self.publish();
            if let Some(taken) = taken {
                // The asker may have gone; what was asked is done all the same.
                let _ = taken.send(shown);
            }
        }
    }

    fn is_to_end(&self, generation: Generation) -> bool {
        let orders = self.orders.get(&generation);
        orders.is_some_and(|orders| *orders.borrow() > Order::Run)
    }

    /// A generation is over.
    fn forget(&mut self, generation: Generation, how: Ended<'_>) {
        self.processes.remove(&generation);
        self.orders.remove(&generation);
        self.recipe.ended(generation, how);
    }

    /// Sets off what the machine wants. Serving is waited for; all else goes on beside.
    async fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Spawn { generation, cause } => {
                let (sender, orders) = watch::channel(Order::Run);
                self.orders.insert(generation, sender);
                if let Some(inbox) = self.inbox.upgrade() {
                    let recipe = Arc::clone(&self.recipe);
                    tokio::spawn(live(recipe, generation, cause, orders, inbox));
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

    /// Tells a generation's task what to do. An order only ever rises: who was told to end at once is not asked politely
    /// after.
    fn order(&self, generation: Generation, order: Order) {
        if let Some(sender) = self.orders.get(&generation) {
            sender.send_if_modified(|present| {
                let rises = order > *present;
                *present = order.max(*present);
                rises
            });
        }
    }

    fn publish(&self) -> Shown {
        let shown = shown_of(&self.machine, &self.processes);
        self.recipe.show(&shown);
        self.shown.send_replace(shown.clone());
        shown
    }
}

/// The unit as others see it, with the process of the generation that is shown.
fn shown_of(machine: &Machine, processes: &HashMap<Generation, ProcessView>) -> Shown {
    Shown {
        lifecycle: machine.lifecycle(),
        readiness: machine.readiness(),
        process: machine
            .shown()
            .and_then(|generation| processes.get(&generation).cloned()),
        reloading: machine.is_reloading(),
        serving: machine.serving(),
        attempt: machine.attempt(),
        trees: processes.values().map(|process| process.pid).collect(),
        settled: machine.is_settled(),
        at_rest: machine.is_at_rest() && processes.is_empty(),
        usual: machine.typical_start(),
    }
}

/// The life of one generation, from spawn to exit.
async fn live<R: Recipe>(
    recipe: Arc<R>,
    generation: Generation,
    cause: Option<String>,
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
        started = recipe.spawn(generation, cause) => started,
    };
    let started = match started {
        Ok(started) => started,
        Err(error) => return say(Input::SpawnFailed(generation, Box::new(error))),
    };
    let process = ProcessView {
        pid: started.child.pid(),
        address: started.address,
        started_at: now(),
    };
    // As above: without a unit there is nobody to tell.
    let _ = inbox.send(Message::Spawned(generation, process));
    say(Input::Phase(generation, StartPhase::Spawned));
    let child = started.child;

    let until_loaded = async {
        let progress = |phase| say(Input::Phase(generation, phase));
        match recipe.ready(generation, progress).await {
            StartOutcome::Loaded => say(Input::Loaded(generation)),
            StartOutcome::LoadFailed(error) => say(Input::LoadFailed(generation, error)),
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
    child: &R::Process,
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

/// The wall clock, in ms since the epoch.
fn now() -> Millis {
    api::millis(SystemTime::now())
}
