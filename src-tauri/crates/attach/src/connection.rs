//! The line to an owner: what is asked goes out with an id, what comes in finds who asked.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use api::ApiError;
use api::protocol::frozen::{self, Status};
use api::protocol::{self, FrameError, FromOwner, HeardWord};
use bytes::Bytes;
use futures::{SinkExt, StreamExt};
use parking_lot::Mutex;
use serde::Serialize;
use serde_json::value::RawValue;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::error::gone;
use crate::pipe::{Incoming, Outgoing};
use crate::subscription::{Feed, News};

/// How many frames may wait to be sent before who asks more has to wait too.
const QUEUE: usize = 64;

/// What an owner answered.
pub(crate) enum Reply {
    /// A command's response.
    Answer(Box<RawValue>),
    /// A command's refusal.
    Refused(ApiError),
    /// How it stands.
    Status(Status),
    /// What was asked is done; there is nothing to answer.
    Done,
    /// It can't be done, in a sentence.
    Failed(String),
}

/// One connection. It closes when the last handle is dropped.
pub(crate) struct OwnerConnection {
    queue: mpsc::Sender<Bytes>,
    next: AtomicU64,
    pub(crate) shared: Arc<Shared>,
    _closing: DropGuard,
}

/// What the line and its reading task both know.
pub(crate) struct Shared {
    /// Who waits for which answer; none once the owner is gone.
    waiting: Mutex<Option<HashMap<u64, oneshot::Sender<Reply>>>>,
    /// Where events go.
    pub(crate) feed: Mutex<Feed>,
    /// Ends when the owner is gone.
    pub(crate) gone: CancellationToken,
}

impl OwnerConnection {
    /// A line over a connection on which both sides have said who they are.
    pub(crate) fn new(incoming: Incoming, outgoing: Outgoing) -> Self {
        let closing = CancellationToken::new();
        let shared = Arc::new(Shared {
            waiting: Mutex::new(Some(HashMap::new())),
            feed: Mutex::default(),
            gone: CancellationToken::new(),
        });
        let (queue, frames) = mpsc::channel(QUEUE);
        tokio::spawn(write(frames, outgoing));
        tokio::spawn(read(incoming, Arc::clone(&shared), closing.clone()));
        Self {
            queue,
            next: AtomicU64::new(1),
            shared,
            _closing: closing.drop_guard(),
        }
    }

    /// An id that nothing else on this line has.
    pub(crate) fn id(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// Says a word.
    pub(crate) async fn send(&self, word: &impl Serialize) -> Result<(), ApiError> {
        let frame = protocol::encode(word)?;
        self.queue.send(frame.into()).await.map_err(|_| gone())
    }

    /// Asks something and waits for the answer, which may come after those to later questions.
    pub(crate) async fn ask<Word: Serialize>(
        &self,
        word: impl FnOnce(u64) -> Word,
    ) -> Result<Reply, ApiError> {
        let id = self.id();
        let (answer, answered) = oneshot::channel();
        match &mut *self.shared.waiting.lock() {
            Some(waiting) => waiting.insert(id, answer),
            None => return Err(gone()),
        };
        if let Err(error) = self.send(&word(id)).await {
            self.shared.claim(id);
            return Err(error);
        }
        answered.await.map_err(|_| gone())
    }
}

impl Shared {
    /// Who waits for an answer; they are told once.
    fn claim(&self, id: u64) -> Option<oneshot::Sender<Reply>> {
        self.waiting.lock().as_mut()?.remove(&id)
    }

    fn reply(&self, id: u64, reply: Reply) {
        if let Some(answer) = self.claim(id) {
            // Who asked may have stopped waiting, which is theirs to decide.
            let _ = answer.send(reply);
        }
    }

    /// Takes in one frame: an answer goes to who asked, an event to the subscription. Words that are not known here are
    /// passed over; what is no word ends the line.
    fn hear(&self, frame: &[u8]) -> Result<(), FrameError> {
        match protocol::decode(frame)? {
            HeardWord::Frozen(frozen::FromOwner::Status(status)) => {
                self.reply(status.id, Reply::Status(status));
            }
            HeardWord::Frozen(frozen::FromOwner::Done(ask)) => self.reply(ask.id, Reply::Done),
            HeardWord::Frozen(frozen::FromOwner::Failed(failed)) => {
                self.reply(failed.id, Reply::Failed(failed.message));
            }
            HeardWord::Spoken(FromOwner::Answer(answer)) => {
                self.reply(answer.id, Reply::Answer(answer.response));
            }
            HeardWord::Spoken(FromOwner::Refused(refused)) => {
                self.reply(refused.id, Reply::Refused(refused.error));
            }
            HeardWord::Spoken(FromOwner::Snapshot(standing)) => {
                self.feed
                    .lock()
                    .bring(standing.id, News::Snapshot(standing.snapshot));
            }
            HeardWord::Spoken(FromOwner::Events(happened)) => {
                self.feed
                    .lock()
                    .bring(happened.id, News::Events(happened.events));
            }
            HeardWord::Spoken(FromOwner::Hosts(present)) => {
                self.feed
                    .lock()
                    .bring(present.id, News::Hosts(present.hosts));
            }
            // It was said already, or is for a later Dagdeck.
            HeardWord::Frozen(frozen::FromOwner::Hello(_)) | HeardWord::Unknown(_) => {}
        }
        Ok(())
    }

    /// Tells everyone who waits that the owner is gone.
    fn end(&self) {
        self.gone.cancel();
        self.waiting.lock().take();
        self.feed.lock().end();
    }
}

/// What these locks hold is whole between any two steps.
async fn write(mut frames: mpsc::Receiver<Bytes>, mut outgoing: Outgoing) {
    while let Some(frame) = frames.recv().await {
        if outgoing.send(frame).await.is_err() {
            // The reading task meets the same end and tells everyone.
            return;
        }
    }
}

/// Hears what the owner says until it is gone, or says what is no frame, or nobody holds the line any more.
async fn read(mut incoming: Incoming, shared: Arc<Shared>, closing: CancellationToken) {
    let hearing = async {
        while let Some(Ok(frame)) = incoming.next().await {
            if shared.hear(&frame).is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = closing.cancelled() => {}
        () = hearing => {}
    }
    shared.end();
}
