//! The end of a terminal that shows what runs: it leaves, and finds out what becomes of what ran.

use std::time::Duration;

use attach::Attached;

use super::output::Output;
use super::progress::STOPPING;
use crate::error::CliError;
use crate::reached::{ReachedWorkspace, goes, goes_on_alone};
use crate::stop::Stop;

/// How long an owner may take to let one go that only looks.
const LET_GO: Duration = Duration::from_secs(2);

/// What becomes of what ran.
pub(super) enum AfterLeaving {
    /// Nothing of it is left.
    Stopped,
    /// It goes on.
    GoesOn,
    /// Its owner, with this pid, does not say.
    Unknown(u32),
}

/// A terminal that leaves.
pub(super) struct Leaving {
    pub(super) place: ReachedWorkspace,
    pub(super) attached: Attached,
    /// Whether it ran before, so that it goes on without this terminal.
    pub(super) joins: bool,
    /// Whether we were told to end once already.
    pub(super) interrupted: bool,
}

impl Leaving {
    /// Leaves, and waits until it is known what becomes of what ran. When we are told to end twice, the process ends at once.
    pub(super) async fn leave(
        &self,
        stop: &mut Stop,
        output: &Output,
    ) -> Result<AfterLeaving, CliError> {
        let mut left = std::pin::pin!(self.let_go());
        let mut patience = u8::from(!self.interrupted);
        loop {
            tokio::select! {
                left = &mut left => return left,
                () = stop.requested() => match patience.checked_sub(1) {
                    Some(less) => {
                        patience = less;
                        output.note(STOPPING);
                    }
                    None => {
                        let last_words = goes_on_alone(self.attached.owner(), "stopping");
                        output.end_at_once(&last_words).await;
                    }
                },
            }
        }
    }

    async fn let_go(&self) -> Result<AfterLeaving, CliError> {
        let answer = if self.joins && self.interrupted {
            match tokio::time::timeout(LET_GO, self.attached.leave()).await {
                Ok(answer) => answer,
                Err(_) => return Ok(AfterLeaving::Unknown(self.attached.owner().hello().pid)),
            }
        } else {
            self.attached.leave().await
        };
        match answer {
            Ok(false) => Ok(AfterLeaving::GoesOn),
            Ok(true) => Ok(AfterLeaving::Stopped),
            // What it ran is ended by its guard, or by nobody: that is looked at before it is called ended.
            Err(_) if goes(self.attached.owner()).await => {
                self.place.leave_nothing().await?;
                Ok(AfterLeaving::Stopped)
            }
            Err(error) => Err(error.into()),
        }
    }
}
