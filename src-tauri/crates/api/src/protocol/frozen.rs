//! The words that never change, so that an owner and a host of different versions can still part in peace.
//!
//! Their JSON is written down byte by byte in `tests/frozen.rs`. A field may be added where leaving it out means what was
//! meant before; nothing may be renamed, removed or given another meaning. Readers pass over what they do not know, and
//! these types use none of the others, which do change.

use serde::{Deserialize, Serialize};

/// What a host may say to an owner of any version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FromHost {
    /// Who is there; the first word.
    Hello(Hello),
    /// How does it stand? Answered by `status`.
    Status(Ask),
    /// Stops everything that runs; answered by `done` when nothing is left.
    Stop(Ask),
    /// Stops everything that runs and ends the owner; answered by `done` when nothing is left.
    Down(Ask),
}

/// What an owner says to a host of any version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FromOwner {
    /// Who is there; the first word.
    Hello(Hello),
    /// How it stands.
    Status(Status),
    /// What was asked is done.
    Done(Ask),
    /// What was asked can't be done, or was not understood.
    Failed(Failed),
}

/// Who is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The protocol it speaks besides the frozen words.
    pub protocol: u32,
    /// Dagdeck's version, for people.
    #[serde(default)]
    pub version: String,
    /// The process's id.
    #[serde(default)]
    pub pid: u32,
    /// What it is.
    #[serde(default)]
    pub kind: HostKind,
    /// Whether what runs shall end with it: a window, or a terminal in the foreground. An owner says no.
    #[serde(default)]
    pub holds: bool,
    /// Whether an owner stops everything and goes: it can be asked how it stands and be stopped, and does nothing else any more.
    /// A host says no.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub goes: bool,
}

/// What kind of process is there.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub enum HostKind {
    /// A window of the desktop app.
    Window,
    /// The command in a terminal.
    Terminal,
    /// The owner itself.
    Owner,
    /// Something that this version does not know.
    #[default]
    #[serde(other)]
    Other,
}

/// A question without more to it, or a word that only names one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Ask {
    /// Chosen by the host, carried by the answer.
    #[serde(default)]
    pub id: u64,
}

/// How a workspace stands with its owner.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Status {
    /// The question's id.
    #[serde(default)]
    pub id: u64,
    /// The workspace's folder; null where none is open.
    #[serde(default)]
    pub workspace: Option<String>,
    /// How many process trees live.
    #[serde(default)]
    pub running: u64,
    /// How many windows are attached.
    #[serde(default)]
    pub windows: u64,
    /// How many terminals are attached, the asking one among them.
    #[serde(default)]
    pub terminals: u64,
}

/// What was asked can't be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failed {
    /// The question's id; 0 where it had none.
    #[serde(default)]
    pub id: u64,
    /// A plain sentence.
    #[serde(default)]
    pub message: String,
}
