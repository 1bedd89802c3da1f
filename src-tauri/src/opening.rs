//! Which workspace a window shows: opening one, leaving it, and taking over where its owner is gone or another version's.
//!
//! Opening never stops anything: a workspace is shown where it is shown already, in the asking window if that shows none,
//! else in a window of its own.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use api::protocol::frozen::HostKind;
use api::{
    ApiError, CreationState, ErrorCode, FolderRequest, LaunchRequest, Lifecycle, Nothing, Snapshot,
    WorkspaceView,
};
use attach::{Introduction, Owner};
use dagdeck::guarded::guarded;
use dagdeck::{Deck, DeckOptions};
use serve::Reach;
use tauri::{AppHandle, Manager, WebviewWindow};

use crate::door::Door;
use crate::host::{self, Host, MAIN};
use crate::pane::Pane;
use crate::turns::{ShownIn, place};
use crate::{start, welcome, window};

/// A window holds what runs.
const WINDOW: Introduction = Introduction {
    kind: HostKind::Window,
    holds: true,
};
/// How long stopping everything may take; the owner ends what is left then.
const STOP_LIMIT: Duration = Duration::from_secs(35);

/// Opens a workspace. Answers how the asking window stands then.
#[tauri::command]
pub(crate) async fn window_workspace_open(
    app: AppHandle,
    window: WebviewWindow,
    request: FolderRequest,
) -> Result<Snapshot, ApiError> {
    guarded("window_workspace_open", async {
        let asking = host::pane_of(&app, window.label())?;
        let root = root_of(&request.path)?;
        let host = app.state::<Host>();
        // Always in this order, so that no two wait for each other.
        let _of_the_window = host.asked.of(asking.label.clone()).await;
        let _of_the_workspace = host.opened.of(root.clone()).await;
        let shown = asking.door().await?;
        let showing = host.showing(&root);
        let showing = showing.as_ref().map(|pane| pane.label.as_str());
        match place(showing, &asking.label, shown.root().is_some()) {
            ShownIn::Here => {}
            ShownIn::There(label) => window::show(&app, label),
            ShownIn::Another => {
                let other = host.add(reached(&app, &root).await?);
                if let Err(error) = window::open(&app, &other.label, Some(&root)) {
                    host.remove(&other.label);
                    return Err(no_window(&error));
                }
            }
            ShownIn::Enters => {
                asking.enter(&app, Ok(reached(&app, &root).await?));
                // What was made is open now, and the welcome screen need not tell of it any more.
                let creation = shown.snapshot_get(Nothing {}).await?.creation;
                if creation.is_some_and(|made| made.state == CreationState::Succeeded) {
                    shown.create_dismiss(Nothing {}).await?;
                }
            }
        }
        asking.door().await?.snapshot_get(Nothing {}).await
    })
    .await
}

/// Leaves the workspace that a window shows. What it holds is stopped, unless other hosts hold it too.
#[tauri::command]
pub(crate) async fn window_workspace_close(
    app: AppHandle,
    window: WebviewWindow,
    request: Nothing,
) -> Result<Nothing, ApiError> {
    guarded("window_workspace_close", async {
        let asking = host::pane_of(&app, window.label())?;
        let left = asking.door().await?;
        let welcome = welcome::deck(&app).await?;
        asking.enter(&app, Ok(Door::Welcome(welcome.clone())));
        leave(left).await;
        welcome.show_recent().await;
        Ok(request)
    })
    .await
}

/// Runs a workspace in this app's hands whose owner is gone, or is of another version and is stopped first.
#[tauri::command]
pub(crate) async fn owner_take_over(app: AppHandle, window: WebviewWindow) -> Result<(), ApiError> {
    guarded("owner_take_over", async {
        let asking = host::pane_of(&app, window.label())?;
        let door = asking.door().await?;
        let Some(root) = door.root() else {
            return Err(nothing_shown());
        };
        if let Door::Other { owner, .. } = &door {
            owner.end().await?;
        }
        let door = reached(&app, root).await?;
        asking.enter(&app, Ok(door));
        Ok(())
    })
    .await
}

