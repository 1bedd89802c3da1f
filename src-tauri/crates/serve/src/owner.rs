//! The owner's process: what runs a workspace, without a window or a terminal.
//!
//! A host starts it with the host's own program in another mode, as the guard is, and learns from its first line where it
//! listens ([`crate::Reach`] does both). When it goes, whatever it ran is gone before.

use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use api::protocol::PROTOCOL;
use api::protocol::frozen::HostKind;
use api::{ApiError, ErrorCode, FolderRequest};
use dagdeck::guarded;
use dagdeck::own_log::{self, Role};
use dagdeck::{Deck, DeckOptions, guard_lock, owner_lock};
use process::GuardProgram;
use serde::{Deserialize, Serialize};
use tokio::time::{sleep, timeout};

use crate::connection::PATIENCE;
use crate::ending::{LAPSE, over};
use crate::findable::{self, lost};
use crate::heap;
use crate::listener::{ListenError, Listener};
use crate::ownership::{Ownership, TakeError};
use crate::place::{PlaceError, socket_folders};
use crate::server::Server;

/// The word that makes a host's program the owner's: the first argument, before the workspace's folder.
pub const OWNER: &str = "owner";
/// How long what a dead owner left may take to end: longer than its guard goes on.
const FORMER: Duration = Duration::from_secs(25);
/// How long a window may take to paint its first screen before what was held back for it begins all the same.
const FIRST_SCREEN: Duration = Duration::from_secs(5);

/// What an owner says to the host that started it, as one line of JSON.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum FirstWord {
    /// It owns the workspace, and listens there.
    Listens(PathBuf),
    /// Another owner has it, or is just beginning: this one ends.
    Owned,
    /// It can't own it: this one ends.
    Failed(ApiError),
}

/// Is the owner of a workspace until that ends, then ends the process.
///
/// A host calls it first thing for its hidden mode, with the arguments behind the word [`OWNER`]: the workspace's root. The
/// environment counts, as it is when this is called.
pub fn owner_main(arguments: impl IntoIterator<Item = OsString>) -> ! {
    let Some(root) = arguments.into_iter().next().map(PathBuf::from) else {
        std::process::exit(2)
    };
    heap::keep_one();
    stand_alone();
    // A folder that can't hold it can't hold the state either, and that is said to every host.
    let _told_by_the_state = own_log::begin(Role::Owner);
    guarded::install_hook();
    let code = match tokio::runtime::Runtime::new() {
        Ok(runtime) => {
            let code = runtime.block_on(own(&root));
            // What still runs on its threads has nobody to tell.
            runtime.shutdown_background();
            code
        }
        Err(error) => {
            let failed = cant_begin(ErrorCode::Internal).with_source(&error);
            answer_host(&FirstWord::Failed(failed));
            1
        }
    };
    std::process::exit(code)
}

async fn own(root: &Path) -> i32 {
    let (server, listener) = match begin(root).await {
        Ok(begun) => begun,
        Err(word) => {
            if let FirstWord::Failed(error) = &word {
                tracing::error!(root = %root.display(), %error, "can't own the workspace");
            }
            answer_host(&word);
            return i32::from(matches!(word, FirstWord::Failed(_)));
        }
    };
    tracing::info!(root = %root.display(), protocol = PROTOCOL, "owns the workspace");
    answer_host(&FirstWord::Listens(listener.socket().to_owned()));
    let lost = lost(
        Arc::clone(listener.ownership()),
        root.to_owned(),
        findable::LOOK,
    );
    let serving = tokio::spawn({
        let server = server.clone();
        async move { server.run(listener).await }
    });
    tokio::spawn(look_around_for_windows(server.clone()));
    tokio::spawn(heap::keep_small());
    let (patience, why) = tokio::select! {
        patience = over(&server, starter_gave_up()) => (patience, "no host holds it, or nothing runs and nobody is there"),
        // What runs had its time.
        () = server.ended() => (LAPSE, "a host said so"),
        () = told_to_end() => {
            server.hosts().close_if(|_| true);
            (PATIENCE, "the system said so")
        }
        () = lost => {
            server.hosts().close_if(|_| true);
            (PATIENCE, "no host can find it any more")
        }
    };
    tracing::info!("stops everything and goes: {why}");
    if timeout(patience, server.deck().shut_down()).await.is_err() {
        tracing::warn!(
            ?patience,
            "what is left after this long is the guard's to end"
        );
    }
    server.end();
    let _served = timeout(LAPSE, serving).await;
    tracing::info!("gone");
    0
}

