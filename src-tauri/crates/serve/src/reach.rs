//! A host's way to a workspace's owner: the one that is there, or a new one.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use api::{ApiError, ErrorCode};
use dagdeck::owner_lock;
use terminal::Shell;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{ChildStderr, ChildStdin, ChildStdout};
use tokio::time::{Instant, sleep, timeout, timeout_at};

use crate::leftovers::Holding;
use crate::owner::{FirstWord, OWNER};
use crate::ownership::Card;

/// How long reaching an owner may take: what a dead one left may have to end first.
const LIMIT: Duration = Duration::from_secs(30);
/// The first pause before looking again where another owner is just beginning or ending; doubled up to the last.
const FIRST_PAUSE: Duration = Duration::from_millis(10);
const LAST_PAUSE: Duration = Duration::from_millis(320);
/// The most bytes that are kept of what an owner that fails prints.
const COMPLAINT: u64 = 4096;
/// How long is waited for the rest of it.
const DYING: Duration = Duration::from_secs(1);

/// What is needed to reach a workspace's owner.
#[derive(Debug, Clone)]
pub struct Reach {
    /// Dagdeck's own folder.
    pub state_folder: PathBuf,
    /// The workspace's root ([`dagdeck::folder::root_of`]).
    pub root: PathBuf,
    /// The host's own program: with [`OWNER`] as its first argument it leads to [`crate::owner_main`].
    pub program: PathBuf,
    /// The environment that an owner is started with, and starts everything with: the host's, but for what is only for its
    /// window.
    pub environment: BTreeMap<OsString, OsString>,
}

/// An owner that was started.
struct Started {
    word: FirstWord,
    /// Tells it, for as long as this lives, that its host is about to come.
    _comes: Option<ChildStdin>,
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

