//! The life of one unit (a code location, the webserver, the daemon) as a pure state machine.
//!
//! Owns which generations of its process exist and what each is for: one *serves*, one *candidate* may be starting
//! beside it, older ones *end*. Refuses clocks, processes and I/O: inputs come with their moment, effects are returned
//! for the driver to carry out. Its one invariant: an input about a generation that it does not know changes nothing.

use std::time::{Duration, Instant};

use process::{Exit, Next, RestartPolicy};

use api::{ApiError, Hint, Lifecycle, LoadError, Millis, Readiness, StartPhase, StoppedBy};

/// Counts the processes of one unit; never reused.
pub type Generation = u64;

/// A moment on both clocks: the steady one for delays, the wall for showing.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// Steady.
    pub instant: Instant,
    /// Wall.
    pub millis: Millis,
}

/// What a person (or a launch, or a changed file) asks of a unit.
#[derive(Debug, Clone, PartialEq)]
pub enum Ask {
    /// Be up.
    Start,
    /// Be down.
    Stop {
        /// At once rather than politely.
        force: bool,
        /// Who asks.
        by: StoppedBy,
    },
    /// Be down, then up.
    Restart,
    /// Load the code again beside the serving process.
    Reload {
        /// Why, where it was no person.
        cause: Option<String>,
    },
}

/// What happens to a unit.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// Somebody asks.
    Ask(Ask),
    /// A start went on.
    Phase(Generation, StartPhase),
    /// A process answers and serves.
    Loaded(Generation),
    /// A process answers, but its code does not load.
    LoadFailed(Generation, Box<LoadError>),
    /// A process could not be started at all.
    SpawnFailed(Generation, Box<ApiError>),
    /// A process ended.
    Exited {
        /// Which.
        generation: Generation,
        /// How.
        exit: Exit,
        /// The last lines it printed.
        last_lines: Vec<String>,
    },
    /// The pause before a retry is over.
    RetryDue(Generation),
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Start a process.
    Spawn {
        /// Which.
        generation: Generation,
        /// Why, where it was no person.
        cause: Option<String>,
    },
    /// Send calls to this process from now on.
    Serve(Generation),
    /// Let this process finish its runs, then end it.
    Drain(Generation),
    /// End this process.
    Stop {
        /// Which.
        generation: Generation,
        /// At once rather than politely.
        force: bool,
    },
    /// Say [`Input::RetryDue`] after a pause.
    Retry {
        /// What to say then.
        ticket: Generation,
        /// The pause.
        after: Duration,
    },
}

/// What a process's code came to.
#[derive(Debug, Clone)]
enum LoadOutcome {
    Loading,
    Loaded { at: Millis, took: f64 },
    Failed(Box<LoadError>),
}

/// A process that serves or is about to.
#[derive(Debug, Clone)]
struct Server {
    generation: Generation,
    since: Millis,
    phase: StartPhase,
    phase_since: Millis,
    outcome: LoadOutcome,
}

/// A stop under way; `then_start` is a restart, and is taken back by another stop.
#[derive(Debug)]
struct Stopping {
    since: Millis,
    by: StoppedBy,
    then_start: bool,
}

/// How it came to be down. Looked at only while nothing lives.
#[derive(Debug)]
enum Rest {
    Stopped {
        at: Option<Millis>,
        by: Option<StoppedBy>,
    },
    Exited {
        code: i32,
        at: Millis,
    },
    Crashed {
        reason: String,
        refusal: Option<Box<ApiError>>,
        at: Millis,
        retry: Option<(Generation, Millis)>,
        last_lines: Vec<String>,
    },
}

