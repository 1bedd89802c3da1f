//! A host's way to a workspace's owner: the one that is there, or a new one.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use api::{ApiError, ErrorCode};
use dagdeck::owner_lock;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::time::{Instant, sleep, timeout_at};

use crate::owner::{FirstWord, OWNER};
use crate::ownership::Card;

/// How long reaching an owner may take: what a dead one left may have to end first.
const LIMIT: Duration = Duration::from_secs(30);
/// The pause before looking again where another owner is just beginning or ending.
const AGAIN: Duration = Duration::from_millis(20);

/// What is needed to reach a workspace's owner.
#[derive(Debug, Clone)]
pub struct Reach {
    /// Dagdeck's own folder.
    pub state_folder: PathBuf,
    /// The workspace's root ([`dagdeck::folder::root_of`]).
    pub root: PathBuf,
    /// The host's own program: with [`OWNER`] as its first argument it leads to [`crate::owner_main`].
    pub program: PathBuf,
    /// Variables of this process that an owner must not get: they are only for the host's window.
    pub without: Vec<String>,
}

impl Reach {
    /// Connects to the owner that there is; none where there is none.
    ///
    /// `connect` answers none where nobody listens.
    ///
    /// # Errors
    /// What `connect` says.
    pub async fn existing<Host, Refusal, Connecting>(
        &self,
        connect: impl Fn(PathBuf) -> Connecting,
    ) -> Result<Option<Host>, Refusal>
    where
        Connecting: Future<Output = Result<Option<Host>, Refusal>>,
    {
        let lock = owner_lock(&self.state_folder, &self.root);
        match Card::beside(&lock) {
            Some(card) => connect(card.socket).await,
            None => Ok(None),
        }
    }

    /// Connects to the owner; starts one where there is none, with this process's environment.
    ///
    /// `connect` answers none where nobody listens.
    ///
    /// # Errors
    /// What `connect` says; and when no owner can be started, or none is there after 30 s.
    pub async fn existing_or_new<Host, Refusal, Connecting>(
        &self,
        connect: impl Fn(PathBuf) -> Connecting,
    ) -> Result<Host, Refusal>
    where
        Refusal: From<ApiError>,
        Connecting: Future<Output = Result<Option<Host>, Refusal>>,
    {
        let end = Instant::now() + LIMIT;
        loop {
            if let Some(host) = self.existing(&connect).await? {
                return Ok(host);
            }
            match self.start(end).await? {
                FirstWord::Listens(socket) => {
                    if let Some(host) = connect(socket).await? {
                        return Ok(host);
                    }
                }
                FirstWord::Failed(error) => return Err(error.into()),
                FirstWord::Owned => {}
            }
            if Instant::now() >= end {
                return Err(Refusal::from(silent(&self.root)));
            }
            sleep(AGAIN).await;
        }
    }

    /// Starts an owner and hears its first word.
    async fn start(&self, end: Instant) -> Result<FirstWord, ApiError> {
        let failed = |error: &dyn std::error::Error| {
            let message = format!(
                "The process that runs {} can't be started.",
                self.root.display()
            );
            ApiError::new(ErrorCode::Io, message).because(error)
        };
        #[expect(
            clippy::disallowed_methods,
            reason = "the owner outlives the host that starts it, so no table may hold it"
        )]
        let mut command = tokio::process::Command::new(&self.program);
        command
            .arg(OWNER)
            .arg(&self.root)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        for name in &self.without {
            command.env_remove(name);
        }
        let mut child = command.spawn().map_err(|error| failed(&error))?;
        let mut line = String::new();
        if let Some(said) = child.stdout.take() {
            let mut said = BufReader::new(said);
            let heard = timeout_at(end, said.read_line(&mut line)).await;
            heard
                .map_err(|_| silent(&self.root))?
                .map_err(|error| failed(&error))?;
        }
        // It is this process's child, which nobody else can wait for.
        tokio::spawn(async move { child.wait().await });
        serde_json::from_str(&line).map_err(|error| failed(&error))
    }
}

fn silent(root: &Path) -> ApiError {
    let message = format!(
        "No process could be reached that runs {} within {} s.",
        root.display(),
        LIMIT.as_secs()
    );
    ApiError::new(ErrorCode::Io, message)
        .hint("It may be very busy, or what ran before may still be ending: try again.")
}
