//! One host that is attached: what it asks is done beside each other, and answered as it gets done.
//!
//! A host that goes cancels nothing it began; what only waits ends with it. A host that does not read is waited for by its own answers and events only.

use std::sync::Arc;
use std::time::Duration;

use api::protocol::environment::differences;
use api::protocol::frozen::{self, Ask, Hello, HostKind};
use api::protocol::{
    self, Answer, Call, Compare, FromHost, FromOwner, HeardWord, PROTOCOL, Refused,
};
use api::{ApiError, ErrorCode};
use dagdeck::guarded::guarded;
use futures::StreamExt;
use serde::Serialize;
use tokio::io::ReadHalf;
use tokio::sync::Semaphore;
use tokio_util::codec::{FramedRead, FramedWrite, LengthDelimitedCodec};
use tokio_util::sync::CancellationToken;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

use crate::dispatch::dispatch;
use crate::feed::feed;
use crate::hosts::{AfterLeaving, Hosts, Presence};
use crate::listener::Stream;
use crate::out::{Out, Sent};
use crate::server::Served;
use crate::views::Views;

/// How many questions one host may have under way.
const UNDER_WAY: usize = 256;
/// The command that does nothing but wait, and ends with its host.
const WAITS: &str = "location_settle";
/// How long a host may take to say who it is.
const HELLO: Duration = Duration::from_secs(5);
/// How long stopping may take when a person or the system asked for it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
/// What is said when that was not enough.
const STUBBORN: &str =
    "What runs has not ended in time. The owner goes, and what is left is killed.";
/// What is said where something shall go on or be held that ends already.
const GOES: &str = "What runs is being stopped, and the process that runs it ends.";
/// How long a host that is being left may take to read what was answered.
const LAST_WORDS: Duration = Duration::from_secs(1);

type Incoming = FramedRead<ReadHalf<Stream>, LengthDelimitedCodec>;

/// Serves a host until it is gone, says what is no frame, or the owner ends.
pub(crate) async fn serve(served: Arc<Served>, stream: Stream) {
    let (read, write) = tokio::io::split(stream);
    let codec = LengthDelimitedCodec::builder()
        .little_endian()
        .max_frame_length(protocol::MOST_BYTES)
        .new_codec();
    let mut incoming = FramedRead::new(read, codec.clone());
    let last = CancellationToken::new();
    let (out, mut writing) = Out::begin(FramedWrite::new(write, codec), last.clone());
    let introduced = tokio::select! {
        introduced = introduced(&mut incoming) => Some(introduced),
        () = served.ended.cancelled() => None,
    };
    match introduced {
        Some(Some(host)) => {
            let connection = Connection::new(&served, &host, out);
            let hello = frozen::FromOwner::Hello(hello(connection.presence.is_none()));
            connection.out.send(&hello).await;
            connection.listen(incoming).await;
        }
        Some(None) => {
            let message = "A host has to say hello first.";
            out.fail(0, message.to_owned()).await;
        }
        None => {}
    }
    last.cancel();
    // A host that does not even read its last answers is left without them.
    let _ = tokio::time::timeout(LAST_WORDS, &mut writing).await;
}

/// What the owner says of itself, which may be that it goes.
fn hello(goes: bool) -> Hello {
    Hello {
        protocol: PROTOCOL,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        pid: std::process::id(),
        kind: HostKind::Owner,
        holds: false,
        goes,
    }
}

/// What a host says of itself, which has to be its first word.
async fn introduced(incoming: &mut Incoming) -> Option<Hello> {
    let first = tokio::time::timeout(HELLO, incoming.next()).await;
    match protocol::decode::<frozen::FromHost, FromHost>(&first.ok()??.ok()?) {
        Ok(HeardWord::Frozen(frozen::FromHost::Hello(host))) => Some(host),
        _ => None,
    }
}

/// What is known of one host.
struct Connection {
    served: Arc<Served>,
    out: Out,
    /// None where it came when the owner was going already, and may say the frozen words only.
    presence: Option<Presence>,
    /// Room for what is under way.
    room: Arc<Semaphore>,
    /// Cancelled when the host is heard no more.
    gone: CancellationToken,
    /// What is answered when everything has ended, by whoever's word it did.
    parting: TaskTracker,
    /// None where it speaks another protocol, or came too late.
    spoken: Option<Spoken>,
}

/// What a host of the same protocol has.
struct Spoken {
    views: Arc<Views>,
    feeding: Option<AbortOnDropHandle<()>>,
}

impl Connection {
    /// Has the host counted as present, unless the owner goes already. One of another protocol is present and holds
    /// nothing: it could not say that it lets go.
    fn new(served: &Arc<Served>, host: &Hello, out: Out) -> Self {
        let same = host.protocol == PROTOCOL;
        // Who can't say that it detaches can't hold either.
        let presence = served.hosts.join(host.kind, host.holds && same);
        let spoken = (same && presence.is_some()).then(|| Spoken {
            views: Arc::default(),
            feeding: None,
        });
        Self {
            served: Arc::clone(served),
            out,
            presence,
            room: Arc::new(Semaphore::new(UNDER_WAY)),
            gone: CancellationToken::new(),
            parting: TaskTracker::new(),
            spoken,
        }
    }