/// The state of one unit.
///
/// At most one generation serves and one is a candidate; any number may be ending. A new one is made only by
/// [`Self::step`], and its number is never used again.
#[derive(Debug)]
pub struct Machine {
    next: Generation,
    /// The generation that was started last.
    attempt: Option<Generation>,
    serving: Option<Server>,
    candidate: Option<Server>,
    ending: Vec<Generation>,
    stopping: Option<Stopping>,
    rest: Rest,
    /// Why the newest code is not the one that serves.
    failure: Option<Box<LoadError>>,
    policy: RestartPolicy,
    usual: Option<f64>,
}

impl Machine {
    /// A unit at rest, with what is remembered of it.
    pub fn new(stopped: Option<(Millis, StoppedBy)>, usual: Option<f64>) -> Self {
        let (at, by) = stopped.map_or((None, None), |(at, by)| (Some(at), Some(by)));
        Self {
            next: 1,
            attempt: None,
            serving: None,
            candidate: None,
            ending: Vec::new(),
            stopping: None,
            rest: Rest::Stopped { at, by },
            failure: None,
            policy: RestartPolicy::default(),
            usual,
        }
    }

    /// Takes in what happened and returns what is to be done, in order.
    pub fn step(&mut self, input: Input, now: Moment) -> Vec<Effect> {
        let mut effects = Vec::new();
        match input {
            Input::Ask(Ask::Start) => self.start(now, &mut effects),
            Input::Ask(Ask::Restart) => self.restart(now, &mut effects),
            Input::Ask(Ask::Reload { cause }) => self.reload(cause, now, &mut effects),
            Input::Ask(Ask::Stop { force, by }) => self.stop(force, by, now, &mut effects),
            Input::Phase(generation, phase) => {
                if let Some(server) = self.candidate_of(generation) {
                    server.phase = phase;
                    server.phase_since = now.millis;
                }
            }
            Input::Loaded(generation) => self.loaded(generation, now, &mut effects),
            Input::LoadFailed(generation, error) => {
                self.load_failed(generation, error, &mut effects);
            }
            Input::SpawnFailed(generation, error) => {
                self.spawn_failed(generation, error, now, &mut effects);
            }
            Input::Exited {
                generation,
                exit,
                last_lines,
            } => {
                self.exited(generation, &exit, last_lines, now, &mut effects);
            }
            Input::RetryDue(ticket) => {
                if matches!(&self.rest, Rest::Crashed { retry: Some((due, _)), .. } if *due == ticket)
                    && self.is_down()
                {
                    self.spawn(None, now, &mut effects);
                }
            }
        }
        effects
    }

    /// Whether the process is up, as shown.
    pub fn lifecycle(&self) -> Lifecycle {
        if let Some(stopping) = &self.stopping {
            return Lifecycle::Stopping {
                since: stopping.since,
            };
        }
        if let Some(server) = &self.serving {
            return Lifecycle::Running {
                since: server.since,
            };
        }
        if let Some(server) = &self.candidate {
            return Lifecycle::Starting {
                phase: server.phase,
                since: server.since,
                phase_since: server.phase_since,
                usual: self.usual,
            };
        }
        match &self.rest {
            Rest::Stopped { at, by } => Lifecycle::Stopped { at: *at, by: *by },
            Rest::Exited { code, at } => Lifecycle::Exited {
                code: *code,
                at: *at,
            },
            Rest::Crashed {
                reason,
                refusal,
                at,
                retry,
                last_lines,
            } => Lifecycle::Crashed {
                reason: reason.clone(),
                refusal: refusal.clone(),
                at: *at,
                retry_at: retry.map(|(_, at)| at),
                last_lines: last_lines.clone(),
            },
        }
    }

    /// Whether the code works, as shown.
    pub fn readiness(&self) -> Readiness {
        match self.serving.as_ref().map(|server| &server.outcome) {
            Some(LoadOutcome::Loaded { at, took }) => match &self.failure {
                Some(error) => Readiness::LoadError {
                    error: error.clone(),
                    still_serving: Some(*at),
                },
                None => Readiness::Ready {
                    at: *at,
                    took: *took,
                },
            },
            Some(LoadOutcome::Failed(error)) => Readiness::LoadError {
                error: error.clone(),
                still_serving: None,
            },
            Some(LoadOutcome::Loading) => Readiness::Loading,
            None if self.candidate.is_some() => Readiness::Loading,
            None => Readiness::Unknown,
        }
    }

