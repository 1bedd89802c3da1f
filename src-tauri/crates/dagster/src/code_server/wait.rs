//! Waiting for a code server that was just started.

use std::time::Duration;

use super::{Address, Client, ClientError, RepositoriesAnswer};

/// How often a server that is starting is looked for. A look is one `stat` until its socket exists.
const LOOK: Duration = Duration::from_millis(20);

/// How often another server's id is put up with before it counts as holding the address: an old server may be leaving.
const STRANGERS: u32 = 100;

/// How often a reached server may break off before that counts as its answer.
const BREAKS: u32 = 100;

/// How far a starting code server has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Its process exists.
    Spawned,
    /// It imports Dagster and the person's code.
    Importing,
    /// It answers; what it loaded is being read.
    Loading,
    /// Its code is loaded.
    Ready,
}

impl Phase {
    /// The word shown.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Spawned => "spawned",
            Self::Importing => "importing",
            Self::Loading => "loading",
            Self::Ready => "ready",
        }
    }
}

/// Why waiting ended without an answer.
#[derive(Debug, thiserror::Error)]
pub enum WaitError {
    /// Another server answers at this address.
    #[error("another code server (id {found}) answers at {address}")]
    AnotherServer {
        /// Where it answers.
        address: Address,
        /// The id it answers with.
        found: String,
    },
    /// It was reached but could not be asked.
    #[error(transparent)]
    Client(#[from] ClientError),
}

/// A server that came up, with what it says about its code.
#[derive(Debug, Clone)]
pub struct Loading {
    /// The connection, for all further questions.
    pub client: Client,
    /// Loaded, or why not.
    pub listed: RepositoriesAnswer,
}

/// The phase that a line of a starting code server's output marks, if any.
#[must_use]
pub fn phase_of_line(line: &str) -> Option<Phase> {
    if line.contains("Starting Dagster code server") {
        Some(Phase::Importing)
    } else if line.contains("Started Dagster code server") {
        Some(Phase::Loading)
    } else {
        None
    }
}

/// Waits until the server with `expected_id` answers at `address` and tells whether its code is loaded.
///
/// Has no limit of its own, since slow is not failed: race it with the process's exit and with the person's patience;
/// dropping it is safe. `on_phase` is called once for each phase reached, [`Phase::Importing`] at once.
///
/// # Errors
/// When a server with another id went on answering there over a hundred looks, each 20 ms after the last; when a question
/// was broken off more than a hundred times; and when it refuses a question or answers what can't be read.
pub async fn wait_until_loaded(
    address: &Address,
    expected_id: &str,
    mut on_phase: impl FnMut(Phase),
) -> Result<Loading, WaitError> {
    let mut told_loading = false;
    let mut strangers = 0;
    let mut breaks = 0;
    on_phase(Phase::Importing);
    loop {
        if let Some(client) = attempt(address).await {
            match client.server_id().await {
                Ok(found) if found == expected_id => {
                    if !told_loading {
                        told_loading = true;
                        on_phase(Phase::Loading);
                    }
                    match client.list_repositories().await {
                        Ok(listed) => {
                            if matches!(listed, RepositoriesAnswer::Loaded(_)) {
                                on_phase(Phase::Ready);
                            }
                            return Ok(Loading { client, listed });
                        }
                        // It went away between two questions: its exit is seen elsewhere, or it comes back.
                        Err(error) if is_passing(&error) && breaks < BREAKS => breaks += 1,
                        Err(error) => return Err(error.into()),
                    }
                }
                Ok(found) => {
                    strangers += 1;
                    if strangers > STRANGERS {
                        let address = address.clone();
                        return Err(WaitError::AnotherServer { address, found });
                    }
                }
                Err(error) if is_passing(&error) && breaks < BREAKS => breaks += 1,
                Err(error) => return Err(error.into()),
            }
        }
        tokio::time::sleep(LOOK).await;
    }
}

async fn attempt(address: &Address) -> Option<Client> {
    if let Address::Socket(path) = address
        && tokio::fs::symlink_metadata(path).await.is_err()
    {
        return None;
    }
    Client::connect(address).await.ok()
}

fn is_passing(error: &ClientError) -> bool {
    match error {
        ClientError::Unreachable { .. } | ClientError::Late { .. } => true,
        ClientError::Refused { source, .. } => matches!(
            source.code(),
            tonic::Code::Unavailable
                | tonic::Code::Cancelled
                | tonic::Code::Unknown
                | tonic::Code::DeadlineExceeded
        ),
        ClientError::Unreadable { .. } => false,
    }
}