/// Takes the workspace, opens it and listens.
async fn begin(root: &Path) -> Result<(Server, Listener), FirstWord> {
    let failed = |error: ApiError| FirstWord::Failed(error);
    let io = |error: &dyn std::error::Error| failed(cant_begin(ErrorCode::Io).with_source(error));
    let program = std::env::current_exe().map_err(|error| io(&error))?;
    let guard = GuardProgram {
        program,
        arguments: vec!["guard".into()],
    };
    let mut options = DeckOptions::from_environment(guard);
    let lock = owner_lock(&options.state_folder, root);
    let shared = guard_lock(&options.state_folder, root);
    let taken = Ownership::take(&lock, std::slice::from_ref(&shared), FORMER).await;
    let ownership = match taken {
        Ok(ownership) => ownership,
        Err(TakeError::Owned { .. }) => return Err(FirstWord::Owned),
        Err(error) => return Err(failed(error.told(cant_begin(ErrorCode::Io)).await)),
    };
    options.locks = vec![shared];
    options.workspace = Some(root.to_owned());
    let environment = options.environment.clone();
    let deck = Deck::start(options).await.map_err(failed)?;
    match listen(&deck, root, ownership).await {
        Ok(listener) => Ok((Server::new(deck, environment), listener)),
        Err(error) => {
            // Nothing of it is left behind.
            deck.shut_down().await;
            Err(failed(error))
        }
    }
}

/// Opens the workspace, and listens.
async fn listen(deck: &Deck, root: &Path, ownership: Ownership) -> Result<Listener, ApiError> {
    deck.defer_background();
    let path = root.display().to_string();
    deck.workspace_open(FolderRequest { path }).await?;
    let listener = Listener::open(ownership, HostKind::Owner, &socket_folders());
    listener.map_err(|error| {
        let said = cant_begin(ErrorCode::Io).with_source(&error);
        match &error {
            ListenError::Place(PlaceError::Unsafe { folder, .. }) => {
                let folder = folder.display();
                said.with_hint(format!(
                    "Remove {folder}, or close it to everybody but you: `chmod 700 {folder}`."
                ))
            }
            _ => said,
        }
    })
}

/// What is said where it can't be the owner.
fn cant_begin(code: ErrorCode) -> ApiError {
    ApiError::new(code, "The process that runs this workspace can't begin.")
}

/// Learns what only windows show, once there is one: it costs every Python of the machine a question. It begins when the
/// window's first screen is on the glass; for a terminal nothing is held back.
async fn look_around_for_windows(server: Server) {
    let mut attendance = server.hosts().watch();
    // It can't end: the sender is held by the server.
    drop(attendance.wait_for(|now| !now.attached.is_empty()).await);
    if attendance.borrow().count(HostKind::Window) == 0 {
        server.deck().begin_background();
    } else {
        let waking = server.deck().clone();
        tokio::spawn(async move {
            sleep(FIRST_SCREEN).await;
            waking.begin_background();
        });
    }
    let window = attendance.wait_for(|now| now.count(HostKind::Window) > 0);
    drop(window.await);
    server.deck().detect_tools();
    server.deck().keep_checking();
    server.deck().follow_others();
}

/// Says the first and only word, and lets go of the pipes to the host, which ends them.
fn answer_host(word: &FirstWord) {
    let line = serde_json::to_string(word).unwrap_or_default();
    // A host that is gone already has nothing to hear.
    let _gone = writeln!(std::io::stdout(), "{line}");
    fall_silent();
}

/// Prints nowhere from now on: the host that read it may be gone.
#[cfg(unix)]
fn fall_silent() {
    if let Ok(nowhere) = std::fs::File::options().write(true).open("/dev/null") {
        // What can't be turned away stays a pipe, and nothing of ours prints.
        let _kept = nix::unistd::dup2_stdout(&nowhere);
        let _kept = nix::unistd::dup2_stderr(&nowhere);
    }
}

#[cfg(not(unix))]
fn fall_silent() {}

/// Waits until the host that started this process is gone, or has come to it: until then it holds the other end of the pipe
/// that is our input.
#[cfg(unix)]
async fn starter_gave_up() {
    use std::os::fd::AsFd;
    use tokio::net::unix::pipe::Receiver;
    let pipe = std::io::stdin().as_fd().try_clone_to_owned();
    match pipe.and_then(Receiver::from_owned_fd) {
        // Nobody writes to it, and an error is an end as well.
        Ok(mut pipe) => drop(tokio::io::copy(&mut pipe, &mut tokio::io::sink()).await),
        // It was not a host.
        Err(_) => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn starter_gave_up() {
    std::future::pending().await
}

/// Leaves the terminal and the folder of the host that started it: what they end is not ours.
#[cfg(unix)]
fn stand_alone() {
    // Refused only where it leads its own session already.
    let _already = nix::unistd::setsid();
    let _refused = std::env::set_current_dir("/");
    #[cfg(target_os = "linux")]
    let _unnamed = nix::sys::prctl::set_name(c"dagdeck-owner");
}

#[cfg(not(unix))]
fn stand_alone() {}

/// Waits until the system or a person tells this process to end.
#[cfg(unix)]
async fn told_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    let kinds = [
        SignalKind::terminate(),
        SignalKind::interrupt(),
        SignalKind::hangup(),
    ];
    let mut heard: Vec<_> = kinds.into_iter().flat_map(signal).collect();
    let waits = heard.iter_mut().map(|one| Box::pin(one.recv()));
    if waits.len() == 0 {
        return std::future::pending().await;
    }
    futures::future::select_all(waits).await;
}

#[cfg(not(unix))]
async fn told_to_end() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