/// Stops everything and starts it again with this app's environment.
#[tauri::command]
pub(crate) async fn owner_restart(app: AppHandle, window: WebviewWindow) -> Result<(), ApiError> {
    guarded("owner_restart", async {
        let asking = host::pane_of(&app, window.label())?;
        let door = asking.door().await?;
        let Door::Workspace { root, attached } = &door else {
            return Err(nothing_shown());
        };
        let ran = door.snapshot_get(Nothing {}).await?.workspace;
        asking.stream.end();
        let restart = async {
            attached.owner().end().await?;
            reached(&app, root).await
        };
        let anew = match restart.await {
            Ok(anew) => anew,
            Err(refused) => {
                // It hears how it stands, and that the owner is gone where it is.
                asking.enter(&app, Ok(door.clone()));
                return Err(refused);
            }
        };
        asking.enter(&app, Ok(anew.clone()));
        match ran.as_ref().and_then(launch_of) {
            Some(request) => anew.launch(request).await.map(drop),
            None => Ok(()),
        }
    })
    .await
}

/// Begins to find what the first window shows: `named`, or the welcome screen. Returns at once: the window must not wait for
/// the disk.
pub(crate) fn find_first(app: &AppHandle, named: Option<PathBuf>) {
    let Some(first) = app.state::<Host>().pane(MAIN) else {
        return;
    };
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        if let Some(folder) = named {
            match show_first(&app, &first, &folder).await {
                Ok(()) => return,
                Err(error) => {
                    tracing::warn!(folder = %folder.display(), %error, "can't be opened");
                    // The window tries again, and says why it can't.
                    first.open(&folder);
                }
            }
        }
        first.enter(&app, welcome::deck(&app).await.map(Door::Welcome));
    });
}

/// Shows a workspace in the first window. Where nobody runs it, what the app reads itself is shown first: starting its owner
/// wants the processor that the first screen wants, too.
async fn show_first(app: &AppHandle, first: &Arc<Pane>, folder: &Path) -> Result<(), ApiError> {
    let root = root_of(&folder.to_string_lossy())?;
    // Until it is shown, so that a second start finds it here.
    let _turn = app.state::<Host>().opened.of(root.clone()).await;
    // Used, not only asked for: a window that comes and goes ends what runs.
    if let Some(owner) = reach(&root)?.existing(find).await? {
        first.enter(app, Ok(behind(app, root, owner).await?));
        return Ok(());
    }
    let Some(snapshot) = read_only(&root).await else {
        first.enter(app, Ok(reached(app, &root).await?));
        return Ok(());
    };
    first.show_reading(app, &root, snapshot);
    // A window that is not shown is never painted.
    let _late = tokio::time::timeout(welcome::FIRST_SCREEN, first.painted()).await;
    match reached(app, &root).await {
        Ok(door) => {
            first.enter(app, Ok(door.clone()));
            if let Door::Workspace { attached, .. } = door {
                // The first screen is painted; an owner that is gone already has nothing to begin.
                let _begun = attached.begin_background().await;
            }
        }
        Err(error) => {
            tracing::warn!(root = %root.display(), %error, "nobody can run it");
            first.refuse(app, root, error).await;
        }
    }
    Ok(())
}

/// How a workspace stands that nobody runs; none where that can't be read in this process, and its owner says why.
async fn read_only(root: &Path) -> Option<Snapshot> {
    let looked = async {
        let options = DeckOptions {
            workspace: Some(root.to_owned()),
            ..start::options()?
        };
        let deck = Deck::start(options).await?;
        let snapshot = deck.read_only(root).await;
        deck.shut_down().await;
        snapshot
    };
    let looked: Result<_, ApiError> = looked.await;
    looked
        .inspect_err(|error| tracing::warn!(root = %root.display(), %error, "can't be looked at"))
        .ok()
}

/// Lets go of what a window held: where nobody else holds it, everything is stopped first.
pub(crate) async fn leave(door: Door) {
    if let Door::Workspace { attached, .. } = door {
        // An owner that is gone left nothing, and one that does not answer is ended by its lease.
        let _left = tokio::time::timeout(STOP_LIMIT, attached.leave()).await;
    }
}

/// The root of the workspace that a person named.
fn root_of(typed: &str) -> Result<PathBuf, ApiError> {
    let folder = dagdeck::folder::named(typed, &start::options()?.home)?;
    Ok(dagdeck::folder::root_of(&folder))
}

