//! Every command of an owner that speaks the same protocol, by the name it has on `Deck`.

use std::collections::BTreeMap;
use std::sync::Arc;

use api::protocol::environment::{Difference, relevant};
use api::protocol::frozen::Ask;
use api::protocol::{Call, Compare, FromHost};
use api::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::connection::Reply;
use crate::owner::{Owner, done, unexpected};
use crate::subscription::Subscription;

/// A host's handle on a workspace that another process runs. Cheap to clone; all clones share one connection.
#[derive(Debug, Clone)]
pub struct Attached {
    owner: Owner,
}

impl Attached {
    pub(crate) fn new(owner: Owner) -> Self {
        Self { owner }
    }

    /// The owner: who it is, how it stands, whether it is gone.
    pub fn owner(&self) -> &Owner {
        &self.owner
    }

    /// How everything stands, and what happens from there on.
    ///
    /// # Errors
    /// When the owner is gone, and when it has not said how everything stands after 15 s.
    pub async fn subscribe(&self) -> Result<(Snapshot, Subscription), ApiError> {
        let whole = Subscription::whole(Arc::clone(&self.owner.line));
        self.owner.soon(whole).await
    }

    /// Says that what runs shall go on when this host and all others go: it only looks from now on. Stands until the owner
    /// ends, or this host holds again.
    ///
    /// # Errors
    /// When the owner is gone, or going already: then what runs ends.
    pub async fn detach(&self) -> Result<(), ApiError> {
        let detach = |id| FromHost::Detach(Ask { id });
        done(self.owner.soon(self.owner.line.ask(detach)).await?)
    }

    /// Goes for good. Answers true when nothing is left of what ran, and the owner ends: this was the last host that held it,
    /// or the owner went already, whoever said so. Where another host holds it, this one never did, or this is a terminal
    /// and somebody left it running, it goes on without this one.
    ///
    /// # Errors
    /// When the owner is gone, and when it is still there after 35 s.
    pub async fn leave(&self) -> Result<bool, ApiError> {
        let left = self.ask_value(|id| FromHost::Leave(Ask { id }));
        self.owner.within_end(left).await
    }

    /// Says that what runs shall end with this host.
    ///
    /// # Errors
    /// When the owner is gone, or going already.
    pub async fn hold(&self) -> Result<(), ApiError> {
        let hold = |id| FromHost::Hold(Ask { id });
        done(self.owner.soon(self.owner.line.ask(hold)).await?)
    }

    /// Says that this host's first screen is on the glass: what nobody waits for may begin.
    ///
    /// # Errors
    /// When the owner is gone. There is no limit: an owner that says nothing is waited for as long as it lives.
    pub async fn begin_background(&self) -> Result<(), ApiError> {
        let wake = |id| FromHost::Wake(Ask { id });
        done(self.owner.line.ask(wake).await?)
    }

    /// In which variables the owner's environment differs from this host's.
    ///
    /// # Errors
    /// When the owner is gone, when it has not answered after 15 s, and when what it answered is no list of differences.
    pub async fn compare(
        &self,
        environment: &BTreeMap<String, String>,
    ) -> Result<Vec<Difference>, ApiError> {
        let environment = relevant(environment);
        let compare = |id| FromHost::Compare(Compare { id, environment });
        self.owner.soon(self.ask_value(compare)).await
    }

    /// Asks something that is answered by a value.
    async fn ask_value<Value: DeserializeOwned>(
        &self,
        word: impl FnOnce(u64) -> FromHost,
    ) -> Result<Value, ApiError> {
        match self.owner.line.ask(word).await? {
            Reply::Answer(answer) => serde_json::from_str(answer.get()).map_err(|error| {
                let message = "The owner's answer can't be read.";
                ApiError::new(ErrorCode::Internal, message).with_source(&error)
            }),
            reply => Err(unexpected(reply)),
        }
    }

    /// Gives one command, by its name, and reads its answer.
    async fn call<Response: DeserializeOwned>(
        &self,
        command: &str,
        request: &impl Serialize,
    ) -> Result<Response, ApiError> {
        let unreadable = |error: serde_json::Error| {
            let message = format!("The request or the answer of {command} can't be read.");
            ApiError::new(ErrorCode::Internal, message).with_source(&error)
        };
        let request = serde_json::value::to_raw_value(request).map_err(unreadable)?;
        let call = |id| {
            FromHost::Call(Call {
                id,
                command: command.to_owned(),
                request,
            })
        };
        match self.owner.line.ask(call).await? {
            Reply::Answer(answer) => serde_json::from_str(answer.get()).map_err(unreadable),
            reply => Err(unexpected(reply)),
        }
    }
}

macro_rules! calls {
    ($($name:ident: $request:ty => $response:ty, $about:literal;)*) => {
        impl Attached {
            $(
                #[doc = $about]
                ///
                /// # Errors
                /// What the owner's `Deck` answers where it can't; when the owner is gone; and when the request is too long
                /// for a frame or the answer can't be read. There is no limit: how long a command may take is the owner's to say.
                pub async fn $name(&self, request: $request) -> Result<$response, ApiError> {
                    self.call(stringify!($name), &request).await
                }
            )*
        }
    };
}

api::with_commands!(calls);
