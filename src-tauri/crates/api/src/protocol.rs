//! What a host and the owner of a workspace say to each other over the owner's socket: frames, as pure data.
//!
//! A frame is its length in bytes (u32, little-endian) and one JSON object with one key, the word: `{"stop":{"id":7}}`.
//! Both sides begin with `hello`, which names their protocol. The words in [`frozen`] are understood by every Dagdeck
//! there will ever be; all others only between two of the same [`PROTOCOL`]. What a host asks has an id that the answer
//! carries, so that many questions can be under way at once, answered in any order.
//!
//! Owns the words, their JSON and the limit of a frame. Knows no socket: `attach` and `serve` carry the bytes.

pub mod environment;
pub mod frozen;

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{ApiError, Envelope, ErrorCode, Snapshot};
use frozen::Ask;

/// The protocol spoken here. It counts up with every release that changes a command, a view or a word below, so that two
/// who name the same number understand each other whole. `tests/wire.rs` fails where the wire changes without it.
pub const PROTOCOL: u32 = 3;

/// The most bytes in one frame: room for a copied log, an end for what is no frame at all.
pub const MOST_BYTES: usize = 64 * 1024 * 1024;

/// What a host says in this protocol.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FromHost {
    /// Gives a command; answered by `answer` or `refused`.
    Call(Call),
    /// Wants events from now on; answered by a `snapshot` and then `events`. A second one takes the place of the first.
    Subscribe(Ask),
    /// What runs shall go on running when this host goes, and when all others do; answered by `done`, or by `failed` where
    /// the owner goes already. It stands until the owner ends, or this host says `hold`.
    Detach(Ask),
    /// Goes for good. Answered by `answer` with true when nothing is left and the owner ends: it was the last that held what
    /// runs, or the owner went already; with false, at once, where what runs goes on without it. A terminal ends nothing
    /// that somebody left running.
    Leave(Ask),
    /// What runs shall end with this host, as if it had said so in its `hello`; answered by `done`, or by `failed` where the
    /// owner goes already.
    Hold(Ask),
    /// The host's first screen is on the glass: what nobody waits for may begin; answered by `done`.
    Wake(Ask),
    /// In which variables does the owner's environment differ? Answered by `answer`, with a list of
    /// [`environment::Difference`].
    Compare(Compare),
}

/// A host's environment, as far as it decides how programs run.
#[derive(Debug, Serialize, Deserialize)]
pub struct Compare {
    /// Chosen by the host, carried by the answer.
    pub id: u64,
    /// By name.
    pub environment: BTreeMap<String, String>,
}

/// One command with its request.
#[derive(Debug, Serialize, Deserialize)]
pub struct Call {
    /// Chosen by the host, carried by the answer.
    pub id: u64,
    /// The command's name in [`crate::with_commands`].
    pub command: String,
    /// Its request as JSON.
    pub request: Box<RawValue>,
}

/// What the owner says in this protocol.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FromOwner {
    /// A command did what was asked.
    Answer(Answer),
    /// A command did not.
    Refused(Refused),
    /// How everything stands: at the beginning of a subscription, and again where events had to be left out.
    Snapshot(Standing),
    /// What happened since, without a gap.
    Events(Happened),
    /// Who is attached: at the beginning of a subscription, and whenever it changes.
    Hosts(Present),
}

/// Who is attached, for a subscription.
#[derive(Debug, Serialize, Deserialize)]
pub struct Present {
    /// The subscription's id.
    pub id: u64,
    /// Who is attached.
    pub hosts: HostCount,
}

/// How many hosts are attached, the one that hears of it among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct HostCount {
    /// How many windows are attached.
    pub windows: u64,
    /// How many terminals are attached.
    pub terminals: u64,
    /// Those that hold what runs: it ends with the last of them, unless it is kept.
    pub holders: u64,
    /// Whether somebody left it running: it goes on without them all, unless a window's person ends it.
    pub kept: bool,
}

