//! The way to one host: a short queue that waits for it, and the task that writes.

use api::ApiError;
use api::protocol::frozen::{self, Ask, Failed};
use api::protocol::{self, FrameError, FromOwner, Refused};
use bytes::Bytes;
use futures::SinkExt;
use serde::Serialize;
use tokio::io::AsyncWrite;
use tokio::sync::mpsc;
use tokio_util::codec::{FramedWrite, LengthDelimitedCodec};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

/// How many frames are kept for a host that does not read; then whoever has more for it waits.
const QUEUE: usize = 4;

/// Whether something was said to a host.
pub(crate) enum Sent {
    /// It is on its way.
    Yes,
    /// The host is gone.
    Gone,
    /// It can't be said.
    Not(FrameError),
}

/// The way to one host.
#[derive(Clone)]
pub(crate) struct Out(mpsc::Sender<Bytes>);

impl Out {
    /// Begins to write to a host. The task ends once `last` is told and what was said until then is written, or the host is
    /// gone.
    pub(crate) fn begin<Write: AsyncWrite + Send + Unpin + 'static>(
        outgoing: FramedWrite<Write, LengthDelimitedCodec>,
        last: CancellationToken,
    ) -> (Self, AbortOnDropHandle<()>) {
        let (queue, frames) = mpsc::channel(QUEUE);
        let writing = tokio::spawn(write_all(frames, outgoing, last));
        (Self(queue), AbortOnDropHandle::new(writing))
    }

    /// Says a word, once the host has room for it.
    pub(crate) async fn send(&self, word: &impl Serialize) -> Sent {
        match protocol::encode(word) {
            Ok(frame) => match self.0.send(frame.into()).await {
                Ok(()) => Sent::Yes,
                Err(_) => Sent::Gone,
            },
            Err(error) => Sent::Not(error),
        }
    }

    /// Says in a sentence why something can't be done.
    pub(crate) async fn fail(&self, id: u64, message: String) {
        self.send(&frozen::FromOwner::Failed(Failed { id, message }))
            .await;
    }

    /// Says that something is done.
    pub(crate) async fn done(&self, id: u64) {
        self.send(&frozen::FromOwner::Done(Ask { id })).await;
    }

    /// Says why a command did not do what was asked.
    pub(crate) async fn refuse(&self, id: u64, error: ApiError) {
        self.send(&FromOwner::Refused(Refused { id, error })).await;
    }
}

async fn write_all<Write: AsyncWrite + Unpin>(
    mut frames: mpsc::Receiver<Bytes>,
    mut outgoing: FramedWrite<Write, LengthDelimitedCodec>,
    last: CancellationToken,
) {
    loop {
        let frame = tokio::select! {
            frame = frames.recv() => frame,
            // What is in the queue still goes out.
            () = last.cancelled(), if !frames.is_closed() => {
                frames.close();
                continue;
            }
        };
        let Some(frame) = frame else { return };
        if outgoing.send(frame).await.is_err() {
            // The host is gone, which whoever reads from it finds too.
            return;
        }
    }
}