    /// The generation that serves, else the one that is starting.
    pub fn shown(&self) -> Option<Generation> {
        self.serving
            .as_ref()
            .or(self.candidate.as_ref())
            .map(|server| server.generation)
    }

    /// The generation that serves.
    pub fn serving(&self) -> Option<Generation> {
        self.serving.as_ref().map(|server| server.generation)
    }

    /// The generation that was started last, whatever came of it; none before the first.
    pub fn attempt(&self) -> Option<Generation> {
        self.attempt
    }

    /// Whether a newer process is being started beside the serving one.
    pub fn is_reloading(&self) -> bool {
        self.serving.is_some() && self.candidate.is_some() && self.stopping.is_none()
    }

    /// Whether nothing lives and nothing is about to.
    pub fn is_at_rest(&self) -> bool {
        self.is_down() && !matches!(self.rest, Rest::Crashed { retry: Some(_), .. })
    }

    /// Whether it is up with the newest code loaded, or said why not, or rests: nothing more to wait for.
    pub fn is_settled(&self) -> bool {
        self.stopping.is_none()
            && self.candidate.is_none()
            && (self.serving.is_some() || self.is_at_rest())
    }

    /// How long the last good start took, in ms.
    pub fn typical_start(&self) -> Option<f64> {
        self.usual
    }

    /// Whether neither a serving process nor a candidate is there and no stop is under way. Older generations may still be
    /// ending.
    fn is_down(&self) -> bool {
        self.stopping.is_none() && self.serving.is_none() && self.candidate.is_none()
    }

    /// The candidate, if it is of this generation: what a former one says comes too late.
    fn candidate_of(&mut self, generation: Generation) -> Option<&mut Server> {
        self.candidate
            .as_mut()
            .filter(|server| server.generation == generation)
    }

    /// A stop that is under way is followed by a start; what is up or starting is left as it is. A person's start forgets
    /// former crashes.
    fn start(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        if let Some(stopping) = &mut self.stopping {
            stopping.then_start = true;
        } else if self.is_down() {
            self.policy.reset();
            self.spawn(None, now, effects);
        }
    }

    /// Stops what lives and starts when it is gone; starts at once where nothing lives.
    fn restart(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        self.policy.reset();
        if !self.is_down() {
            self.stop(false, StoppedBy::Person, now, effects);
        }
        self.start(now, effects);
    }

    /// Starts a new process beside the serving one. One that was being started already is overtaken: its code is old. Where
    /// it crashed, a reload is a start; where it rests otherwise, it stays down.
    fn reload(&mut self, cause: Option<String>, now: Moment, effects: &mut Vec<Effect>) {
        if self.stopping.is_some() {
            return;
        }
        if let Some(overtaken) = self.candidate.take() {
            self.end(&overtaken, true, effects);
            self.spawn(cause, now, effects);
        } else if self.serving.is_some() {
            self.spawn(cause, now, effects);
        } else if matches!(self.rest, Rest::Crashed { .. }) {
            // The code changed, so what crashed before deserves a fresh count.
            self.policy.reset();
            self.spawn(cause, now, effects);
        }
    }

    /// Asks everything that lives to end, also what was ending already: it may have been asked politely and is now to go at
    /// once.
    fn stop(&mut self, force: bool, by: StoppedBy, now: Moment, effects: &mut Vec<Effect>) {
        for server in [self.serving.take(), self.candidate.take()]
            .into_iter()
            .flatten()
        {
            self.ending.push(server.generation);
        }
        self.failure = None;
        match &mut self.stopping {
            Some(stopping) => stopping.then_start = false,
            None => {
                self.stopping = Some(Stopping {
                    since: now.millis,
                    by,
                    then_start: false,
                });
            }
        }
        effects.extend(
            self.ending
                .iter()
                .map(|&generation| Effect::Stop { generation, force }),
        );
        self.settle_stop(now, effects);
    }