/// Attaches to the owner of a workspace; starts one where there is none.
async fn reached(app: &AppHandle, root: &Path) -> Result<Door, ApiError> {
    let reach = reach(root)?;
    let root = root.to_owned();
    let Some(owner) = owner_or_none(&reach).await? else {
        return alone(root).await;
    };
    behind(app, root, owner).await
}

/// The door to an owner that answered.
async fn behind(app: &AppHandle, root: PathBuf, owner: Owner) -> Result<Door, ApiError> {
    match owner.attach() {
        Ok(attached) => Ok(Door::Workspace { root, attached }),
        Err(_) => Ok(Door::Other {
            root,
            owner,
            deck: welcome::deck(app).await?,
        }),
    }
}

/// The way to a workspace's owner.
fn reach(root: &Path) -> Result<Reach, ApiError> {
    let options = start::options()?;
    // What was set so that our window can be drawn is nothing to an owner.
    let drawing = |name: &OsString| {
        options
            .drawing
            .iter()
            .any(|(only, _)| name == only.as_str())
    };
    Ok(Reach {
        root: root.to_owned(),
        environment: std::env::vars_os()
            .filter(|(name, _)| !drawing(name))
            .collect(),
        state_folder: options.state_folder,
        program: options.guard.program,
    })
}

/// Speaks to the owner behind a socket; none where nobody listens.
async fn find(socket: PathBuf) -> Result<Option<Owner>, ApiError> {
    Ok(Owner::find(socket, WINDOW).await?)
}

/// The owner of a workspace, which is started where there is none; none where nobody can own it, for Dagdeck's own folder
/// can't be written.
async fn owner_or_none(reach: &Reach) -> Result<Option<Owner>, ApiError> {
    match reach.existing_or_new(find).await {
        Ok(owner) => Ok(Some(owner)),
        Err(_) if reach.room_for_owner().is_err() => Ok(None),
        Err(refused) => Err(refused),
    }
}

/// A workspace that can only be looked at, because Dagdeck's own folder can't be written.
async fn alone(root: PathBuf) -> Result<Door, ApiError> {
    let deck = Deck::start(start::options()?).await?;
    let path = root.display().to_string();
    deck.workspace_open(FolderRequest { path }).await?;
    deck.keep_checking();
    Ok(Door::Alone { root, deck })
}

/// What starts again what ran; none where nothing did.
fn launch_of(workspace: &WorkspaceView) -> Option<LaunchRequest> {
    let runs = |lifecycle: &Lifecycle| {
        matches!(
            lifecycle,
            Lifecycle::Running { .. } | Lifecycle::Starting { .. }
        )
    };
    let running = workspace
        .locations
        .iter()
        .filter(|one| runs(&one.lifecycle));
    let locations: Vec<String> = running.map(|one| one.id.clone()).collect();
    (!locations.is_empty()).then_some(LaunchRequest {
        locations,
        port: None,
        same_port: false,
        make_deployment: false,
    })
}

fn nothing_shown() -> ApiError {
    ApiError::new(ErrorCode::Precondition, "This window shows no workspace.")
}

fn no_window(error: &tauri::Error) -> ApiError {
    ApiError::new(ErrorCode::Internal, "Another window can't be opened.").with_source(error)
}

#[cfg(all(test, unix))]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// The way to an owner that ends before it says a word.
    fn reach(state_folder: PathBuf) -> Reach {
        Reach {
            state_folder,
            root: "/nowhere".into(),
            program: "/bin/false".into(),
            environment: BTreeMap::new(),
        }
    }

    #[tokio::test]
    async fn a_workspace_is_only_looked_at_where_nobody_can_own_it_and_for_no_other_reason() {
        let folder = std::env::temp_dir().join(format!("dagdeck alone {}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("file");
        std::fs::write(&file, "").unwrap();
        // Not a folder whose permissions forbid it: they forbid nothing to root.
        let nobody = owner_or_none(&reach(file.join("state"))).await.unwrap();
        assert!(nobody.is_none());
        let refused = owner_or_none(&reach(folder.join("state")))
            .await
            .unwrap_err();
        assert!(refused.message.contains("can't be started"), "{refused:?}");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
