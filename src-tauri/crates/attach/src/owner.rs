//! An owner of any version: who it is, how it stands, and how it is stopped.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use api::protocol::frozen::{Ask, FromHost, FromOwner, Hello, HostKind, Status};
use api::protocol::{self, FrameError, HeardWord, PROTOCOL};
use api::{ApiError, ErrorCode};
use bytes::Bytes;
use futures::{SinkExt, StreamExt};
use terminal::Shell;

use crate::connection::{OwnerConnection, Reply};
use crate::error::AttachError;
use crate::{Attached, pipe};

/// How long an owner may take to say who it is.
const HELLO: Duration = Duration::from_secs(5);
/// How long an owner may take for what it can say at once, on a busy machine.
const SOON: Duration = Duration::from_secs(15);
/// How long an owner may take to stop everything and end: it ends what is left after 30 s.
const END: Duration = Duration::from_secs(35);

/// What a host says of itself.
#[derive(Debug, Clone, Copy)]
pub struct Introduction {
    /// What it is.
    pub kind: HostKind,
    /// Whether what runs shall end with it: yes for a window or a terminal in the foreground, no for who only looks.
    pub holds: bool,
}

/// A workspace's owner, of any version. Cheap to clone; the connection closes with the last of its handles.
#[derive(Clone)]
pub struct Owner {
    pub(crate) line: Arc<OwnerConnection>,
    hello: Arc<Hello>,
}

impl std::fmt::Debug for Owner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Owner")
            .field("hello", &self.hello)
            .finish_non_exhaustive()
    }
}

impl Owner {
    /// Connects to the owner that listens at a socket; both say who they are.
    ///
    /// # Errors
    /// When nobody listens there, or who did is ending ([`AttachError::NoOwner`]); when the socket may not be used; when on
    /// Unix another person's process listens; when it said nothing for 5 s; and when what it said first is no `hello` of
    /// Dagdeck.
    pub async fn connect(socket: &Path, host: Introduction) -> Result<Self, AttachError> {
        let (mut incoming, mut outgoing, pid) = pipe::connect(socket).await?;
        let gone = |source| AttachError::NoOwner {
            socket: socket.to_owned(),
            source,
        };
        let garbage = |source| AttachError::NotDagdeck {
            socket: socket.to_owned(),
            source,
        };
        let word = FromHost::Hello(Hello {
            protocol: PROTOCOL,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            pid: std::process::id(),
            kind: host.kind,
            holds: host.holds,
            goes: false,
        });
        let word = protocol::encode(&word).map_err(garbage)?;
        outgoing.send(Bytes::from(word)).await.map_err(gone)?;
        let first = tokio::time::timeout(HELLO, incoming.next()).await;
        let first = first.map_err(|_| AttachError::Silent {
            socket: socket.to_owned(),
            pid,
            waited: HELLO,
        })?;
        let frame = match first {
            Some(Ok(frame)) => frame,
            Some(Err(error)) if error.kind() == std::io::ErrorKind::InvalidData => {
                let why = error.to_string();
                return Err(garbage(FrameError::Garbage { why }));
            }
            Some(Err(error)) => return Err(gone(error)),
            None => return Err(gone(std::io::ErrorKind::UnexpectedEof.into())),
        };
        match protocol::decode::<FromOwner, protocol::FromOwner>(&frame).map_err(garbage)? {
            HeardWord::Frozen(FromOwner::Hello(hello)) => Ok(Self {
                line: Arc::new(OwnerConnection::new(incoming, outgoing)),
                hello: Arc::new(hello),
            }),
            _ => Err(garbage(FrameError::Garbage {
                why: "it did not begin with hello".to_owned(),
            })),
        }
    }

    /// The same, to have it do something; none where nobody listens, or who did goes.
    ///
    /// # Errors
    /// Those of [`Self::connect`], but that nobody listens.
    pub async fn find(socket: PathBuf, host: Introduction) -> Result<Option<Self>, AttachError> {
        let found = Self::find_also_going(socket, host).await?;
        Ok(found.filter(|owner| !owner.hello.goes))
    }

