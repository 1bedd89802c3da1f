//! The life of a unit: the stories a person would tell, then any order of inputs at all.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use process::Exit;
use proptest::prelude::*;

use super::*;

fn spawn(generation: Generation) -> Effect {
    Effect::Spawn {
        generation,
        cause: None,
    }
}

fn refusal() -> Box<ApiError> {
    let error = ApiError::new(api::ErrorCode::ToolFailed, "it can't be started");
    Box::new(error.with_hint("Look at it."))
}

struct Story {
    machine: Machine,
    start: Instant,
    millis: f64,
}

impl Story {
    fn new() -> Self {
        Self {
            machine: Machine::new(None, None),
            start: Instant::now(),
            millis: 0.0,
        }
    }

    fn after(&mut self, pause: Duration, input: Input) -> Vec<Effect> {
        self.millis += pause.as_secs_f64() * 1000.0;
        let instant = self.start + Duration::from_secs_f64(self.millis / 1000.0);
        self.machine.step(
            input,
            Moment {
                instant,
                millis: self.millis,
            },
        )
    }

    fn then(&mut self, input: Input) -> Vec<Effect> {
        self.after(Duration::from_millis(10), input)
    }

    /// A unit whose first generation serves loaded code.
    fn ready() -> Self {
        let mut story = Self::new();
        assert_eq!(story.then(Input::Ask(Ask::Start)), [spawn(1)]);
        assert_eq!(story.then(Input::Loaded(1)), [Effect::Serve(1)]);
        story
    }
}

fn stop() -> Input {
    Input::Ask(Ask::Stop {
        force: false,
        by: StoppedBy::Person,
    })
}

fn exited(generation: Generation, exit: Exit) -> Input {
    Input::Exited {
        generation,
        exit,
        last_lines: vec!["last".to_owned()],
    }
}

fn error(title: &str) -> Box<LoadError> {
    Box::new(LoadError {
        title: title.to_owned(),
        explanation: None,
        hints: Vec::new(),
        class: "ImportError".to_owned(),
        message: String::new(),
        frames: Vec::new(),
        place: None,
        excerpt: None,
        text: String::new(),
        at: 0.0,
    })
}

#[test]
fn a_reload_serves_the_new_process_before_the_old_one_drains() {
    let mut story = Story::ready();
    assert_eq!(
        story.then(Input::Ask(Ask::Reload { cause: None })),
        [spawn(2)]
    );
    assert!(story.machine.is_reloading());
    assert_eq!(
        story.machine.serving(),
        Some(1),
        "the old one serves while the new one starts"
    );
    assert_eq!(
        story.then(Input::Loaded(2)),
        [Effect::Serve(2), Effect::Drain(1)]
    );
    assert_eq!(story.machine.serving(), Some(2));
    assert_eq!(
        story.then(exited(1, Exit::Code(0))),
        [],
        "the old one ending is no news"
    );
    assert!(matches!(story.machine.readiness(), Readiness::Ready { .. }));
}

#[test]
fn code_that_does_not_load_leaves_the_old_code_serving() {
    let mut story = Story::ready();
    story.then(Input::Ask(Ask::Reload { cause: None }));
    let effects = story.then(Input::LoadFailed(2, error("broken")));
    assert_eq!(
        effects,
        [Effect::Stop {
            generation: 2,
            force: false
        }]
    );
    let Readiness::LoadError {
        error,
        still_serving,
    } = story.machine.readiness()
    else {
        panic!("a load error is shown")
    };
    assert_eq!(
        (error.title.as_str(), still_serving),
        ("broken", Some(20.0))
    );
    assert_eq!(story.machine.serving(), Some(1));

    story.then(exited(2, Exit::Code(0)));
    assert_eq!(
        story.then(Input::Ask(Ask::Reload { cause: None })),
        [spawn(3)]
    );
    story.then(Input::Loaded(3));
    assert!(
        matches!(story.machine.readiness(), Readiness::Ready { .. }),
        "the fix clears the error"
    );
}

#[test]
fn a_first_load_error_is_served_so_that_the_dagster_ui_shows_it_too() {
    let mut story = Story::new();
    story.then(Input::Ask(Ask::Start));
    assert_eq!(
        story.then(Input::LoadFailed(1, error("broken"))),
        [Effect::Serve(1)]
    );
    assert!(matches!(
        story.machine.lifecycle(),
        Lifecycle::Running { .. }
    ));
    assert!(matches!(
        story.machine.readiness(),
        Readiness::LoadError {
            still_serving: None,
            ..
        }
    ));
}

#[test]
fn a_crash_is_tried_again_five_times_and_then_given_up() {
    let mut story = Story::ready();
    let mut generation = 1;
    for attempt in 0..5 {
        let effects = story.then(exited(generation, Exit::Signal(9)));
        let [Effect::Retry { ticket, .. }] = effects[..] else {
            panic!("attempt {attempt}: {effects:?}")
        };
        let effects = story.then(Input::RetryDue(ticket));
        let [
            Effect::Spawn {
                generation: next, ..
            },
        ] = effects[..]
        else {
            panic!("attempt {attempt}: {effects:?}")
        };
        generation = next;
    }
    assert_eq!(story.then(exited(generation, Exit::Signal(9))), []);
    let Lifecycle::Crashed {
        retry_at,
        last_lines,
        ..
    } = story.machine.lifecycle()
    else {
        panic!("it is crashed")
    };
    assert_eq!((retry_at, last_lines), (None, vec!["last".to_owned()]));
    assert!(story.machine.is_settled());

    let effects = story.then(Input::Ask(Ask::Restart));
    let [
        Effect::Spawn {
            generation: next, ..
        },
    ] = effects[..]
    else {
        panic!("{effects:?}")
    };
    let effects = story.then(exited(next, Exit::Code(1)));
    assert!(
        matches!(effects[..], [Effect::Retry { .. }]),
        "a person's restart begins the count anew"
    );
}

