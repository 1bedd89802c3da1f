//! What is looked at before each attempt to load a location's code.

use std::time::Instant;

use unit::Generation;
use workspace::watch::{CodeFiles, doubtful_bytecode};

use super::{CodeServer, StartError};
use crate::open::FactsError;

impl CodeServer {
    /// Looks at how the code stands before it is loaded: whatever is saved from here on may not be in what is loaded. Removes
    /// bytecode that Python would take for that of a file which holds something else by now; Python writes it again.
    pub(super) async fn look_at_code(&self, generation: Generation) -> Result<(), StartError> {
        let begun = Instant::now();
        let code = CodeFiles::of(&self.facts.project(&self.id)?);
        let look = move || {
            let stamp = code.stamp();
            for path in doubtful_bytecode(&stamp) {
                // Where it can't be removed, it can't have been written by what we start either, or not again.
                if let Err(error) = fs_err::remove_file(&path) {
                    tracing::warn!(%error, "doubtful bytecode stays");
                }
            }
            stamp
        };
        let stamp = tokio::task::spawn_blocking(look).await;
        let stamp = stamp.map_err(FactsError::Reading)?;
        self.facts.attempted(&self.id, generation, begun, stamp);
        Ok(())
    }
}