    /// Once the last process is gone, the stop is over; a start that was asked for meanwhile follows.
    fn settle_stop(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        if !self.ending.is_empty() {
            return;
        }
        if let Some(stopping) = self.stopping.take() {
            self.rest = Rest::Stopped {
                at: Some(now.millis),
                by: Some(stopping.by),
            };
            if stopping.then_start {
                self.spawn(None, now, effects);
            }
        }
    }

    /// Makes the next generation the candidate. A retry that was due is not made any more.
    fn spawn(&mut self, cause: Option<String>, now: Moment, effects: &mut Vec<Effect>) {
        let generation = self.next;
        self.next += 1;
        self.attempt = Some(generation);
        if let Rest::Crashed { retry, .. } = &mut self.rest {
            *retry = None;
        }
        self.candidate = Some(Server {
            generation,
            since: now.millis,
            phase: StartPhase::Waiting,
            phase_since: now.millis,
            outcome: LoadOutcome::Loading,
        });
        effects.push(Effect::Spawn { generation, cause });
    }

    fn end(&mut self, server: &Server, force: bool, effects: &mut Vec<Effect>) {
        self.ending.push(server.generation);
        effects.push(Effect::Stop {
            generation: server.generation,
            force,
        });
    }

    /// A candidate whose code loaded serves from now on; the one before it drains.
    fn loaded(&mut self, generation: Generation, now: Moment, effects: &mut Vec<Effect>) {
        let Some(server) = self
            .candidate
            .take_if(|server| server.generation == generation)
        else {
            return;
        };
        let took = now.millis - server.since;
        self.usual = Some(took);
        self.promote(
            Server {
                outcome: LoadOutcome::Loaded {
                    at: now.millis,
                    took,
                },
                ..server
            },
            effects,
        );
    }

    /// A candidate whose code does not load: where loaded code serves, that goes on and the failure stands beside it; else
    /// the new process is promoted, so that the Dagster UI shows its error.
    fn load_failed(
        &mut self,
        generation: Generation,
        error: Box<LoadError>,
        effects: &mut Vec<Effect>,
    ) {
        let Some(server) = self
            .candidate
            .take_if(|server| server.generation == generation)
        else {
            return;
        };
        if self.serves_loaded_code() {
            self.failure = Some(error);
            self.end(&server, false, effects);
        } else {
            self.promote(
                Server {
                    outcome: LoadOutcome::Failed(error),
                    ..server
                },
                effects,
            );
        }
    }

    /// Makes a candidate the one that serves. Its code may have failed to load.
    fn promote(&mut self, server: Server, effects: &mut Vec<Effect>) {
        self.failure = None;
        effects.push(Effect::Serve(server.generation));
        if let Some(older) = self.serving.replace(server) {
            self.ending.push(older.generation);
            effects.push(Effect::Drain(older.generation));
        }
    }

    fn serves_loaded_code(&self) -> bool {
        matches!(
            self.serving,
            Some(Server {
                outcome: LoadOutcome::Loaded { .. },
                ..
            })
        )
    }

    /// A process never came to be. It is not tried again by itself.
    fn spawn_failed(
        &mut self,
        generation: Generation,
        error: Box<ApiError>,
        now: Moment,
        effects: &mut Vec<Effect>,
    ) {
        let it_is = |server: &mut Server| server.generation == generation;
        // A process that never was can't serve; should one be said to, it is gone all the same.
        let gone = self
            .candidate
            .take_if(it_is)
            .or_else(|| self.serving.take_if(it_is));
        if gone.is_some() {
            self.refused(error, now);
        } else if self.forget_ending(generation) {
            self.settle_stop(now, effects);
        }
    }