    /// Hears the host until it goes, says what is no word, or the owner ends; then lets go of all that it held.
    async fn listen(mut self, mut incoming: Incoming) {
        let served = Arc::clone(&self.served);
        let hearing = async {
            while let Some(Ok(frame)) = incoming.next().await {
                match protocol::decode(&frame) {
                    Ok(word) => self.hear(word).await,
                    Err(error) => {
                        self.out.fail(0, error.to_string()).await;
                        return;
                    }
                }
            }
        };
        let ended = tokio::select! {
            () = hearing => false,
            () = served.ended.cancelled() => true,
        };
        self.gone.cancel();
        // First of all, for everything may have to be stopped now; closing views may have to wait for the deck.
        drop(self.presence);
        if let Some(spoken) = self.spoken {
            drop(spoken.feeding);
            spoken.views.close_all(&served.deck).await;
        }
        if ended {
            self.parting.close();
            // Nothing runs any more: all that is left of them is to say so.
            let _ = tokio::time::timeout(LAST_WORDS, self.parting.wait()).await;
        }
    }

    /// Does one word, or says why not. A host of another protocol, and one that came too late, have the frozen words only.
    async fn hear(&mut self, word: HeardWord<frozen::FromHost, FromHost>) {
        match word {
            HeardWord::Frozen(word) => self.frozen(word).await,
            HeardWord::Spoken(word) if self.spoken.is_some() => self.spoken(word).await,
            HeardWord::Spoken(FromHost::Call(Call { id, .. }))
            | HeardWord::Spoken(FromHost::Compare(Compare { id, .. }))
            | HeardWord::Spoken(
                FromHost::Subscribe(Ask { id })
                | FromHost::Detach(Ask { id })
                | FromHost::Leave(Ask { id })
                | FromHost::Hold(Ask { id })
                | FromHost::Wake(Ask { id }),
            )
            | HeardWord::Unknown(Ask { id }) => {
                let message = if self.presence.is_none() {
                    GOES.to_owned()
                } else {
                    format!(
                        "Dagdeck {}, which runs this workspace, does not understand that: \
                         it can be asked how it stands and be stopped.",
                        env!("CARGO_PKG_VERSION")
                    )
                };
                self.out.fail(id, message).await;
            }
        }
    }

    /// Does what every version may ask.
    async fn frozen(&self, word: frozen::FromHost) {
        use frozen::FromHost::{Down, Hello, Status, Stop};
        let id = match &word {
            Hello(_) => return,
            Status(ask) | Stop(ask) | Down(ask) => ask.id,
        };
        let (served, out) = (Arc::clone(&self.served), self.out.clone());
        let parts = matches!(word, Down(_));
        let work = async move {
            match word {
                Hello(_) => {}
                Status(_) => {
                    let status = frozen::FromOwner::Status(served.status(id).await);
                    out.send(&status).await;
                }
                Stop(_) => match served.stop().await {
                    Ok(()) => out.done(id).await,
                    Err(error) => out.fail(id, error.message).await,
                },
                Down(_) => {
                    served.hosts.close_if(|_| true);
                    let ended = tokio::time::timeout(PATIENCE, served.deck.shut_down()).await;
                    let answer = async {
                        match ended {
                            Ok(()) => out.done(id).await,
                            Err(_) => out.fail(id, STUBBORN.to_owned()).await,
                        }
                    };
                    // Who asked may not be reading, and the end does not wait for that.
                    let _ = tokio::time::timeout(LAST_WORDS, answer).await;
                    served.ended.cancel();
                }
            }
        };
        let begun = if parts {
            self.beside(self.parting.track_future(work))
        } else {
            self.beside(work)
        };
        if !begun {
            self.out.fail(id, too_many()).await;
        }
    }

