//! What stands behind one window: Dagdeck without a workspace, or a workspace that its owner runs.

use std::path::PathBuf;

use api::*;
use attach::{Attached, Owner};
use dagdeck::Deck;

/// What stands behind one window. Cheap to clone; all clones are the same.
#[derive(Debug, Clone)]
pub(crate) enum Door {
    /// No workspace: the welcome screen, settings, making one.
    Welcome(Deck),
    /// A workspace that its owner runs.
    Workspace {
        /// Its root.
        root: PathBuf,
        /// The way to its owner.
        attached: Attached,
    },
    /// A workspace that this app only looks at: Dagdeck's own folder can't be written, so that nobody can own it and nothing can be
    /// started.
    Alone {
        /// Its root.
        root: PathBuf,
        /// What has it open.
        deck: Deck,
    },
    /// A workspace whose owner is gone: nothing runs, and the window shows what was known last until it takes over.
    Gone {
        /// Its root.
        root: PathBuf,
        /// What answers meanwhile.
        deck: Deck,
    },
    /// A workspace that a Dagdeck of another version runs: it can be stopped and no more, and the rest of the window is the
    /// welcome screen's.
    Other {
        /// Its root.
        root: PathBuf,
        /// Its owner.
        owner: Owner,
        /// What answers meanwhile.
        deck: Deck,
    },
}

impl Door {
    /// The root of the workspace behind it.
    pub(crate) fn root(&self) -> Option<&PathBuf> {
        match self {
            Self::Welcome(_) => None,
            Self::Workspace { root, .. }
            | Self::Alone { root, .. }
            | Self::Gone { root, .. }
            | Self::Other { root, .. } => Some(root),
        }
    }

    /// What answers in this process; none where the owner does.
    pub(crate) fn deck(&self) -> Option<&Deck> {
        match self {
            Self::Welcome(deck)
            | Self::Alone { deck, .. }
            | Self::Gone { deck, .. }
            | Self::Other { deck, .. } => Some(deck),
            Self::Workspace { .. } => None,
        }
    }

    /// The workspace's owner, of any version.
    pub(crate) fn owner(&self) -> Option<&Owner> {
        match self {
            Self::Welcome(_) | Self::Alone { .. } | Self::Gone { .. } => None,
            Self::Workspace { attached, .. } => Some(attached.owner()),
            Self::Other { owner, .. } => Some(owner),
        }
    }
}

macro_rules! calls {
    ($($name:ident: $request:ty => $response:ty, $about:literal;)*) => {
        impl Door {
            $(
                #[doc = $about]
                pub(crate) async fn $name(&self, request: $request) -> Result<$response, ApiError> {
                    match self {
                        Self::Welcome(deck)
                        | Self::Alone { deck, .. }
                        | Self::Gone { deck, .. }
                        | Self::Other { deck, .. } => Box::pin(deck.$name(request)).await,
                        Self::Workspace { attached, .. } => attached.$name(request).await,
                    }
                }
            )*
        }
    };
}

api::with_commands!(calls);