    /// A process ended. One that was to end is what was waited for; a candidate failed; the serving one crashed, unless it
    /// ended with 0 and nothing was to take its place. A crash of the serving one while a candidate starts is not retried:
    /// the candidate is the next try.
    fn exited(
        &mut self,
        generation: Generation,
        exit: &Exit,
        last_lines: Vec<String>,
        now: Moment,
        effects: &mut Vec<Effect>,
    ) {
        if self.forget_ending(generation) {
            self.settle_stop(now, effects);
        } else if self
            .candidate
            .take_if(|server| server.generation == generation)
            .is_some()
        {
            let retry = self.retry(effects, now);
            self.failed_beside_or_crashed(exit.words(), retry, last_lines, now);
        } else if self
            .serving
            .take_if(|server| server.generation == generation)
            .is_some()
        {
            self.failure = None;
            self.rest = if let (Exit::Code(0), None) = (exit, &self.candidate) {
                Rest::Exited {
                    code: 0,
                    at: now.millis,
                }
            } else {
                let retry = if self.candidate.is_none() {
                    self.retry(effects, now)
                } else {
                    None
                };
                Rest::Crashed {
                    reason: exit.words(),
                    refusal: None,
                    at: now.millis,
                    retry,
                    last_lines,
                }
            };
        }
    }

    /// Plans the next try, unless an older process still serves or too many were made.
    fn retry(&mut self, effects: &mut Vec<Effect>, now: Moment) -> Option<(Generation, Millis)> {
        if self.serving.is_some() {
            return None;
        }
        match self.policy.crashed(now.instant) {
            Next::After(after) => {
                let ticket = self.next;
                self.next += 1;
                effects.push(Effect::Retry { ticket, after });
                Some((ticket, now.millis + after.as_secs_f64() * 1000.0))
            }
            Next::GiveUp => None,
        }
    }

    /// A process could not be started: what kept it from that is shown with its causes and hints.
    fn refused(&mut self, error: Box<ApiError>, now: Moment) {
        if self.serving.is_some() {
            self.failure = Some(Box::new(LoadError {
                title: "The new server could not be started".to_owned(),
                explanation: Some(error.message.clone()),
                hints: error.hints,
                class: String::new(),
                message: error.message,
                frames: Vec::new(),
                place: None,
                excerpt: None,
                text: error.causes.join("\n"),
                at: now.millis,
            }));
        } else {
            self.rest = Rest::Crashed {
                reason: error.message.clone(),
                refusal: Some(error),
                at: now.millis,
                retry: None,
                last_lines: Vec::new(),
            };
        }
    }

    /// A candidate ended before its code was loaded: a failure beside what serves, a crash where nothing does.
    fn failed_beside_or_crashed(
        &mut self,
        reason: String,
        retry: Option<(Generation, Millis)>,
        last_lines: Vec<String>,
        now: Moment,
    ) {
        if self.serving.is_some() {
            self.failure = Some(Box::new(LoadError {
                title: "The new server ended while loading".to_owned(),
                explanation: Some(format!("It {reason} before the code was loaded.")),
                hints: vec![Hint {
                    text: "Look for what ends a process in code that runs on import, as sys.exit does, and at the last lines of the log."
                        .to_owned(),
                    action: None,
                }],
                class: String::new(),
                message: reason,
                frames: Vec::new(),
                place: None,
                excerpt: None,
                text: last_lines.join("\n"),
                at: now.millis,
            }));
        } else {
            self.rest = Rest::Crashed {
                reason,
                refusal: None,
                at: now.millis,
                retry,
                last_lines,
            };
        }
    }

    /// Takes a generation off those that are ending; whether it was one.
    fn forget_ending(&mut self, generation: Generation) -> bool {
        let before = self.ending.len();
        self.ending.retain(|&one| one != generation);
        self.ending.len() < before
    }
}

#[cfg(test)]
mod tests;