/// What a command answered.
#[derive(Debug, Serialize, Deserialize)]
pub struct Answer {
    /// The call's id.
    pub id: u64,
    /// The command's response as JSON.
    pub response: Box<RawValue>,
}

/// Why a command did not do what was asked.
#[derive(Debug, Serialize, Deserialize)]
pub struct Refused {
    /// The call's id.
    pub id: u64,
    /// The reason.
    pub error: ApiError,
}

/// How everything stands, for a subscription.
#[derive(Debug, Serialize, Deserialize)]
pub struct Standing {
    /// The subscription's id.
    pub id: u64,
    /// Everything there is to show.
    pub snapshot: Box<Snapshot>,
}

/// What happened, for a subscription.
#[derive(Debug, Serialize, Deserialize)]
pub struct Happened {
    /// The subscription's id.
    pub id: u64,
    /// In order, numbered without a gap.
    pub events: Vec<Envelope>,
}

/// What was heard from the other side: a frozen word, one of this protocol, or one that is not known here.
#[derive(Debug)]
pub enum HeardWord<Frozen, Spoken> {
    /// A word that every Dagdeck understands.
    Frozen(Frozen),
    /// A word of this protocol.
    Spoken(Spoken),
    /// Another word, with its id where it has one, so that it can be answered.
    Unknown(Ask),
}

/// Why bytes are no frame, or a frame can't be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// It is longer than [`MOST_BYTES`].
    #[error("a message of {bytes} bytes is too long, {MOST_BYTES} are the most")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// It is not a JSON object with one word.
    #[error("not a message of Dagdeck: {why}")]
    Garbage {
        /// What JSON's reader said.
        why: String,
    },
    /// It can't be written as JSON.
    #[error("a message can't be written as JSON: {why}")]
    Unwritable {
        /// What JSON's writer said.
        why: String,
    },
}

impl From<FrameError> for ApiError {
    fn from(error: FrameError) -> Self {
        ApiError::new(
            ErrorCode::Internal,
            "What was asked or answered can't be sent.",
        )
        .with_source(&error)
    }
}

/// Writes a frame's JSON; its length goes before it on the wire.
///
/// # Errors
/// When its JSON is longer than [`MOST_BYTES`], and when it has no JSON: a map whose keys are no words, say.
pub fn encode(frame: &impl Serialize) -> Result<Vec<u8>, FrameError> {
    let json = serde_json::to_vec(frame).map_err(|error| FrameError::Unwritable {
        why: error.to_string(),
    })?;
    if json.len() > MOST_BYTES {
        return Err(FrameError::TooLong { bytes: json.len() });
    }
    Ok(json)
}

/// Reads a frame's JSON.
///
/// A frozen word is looked for first: a word is the first thing in a frame, so that looking in vain costs nothing.
///
/// # Errors
/// When it is not JSON, or not one object with one word in it. A word that is not known here is none: it is
/// [`HeardWord::Unknown`].
pub fn decode<F, S>(json: &[u8]) -> Result<HeardWord<F, S>, FrameError>
where
    F: DeserializeOwned,
    S: DeserializeOwned,
{
    if let Ok(frozen) = serde_json::from_slice(json) {
        return Ok(HeardWord::Frozen(frozen));
    }
    match serde_json::from_slice(json) {
        Ok(spoken) => Ok(HeardWord::Spoken(spoken)),
        Err(error) => unknown(json).ok_or_else(|| FrameError::Garbage {
            why: error.to_string(),
        }),
    }
}

/// The id of a word that is not known here; none where it is no frame.
fn unknown<F, S>(json: &[u8]) -> Option<HeardWord<F, S>> {
    let words: BTreeMap<String, &RawValue> = serde_json::from_slice(json).ok()?;
    let body = words.values().next().filter(|_| words.len() == 1)?;
    let ask = serde_json::from_str(body.get()).ok();
    Some(HeardWord::Unknown(ask.unwrap_or_default()))
}