    /// The same, to ask how it stands: one that stops everything and goes can be asked too.
    ///
    /// # Errors
    /// Those of [`Self::connect`], but that nobody listens.
    pub async fn find_also_going(
        socket: PathBuf,
        host: Introduction,
    ) -> Result<Option<Self>, AttachError> {
        match Self::connect(&socket, host).await {
            Ok(owner) => Ok(Some(owner)),
            Err(AttachError::NoOwner { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Who it is.
    pub fn hello(&self) -> &Hello {
        &self.hello
    }

    /// Every command and the events, if it speaks the same protocol.
    ///
    /// # Errors
    /// When it speaks another protocol than this Dagdeck: then it can be asked how it stands and be stopped, no more.
    pub fn attach(&self) -> Result<Attached, AttachError> {
        if self.hello.protocol == PROTOCOL {
            Ok(Attached::new(self.clone()))
        } else {
            Err(AttachError::OtherProtocol {
                owner: Hello::clone(&self.hello),
            })
        }
    }

    /// Asks how it stands.
    ///
    /// # Errors
    /// When the owner is gone, when it has not answered after 15 s, and when it answered something else.
    pub async fn status(&self) -> Result<Status, ApiError> {
        match self
            .soon(self.line.ask(|id| FromHost::Status(Ask { id })))
            .await?
        {
            Reply::Status(status) => Ok(status),
            reply => Err(unexpected(reply)),
        }
    }

    /// Stops everything that runs; the owner stays. Answers when nothing is left.
    ///
    /// # Errors
    /// When the owner is gone before it answered, and what it says where it can't. There is no limit.
    pub async fn stop(&self) -> Result<(), ApiError> {
        done(self.line.ask(|id| FromHost::Stop(Ask { id })).await?)
    }

    /// Stops everything that runs and ends the owner. Answers when nothing is left.
    ///
    /// # Errors
    /// When the owner is gone before it answered, and what it says where it can't. There is no limit; [`Self::end`] has
    /// one.
    pub async fn down(&self) -> Result<(), ApiError> {
        done(self.line.ask(|id| FromHost::Down(Ask { id })).await?)
    }

    /// Stops everything that runs, ends the owner, and waits until it is gone.
    ///
    /// # Errors
    /// What it answers where it can't; and when it is still there after 35 s.
    pub async fn end(&self) -> Result<(), ApiError> {
        let ended = async {
            if let Err(refused) = self.down().await {
                // One that ended before it could say so did what was asked.
                if !self.is_gone() {
                    return Err(refused);
                }
            }
            self.gone().await;
            Ok(())
        };
        self.within_end(ended).await
    }

    /// Waits for what an owner answers at once.
    pub(crate) async fn soon<Answer>(
        &self,
        answer: impl Future<Output = Result<Answer, ApiError>>,
    ) -> Result<Answer, ApiError> {
        tokio::time::timeout(SOON, answer)
            .await
            .unwrap_or_else(|_| Err(self.silent()))
    }

    /// Waits for what an owner answers once everything has ended.
    pub(crate) async fn within_end<Answer>(
        &self,
        answer: impl Future<Output = Result<Answer, ApiError>>,
    ) -> Result<Answer, ApiError> {
        tokio::time::timeout(END, answer)
            .await
            .unwrap_or_else(|_| Err(self.stubborn()))
    }

    /// What is said of an owner that did not answer what it can say at once.
    fn silent(&self) -> ApiError {
        let (pid, waited) = (self.hello.pid, SOON.as_secs());
        let message = format!(
            "The Dagdeck process that runs this workspace (pid {pid}) has not answered for {waited} s."
        );
        ApiError::new(ErrorCode::Io, message).with_hint(format!(
            "It may be very busy: try again. If it stays so, end that process; what it runs ends with it. `{}` does that.",
            Shell::HERE.kill(pid)
        ))
    }

    /// What is said of an owner that did not end in its time.
    fn stubborn(&self) -> ApiError {
        let (pid, waited) = (self.hello.pid, END.as_secs());
        let message = format!(
            "The process that runs this workspace (pid {pid}) did not end within {waited} s."
        );
        ApiError::new(ErrorCode::Io, message).with_hint(format!(
            "End that process; what it runs ends with it. `{}` does that.",
            Shell::HERE.kill(pid)
        ))
    }

    /// Whether the connection has ended: the owner went, or said what is no message.
    pub fn is_gone(&self) -> bool {
        self.line.shared.gone.is_cancelled()
    }

    /// Waits until the owner is gone, however it went.
    pub async fn gone(&self) {
        self.line.shared.gone.cancelled().await;
    }
}

/// A reply that only says whether it is done.
pub(crate) fn done(reply: Reply) -> Result<(), ApiError> {
    match reply {
        Reply::Done => Ok(()),
        reply => Err(unexpected(reply)),
    }
}

/// The error in a reply that is not the one that was waited for.
pub(crate) fn unexpected(reply: Reply) -> ApiError {
    match reply {
        Reply::Refused(error) => error,
        Reply::Failed(message) => ApiError::new(ErrorCode::Precondition, message),
        Reply::Answer(_) | Reply::Status(_) | Reply::Done => ApiError::new(
            ErrorCode::Internal,
            "The owner answered something else than was asked.",
        ),
    }
}