#[test]
fn a_stop_ends_every_generation_and_a_late_retry_does_nothing() {
    let mut story = Story::ready();
    let effects = story.then(exited(1, Exit::Code(1)));
    let [Effect::Retry { ticket, .. }] = effects[..] else {
        panic!("{effects:?}")
    };
    assert_eq!(
        story.then(stop()),
        [],
        "nothing lives, so nothing has to be ended"
    );
    assert!(matches!(
        story.machine.lifecycle(),
        Lifecycle::Stopped {
            by: Some(StoppedBy::Person),
            ..
        }
    ));
    assert_eq!(story.then(Input::RetryDue(ticket)), []);
}

#[test]
fn a_restart_waits_for_the_old_process_to_end() {
    let mut story = Story::ready();
    assert_eq!(
        story.then(Input::Ask(Ask::Restart)),
        [Effect::Stop {
            generation: 1,
            force: false
        }]
    );
    assert!(matches!(
        story.machine.lifecycle(),
        Lifecycle::Stopping { .. }
    ));
    assert_eq!(story.then(exited(1, Exit::Code(0))), [spawn(2)]);
}

#[test]
fn a_second_reload_overtakes_the_first() {
    let mut story = Story::ready();
    story.then(Input::Ask(Ask::Reload { cause: None }));
    let effects = story.then(Input::Ask(Ask::Reload { cause: None }));
    assert_eq!(
        effects,
        [
            Effect::Stop {
                generation: 2,
                force: true
            },
            spawn(3)
        ]
    );
    assert_eq!(
        story.then(Input::Loaded(2)),
        [],
        "the overtaken one may not serve"
    );
    assert_eq!(story.machine.serving(), Some(1));
}

#[test]
fn a_process_that_never_was_does_not_serve() {
    let mut story = Story::new();
    story.then(Input::Ask(Ask::Start));
    story.then(Input::LoadFailed(1, error("any")));
    assert_eq!(story.then(Input::SpawnFailed(1, refusal())), []);
    assert_eq!(story.machine.serving(), None);
    assert!(matches!(
        story.machine.lifecycle(),
        Lifecycle::Crashed { retry_at: None, .. }
    ));
}

fn any_input() -> impl Strategy<Value = Input> {
    let generation = 1_u64..12;
    prop_oneof![
        Just(Input::Ask(Ask::Start)),
        Just(Input::Ask(Ask::Restart)),
        Just(Input::Ask(Ask::Reload { cause: None })),
        any::<bool>().prop_map(|force| Input::Ask(Ask::Stop {
            force,
            by: StoppedBy::Person
        })),
        generation.clone().prop_map(Input::Loaded),
        generation
            .clone()
            .prop_map(|one| Input::LoadFailed(one, error("any"))),
        generation
            .clone()
            .prop_map(|one| Input::Phase(one, StartPhase::Importing)),
        generation
            .clone()
            .prop_map(|one| Input::SpawnFailed(one, refusal())),
        generation.clone().prop_map(Input::RetryDue),
        (
            generation,
            prop_oneof![
                Just(Exit::Code(0)),
                Just(Exit::Code(1)),
                Just(Exit::Signal(9))
            ]
        )
            .prop_map(|(generation, exit)| exited(generation, exit)),
    ]
}

proptest! {
    /// Whatever comes in whatever order: no process is forgotten, none is started twice, and a stop stops all.
    #[test]
    fn no_process_is_ever_forgotten(inputs in proptest::collection::vec(any_input(), 1..60)) {
        let mut story = Story::new();
        let mut alive = BTreeSet::new();
        let mut seen = BTreeSet::new();
        for input in inputs {
            // Only what lives can end or load; the rest are stale and must change nothing.
            let ended = match &input {
                Input::Exited { generation, .. } | Input::SpawnFailed(generation, _) => Some(*generation),
                _ => None,
            };
            let effects = story.then(input);
            if let Some(generation) = ended {
                alive.remove(&generation);
            }
            for effect in &effects {
                match effect {
                    Effect::Spawn { generation, .. } => {
                        prop_assert!(seen.insert(*generation), "a generation is used once");
                        alive.insert(*generation);
                    }
                    Effect::Serve(generation) | Effect::Drain(generation) | Effect::Stop { generation, .. } => {
                        prop_assert!(alive.contains(generation), "{effect:?} names what lives");
                    }
                    Effect::Retry { .. } => {}
                }
            }
            let up = story.machine.shown().is_some();
            prop_assert!(!up || !alive.is_empty());
        }
        story.then(stop());
        for generation in alive {
            story.then(exited(generation, Exit::Code(0)));
        }
        prop_assert!(story.machine.is_at_rest(), "{:?}", story.machine.lifecycle());
    }
}

#[test]
fn a_reload_that_is_refused_says_so_beside_what_serves() {
    let mut story = Story::new();
    story.then(Input::Ask(Ask::Start));
    story.then(Input::Loaded(1));
    story.then(Input::Ask(Ask::Reload { cause: None }));
    assert_eq!(story.then(Input::SpawnFailed(2, refusal())), []);
    let Readiness::LoadError {
        error,
        still_serving,
    } = story.machine.readiness()
    else {
        unreachable!("it could not be started");
    };
    assert!(still_serving.is_some());
    assert_eq!(error.message, refusal().message);
    assert_eq!(error.hints, refusal().hints);
}