    /// Does a word of this protocol. What takes time is done beside the rest, so that no question waits for another's
    /// answer.
    async fn spoken(&mut self, word: FromHost) {
        let (Some(spoken), Some(presence)) = (&mut self.spoken, &mut self.presence) else {
            return;
        };
        match word {
            FromHost::Call(call) => {
                let (served, out) = (Arc::clone(&self.served), self.out.clone());
                let (views, id) = (Arc::clone(&spoken.views), call.id);
                let gone = (call.command == WAITS).then(|| self.gone.clone());
                let work = async move {
                    let work = carry_out(&served, &views, &out, call);
                    match gone {
                        Some(gone) => drop(gone.run_until_cancelled(work).await),
                        None => work.await,
                    }
                };
                if !self.beside(work) {
                    let error = ApiError::new(ErrorCode::Precondition, too_many());
                    self.out.refuse(id, error).await;
                }
            }
            FromHost::Subscribe(Ask { id }) => {
                let feeding = feed(Arc::clone(&self.served), id, self.out.clone());
                // The older feed ends with its handle.
                spoken.feeding = Some(AbortOnDropHandle::new(tokio::spawn(feeding)));
            }
            FromHost::Detach(Ask { id }) => {
                let heard = presence.detach();
                self.done_unless_going(id, heard).await;
            }
            FromHost::Leave(Ask { id }) => {
                let left = presence.leave();
                let (served, out) = (Arc::clone(&self.served), self.out.clone());
                // It goes on when the host goes; and there is room, or it would not be the last thing that it asks.
                self.parting.spawn(async move {
                    let ends = left != AfterLeaving::GoesOn;
                    if ends {
                        // Where another began that, it waits for the same end.
                        served.deck.shut_down().await;
                    }
                    let answer = answered(&out, id, &ends);
                    let _ = tokio::time::timeout(LAST_WORDS, answer).await;
                    if left == AfterLeaving::Ends {
                        served.ended.cancel();
                    }
                });
            }
            FromHost::Hold(Ask { id }) => {
                let heard = presence.hold();
                self.done_unless_going(id, heard).await;
            }
            FromHost::Wake(Ask { id }) => {
                self.served.deck.begin_background();
                self.out.done(id).await;
            }
            FromHost::Compare(Compare { id, environment }) => {
                let found = differences(&self.served.environment, &environment);
                answered(&self.out, id, &found).await;
            }
        }
    }

    /// Answers what could be heard only by an owner that stays.
    async fn done_unless_going(&self, id: u64, heard: bool) {
        if heard {
            self.out.done(id).await;
        } else {
            self.out.fail(id, GOES.to_owned()).await;
        }
    }

    /// Begins work beside everything else that is under way, unless that is too much already. It goes on when the host
    /// goes.
    fn beside(&self, work: impl Future<Output = ()> + Send + 'static) -> bool {
        let permit = Arc::clone(&self.room).try_acquire_owned();
        permit.is_ok_and(|permit| {
            tokio::spawn(async move {
                work.await;
                drop(permit);
            });
            true
        })
    }
}

/// Answers with a value.
async fn answered(out: &Out, id: u64, value: &impl Serialize) {
    match serde_json::value::to_raw_value(value) {
        Ok(response) => drop(out.send(&FromOwner::Answer(Answer { id, response })).await),
        Err(error) => out.fail(id, error.to_string()).await,
    }
}

fn too_many() -> String {
    format!("{UNDER_WAY} questions of this host are under way already.")
}

/// Gives a command to the deck and answers; a fault of ours in it becomes an error and harms nobody else.
async fn carry_out(served: &Served, views: &Views, out: &Out, call: Call) {
    let Call {
        id,
        command,
        request,
    } = call;
    let work = async {
        if let Some(why) = not_for_hosts(&command) {
            return Err(ApiError::new(ErrorCode::Precondition, why));
        }
        let answer = dispatch(&served.deck, &command, &request).await;
        answer.map_err(|error| going_words(&served.hosts, error))
    };
    let sent = match guarded(&command, work).await {
        Ok(response) => {
            views
                .note(&served.deck, &command, &request, &response)
                .await;
            out.send(&FromOwner::Answer(Answer { id, response })).await
        }
        Err(error) => out.send(&FromOwner::Refused(Refused { id, error })).await,
    };
    if let Sent::Not(error) = sent {
        out.refuse(id, error.into()).await;
    }
}

/// An owner that goes has closed its workspace: what is not there then was stopped.
fn going_words(hosts: &Hosts, error: ApiError) -> ApiError {
    if error.code == ErrorCode::NotFound && hosts.is_closed() {
        let message = "What ran here was stopped: by `dagdeck down`, from another window or terminal, or because the one that held it \
                       ended.";
        return ApiError::new(ErrorCode::NotFound, message);
    }
    error
}

/// Why a command is not one for hosts: an owner has one workspace from its beginning to its end.
fn not_for_hosts(command: &str) -> Option<&'static str> {
    match command {
        "workspace_open" => Some("Another workspace has another owner."),
        "workspace_close" => Some("A host leaves a workspace by going."),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_in_an_owner_that_goes_was_stopped() {
        let hosts = Hosts::default();
        let missing = || ApiError::new(ErrorCode::NotFound, "No workspace is open.");
        assert_eq!(going_words(&hosts, missing()), missing());
        hosts.close_if(|_| true);
        let said = going_words(&hosts, missing());
        assert!(said.message.contains("was stopped"), "{said:?}");
        let other = ApiError::new(ErrorCode::Io, "The disk is full.");
        assert_eq!(going_words(&hosts, other.clone()), other);
    }
}