    /// Connects to the owner; starts one where there is none.
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
        let mut pause = FIRST_PAUSE;
        loop {
            if let Some(host) = self.existing(&connect).await? {
                return Ok(host);
            }
            let started = self.start(end).await?;
            match started.word {
                FirstWord::Listens(socket) => {
                    if let Some(host) = connect(socket).await? {
                        return Ok(host);
                    }
                }
                FirstWord::Failed(error) => return Err(error.into()),
                FirstWord::Owned => {}
            }
            if Instant::now() >= end {
                return Err(Refusal::from(self.unreached(None)));
            }
            sleep(pause).await;
            pause = (pause * 2).min(LAST_PAUSE);
        }
    }

    /// Makes sure that Dagdeck's own folder can hold what an owner needs there: a lock, and the card that leads hosts to it. A
    /// full or read-only disk can't, and then nothing may be started, for the next start could not find it.
    ///
    /// # Errors
    /// Why it can't.
    pub fn room_for_owner(&self) -> std::io::Result<()> {
        let lock = owner_lock(&self.state_folder, &self.root);
        let folder = lock.parent().unwrap_or(&self.state_folder);
        fs_err::create_dir_all(folder)?;
        let mut probe = tempfile::NamedTempFile::new_in(folder)?;
        probe.write_all(&[0; 4096])?;
        probe.as_file().sync_all()
    }

    /// Starts an owner and hears its first word.
    async fn start(&self, end: Instant) -> Result<Started, ApiError> {
        #[expect(
            clippy::disallowed_methods,
            reason = "the owner outlives the host that starts it, so no table may hold it"
        )]
        let mut command = tokio::process::Command::new(&self.program);
        command
            .arg(OWNER)
            .arg(&self.root)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command.env_clear().envs(&self.environment);
        let mut child = command
            .spawn()
            .map_err(|error| self.failed().with_source(&error))?;
        let (comes, pid) = (child.stdin.take(), child.id());
        let said = (child.stdout.take(), child.stderr.take());
        let heard = timeout_at(end, self.hear(said)).await;
        // It is this process's child, which nobody else can wait for.
        tokio::spawn(async move { child.wait().await });
        let word = heard.unwrap_or_else(|_| Err(self.unreached(pid)))?;
        Ok(Started {
            word,
            _comes: comes,
        })
    }

    /// Hears an owner's first word; what it printed instead where it ended without one.
    async fn hear(
        &self,
        (said, complained): (Option<ChildStdout>, Option<ChildStderr>),
    ) -> Result<FirstWord, ApiError> {
        let mut line = String::new();
        if let Some(said) = said {
            let heard = BufReader::new(said).read_line(&mut line).await;
            heard.map_err(|error| self.failed().with_source(&error))?;
        }
        if !line.is_empty() {
            return serde_json::from_str(&line).map_err(|error| {
                let mut answer = self.failed().with_source(&error);
                answer.causes.push(format!("It said: {}", line.trim_end()));
                answer
            });
        }
        let mut complaint = Vec::new();
        if let Some(complained) = complained {
            let mut complained = complained.take(COMPLAINT);
            let all = complained.read_to_end(&mut complaint);
            // What it started may hold the pipe open; what came until then is enough.
            let _ = timeout(DYING, all).await;
        }
        let mut answer = self.failed();
        answer
            .causes
            .push("It ended before it said anything.".to_owned());
        let complaint = String::from_utf8_lossy(&complaint);
        if !complaint.trim().is_empty() {
            answer.causes.push(complaint.trim().to_owned());
        }
        Err(answer)
    }

    fn failed(&self) -> ApiError {
        let root = self.root.display();
        let message = format!("The process that runs {root} can't be started.");
        ApiError::new(ErrorCode::Io, message)
    }

    /// What is said where no owner could be reached in time; `started` is the one that was started and said nothing.
    fn unreached(&self, started: Option<u32>) -> ApiError {
        let message = format!(
            "No process could be reached that runs {} within {} s.",
            self.root.display(),
            LIMIT.as_secs()
        );
        let card = Card::beside(&owner_lock(&self.state_folder, &self.root));
        let hint = match (card.filter(Card::lives), self.holding()) {
            (Some(card), _) => card.unreached(),
            (None, Holding::Owner(holder) | Holding::Guard(holder)) => holder.way_out,
            (None, Holding::Nobody) => match started {
                Some(pid) => format!(
                    "Process {pid} was started for that and says nothing. It may be very busy: try again. If it stays so, end it \
                     (`{}`).",
                    Shell::HERE.kill(pid)
                ),
                None => "It may be very busy: try again.".to_owned(),
            },
        };
        ApiError::new(ErrorCode::Io, message).with_hint(hint)
    }
}

#[cfg(target_os = "linux")]
#[cfg(test)]
pub(crate) mod tests {
    use api::protocol::frozen::HostKind;
    use testkit::TestDir;

    use super::*;
    use crate::listener::Listener;
    use crate::ownership::Ownership;

    /// A workspace in a folder, and the way to its owner.
    pub(crate) fn reach(dir: &TestDir) -> Reach {
        Reach {
            state_folder: dir.make("state"),
            root: dir.make("work"),
            program: PathBuf::new(),
            environment: BTreeMap::new(),
        }
    }

    #[tokio::test]
    async fn an_owner_that_is_there_and_not_reached_is_named() {
        let dir = TestDir::new();
        let reach = reach(&dir);
        let told = |started| reach.unreached(started).hints[0].text.clone();
        let hint = || told(None);
        assert!(told(Some(7)).contains("`kill -9 7`"), "{}", told(Some(7)));
        assert!(hint().starts_with("It may be very busy"), "{}", hint());
        let lock = owner_lock(&reach.state_folder, &reach.root);
        let ownership = Ownership::take(&lock, &[], LIMIT).await.unwrap();
        let holds = format!("Process {} holds the lock.", std::process::id());
        assert!(hint().starts_with(&holds), "{}", hint());
        let folders = [dir.join("sockets")];
        let _listener = Listener::open(ownership, HostKind::Owner, &folders).unwrap();
        let owns = format!("Process {} owns this workspace, but ", std::process::id());
        assert!(hint().starts_with(&owns), "{}", hint());
    }
}
