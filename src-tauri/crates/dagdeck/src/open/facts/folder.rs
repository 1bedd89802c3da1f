//! Dagdeck's own folder for a workspace.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::context::AppContext;

/// Dagdeck's own folder for a workspace; one that goes with the session where its own can't be made.
pub(super) struct OwnFolder {
    path: PathBuf,
    /// What it is kept in instead where Dagdeck's own folder can't be written.
    _spare: Option<TempDir>,
}

impl OwnFolder {
    /// Makes it, or its stand-in, and says so where its logs are lost in the end.
    pub(super) fn make(context: &AppContext, root: &Path) -> std::io::Result<Self> {
        let path = context.state.workspace_folder(root);
        let Err(error) = fs_err::create_dir_all(path.join("logs")) else {
            return Ok(Self { path, _spare: None });
        };
        // It was said at the start when it is the whole folder; a person can still open and look.
        let Ok(spare) = tempfile::tempdir() else {
            return Err(error);
        };
        context.board.add_notice(format!(
            "Dagdeck's own folder for this workspace can't be made, so its logs are lost when it is closed: {error}"
        ));
        Ok(Self {
            path: spare.path().to_owned(),
            _spare: Some(spare),
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}
