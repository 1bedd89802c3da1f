//! The wish of a person or the system that this command ends.
//!
//! A thread of its own takes it from the system and hands it to the command. One that hangs where it hears nothing (nobody
//! reads what it prints) is ended by the next.

use std::future::Future;
use std::pin::pin;
use std::time::{Duration, Instant};

use tokio::runtime::Builder;
use tokio::sync::{Notify, mpsc};

use crate::error::CliError;

/// How long a wish may stay unheard before another one ends the process.
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
    /// When the last one was handed on.
    last: Instant,
}

impl HandingOn {
    fn to(command: mpsc::Sender<()>) -> Self {
        Self {
            command,
            last: Instant::now(),
        }
    }

    /// Hands on what comes until the process ends; says once that it began.
    fn begin(
        mut self,
        begun: &std::sync::mpsc::Sender<std::io::Result<()>>,
    ) -> std::io::Result<()> {
        let runtime = Builder::new_current_thread().enable_io().build()?;
        runtime.block_on(async {
            let mut signals = Signals::new()?;
            let _told = begun.send(Ok(()));
            loop {
                signals.next().await;
                if self.is_one_too_many(Instant::now()) {
                    end_at_once();
                }
            }
        })
    }

    /// Hands one on, unless another waits to be heard or nobody hears any more; whether that has been so for too long.
    fn is_one_too_many(&mut self, now: Instant) -> bool {
        if self.command.try_send(()).is_ok() {
            self.last = now;
            return false;
        }
        now.duration_since(self.last) >= UNHEARD
    }
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

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    fn stop() -> (HandingOn, Stop) {
        let (command, wishes) = mpsc::channel(1);
        (HandingOn::to(command), Stop { wishes })
    }

    #[tokio::test]
    async fn what_does_not_get_done_ends_when_we_are_told_to_end() {
        let (mut wishes, mut stop) = stop();
        let done = stop.or(async { Ok::<_, CliError>(7) }).await;
        assert_eq!(done, Ok(7));
        assert!(!wishes.is_one_too_many(Instant::now()));
        let ended = stop.or(pending::<Result<(), CliError>>()).await;
        assert_eq!(ended, Err(CliError::Interrupted));
    }

    #[tokio::test]
    async fn what_takes_back_what_it_began_is_waited_for() {
        let (mut wishes, mut stop) = stop();
        let told = Notify::new();
        let work = async {
            told.notified().await;
            Ok("taken back")
        };
        assert!(!wishes.is_one_too_many(Instant::now()));
        let done = stop.or_taken_back(&told, String::new, work).await;
        assert_eq!(done, Ok("taken back"));
    }

    #[tokio::test]
    async fn a_wish_ends_the_process_where_an_earlier_one_was_not_heard_for_long() {
        let (mut wishes, mut stop) = stop();
        let begun = Instant::now();
        assert!(!wishes.is_one_too_many(begun));
        assert!(!wishes.is_one_too_many(begun), "both came at one moment");
        assert!(wishes.is_one_too_many(begun + UNHEARD));
        stop.requested().await;
        assert!(!wishes.is_one_too_many(begun + UNHEARD), "it was heard");
    }
}
