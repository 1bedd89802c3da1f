//! The wish of a person or the system that this command ends.
//!
//! A thread of its own takes it from the system and hands it to the command. One that hangs where it hears nothing (nobody
//! reads what it prints) is ended soon after.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, sleep_until};

use crate::error::CliError;

/// How long a wish may stay unheard before the process is ended.
const UNHEARD: Duration = Duration::from_secs(1);

/// What is said when taking back begins.
const TAKING_BACK: &str = "Taking it back. Once more ends this at once.";

/// The wish of a person or the system that we end.
pub(crate) struct Stop {
    wishes: mpsc::Receiver<()>,
}

impl Stop {
    pub(crate) fn listen() -> Result<Self, CliError> {
        let failed = |why: String| CliError::Failed(format!("can't listen for Ctrl-C: {why}"));
        let (command, wishes) = mpsc::channel(1);
        let (begun, begins) = std::sync::mpsc::channel();
        let hear = move || {
            if let Err(error) = HandingOn::to(command).begin(&begun) {
                let _told = begun.send(Err(error));
            }
        };
        std::thread::Builder::new()
            .name("stop".to_owned())
            .spawn(hear)
            .map_err(|error| failed(error.to_string()))?;
        match begins.recv() {
            Ok(Ok(())) => Ok(Self { wishes }),
            Ok(Err(error)) => Err(failed(error.to_string())),
            Err(_) => Err(failed("what should hear it has ended".to_owned())),
        }
    }

    /// Waits until we are told to end.
    pub(crate) async fn requested(&mut self) {
        if self.wishes.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
    }

    /// Does this, unless we are told to end before it is done: then no more of it is done.
    pub(crate) fn or<Done, Failure>(
        &mut self,
        work: impl Future<Output = Result<Done, Failure>>,
    ) -> impl Future<Output = Result<Done, CliError>>
    where
        CliError: From<Failure>,
    {
        // Boxed here: what has to do with an owner is large.
        let work = Box::pin(work);
        async {
            tokio::select! {
                done = work => Ok(done?),
                () = self.requested() => Err(CliError::Interrupted),
            }
        }
    }

    /// Does work that takes back what it began: it is `told` when we are told to end, and waited for. Told once more, the process
    /// ends at once with these last words.
    pub(crate) async fn or_taken_back<Done>(
        &mut self,
        told: &Notify,
        last_words: impl FnOnce() -> String,
        work: impl Future<Output = Result<Done, CliError>>,
    ) -> Result<Done, CliError> {
        let mut work = pin!(work);
        tokio::select! {
            done = &mut work => return done,
            () = self.requested() => told.notify_one(),
        }
        anstream::eprintln!("{TAKING_BACK}");
        tokio::select! {
            done = &mut work => done,
            () = self.requested() => {
                anstream::eprintln!("{}", last_words());
                end_at_once()
            }
        }
    }
}

/// Ends the process, whatever is under way.
pub(crate) fn end_at_once() -> ! {
    std::process::exit(CliError::Interrupted.code().into())
}

/// Hands the system's wishes to the command.
struct HandingOn {
    command: mpsc::Sender<()>,
    /// When the last one was handed on of which it is not known that it was heard.
    waits: Option<Instant>,
}

impl HandingOn {
    fn to(command: mpsc::Sender<()>) -> Self {
        Self {
            command,
            waits: None,
        }
    }

    /// Hands on what comes until the process ends, and ends it where that is not heard; says once that it began.
    fn begin(
        mut self,
        begun: &std::sync::mpsc::Sender<std::io::Result<()>>,
    ) -> std::io::Result<()> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let mut signals = Signals::new()?;
            let _told = begun.send(Ok(()));
            self.unheard(&mut signals).await;
            end_at_once()
        })
    }

    /// Hands on what comes until one was not heard for too long.
    async fn unheard(&mut self, wishes: &mut impl Wishes) {
        loop {
            let waits = self.waits.map(|since| since + UNHEARD);
            tokio::select! {
                () = wishes.next() => {
                    if self.command.try_send(()).is_ok() || self.waits.is_none() {
                        self.waits = Some(Instant::now());
                    }
                }
                () = sleep_until(waits.unwrap_or_else(Instant::now)), if waits.is_some() => {
                    if self.command.capacity() == 0 || self.command.is_closed() {
                        return;
                    }
                    self.waits = None;
                }
            }
        }
    }
}

/// Where wishes come from.
trait Wishes {
    async fn next(&mut self);
}

/// What the system tells a process that is to end.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }
}

#[cfg(unix)]
impl Wishes for Signals {
    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }
}

#[cfg(not(unix))]
impl Wishes for Signals {
    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use tokio::time::timeout;

    use super::*;

    fn stop() -> (mpsc::Sender<()>, Stop) {
        let (command, wishes) = mpsc::channel(1);
        (command, Stop { wishes })
    }

    #[tokio::test]
    async fn what_does_not_get_done_ends_when_we_are_told_to_end() {
        let (wishes, mut stop) = stop();
        let done = stop.or(async { Ok::<_, CliError>(7) }).await;
        assert_eq!(done, Ok(7));
        wishes.try_send(()).unwrap();
        let ended = stop.or(pending::<Result<(), CliError>>()).await;
        assert_eq!(ended, Err(CliError::Interrupted));
    }

    #[tokio::test]
    async fn what_takes_back_what_it_began_is_waited_for() {
        let (wishes, mut stop) = stop();
        let told = Notify::new();
        let work = async {
            told.notified().await;
            Ok("taken back")
        };
        wishes.try_send(()).unwrap();
        let done = stop.or_taken_back(&told, String::new, work).await;
        assert_eq!(done, Ok("taken back"));
    }

    /// One after the other, each so long after the one before.
    struct Timed(Vec<Duration>);

    impl Wishes for Timed {
        async fn next(&mut self) {
            let Some(pause) = self.0.first().copied() else {
                return pending().await;
            };
            tokio::time::sleep(pause).await;
            self.0.remove(0);
        }
    }

    /// How long it takes until these count as unheard, if they do.
    async fn unheard(command: mpsc::Sender<()>, pauses: &[Duration]) -> Option<Duration> {
        let begun = Instant::now();
        let mut handing_on = HandingOn::to(command);
        let mut wishes = Timed(pauses.to_vec());
        let ended = timeout(UNHEARD * 100, handing_on.unheard(&mut wishes)).await;
        ended.ok().map(|()| begun.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn a_wish_that_is_not_heard_ends_the_process() {
        let (command, stop) = stop();
        let pauses = [Duration::ZERO, UNHEARD / 2];
        assert_eq!(unheard(command, &pauses).await, Some(UNHEARD));
        drop(stop);
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_nobody_can_hear_any_more_ends_it_too() {
        let (command, stop) = stop();
        drop(stop);
        assert_eq!(unheard(command, &[UNHEARD]).await, Some(UNHEARD * 2));
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_hears_each_wish_goes_on() {
        let (command, mut stop) = stop();
        let hears = tokio::spawn(async move {
            loop {
                stop.requested().await;
            }
        });
        let pauses = [Duration::ZERO, UNHEARD / 2, UNHEARD * 3];
        assert_eq!(unheard(command, &pauses).await, None);
        hears.abort();
    }
}
