//! What a code server says of the code that it was to load: its definitions, or why there are none.

use dagster::code_server::{LoadFailure, Loading, RepositoriesAnswer};
use dagster::explain::{Origin, explain_load_error};

use super::CodeServer;
use crate::clock;
use crate::present;
use crate::state::KnownDefinitions;
use api::LoadError;

impl CodeServer {
    /// Puts into words, once, why the code did not load. Looks into the person's files for the line that is quoted.
    pub(super) async fn explain(&self, failure: &LoadFailure) -> LoadError {
        let at = clock::now();
        let reading = self.facts.reading();
        let Some(project) = reading.project(&self.id) else {
            return present::unexplained(failure, at);
        };
        let (origin, told) = (Origin::of(project), failure.clone());
        let look = move || explain_load_error(&told, &origin);
        match tokio::task::spawn_blocking(look).await {
            Ok(explained) => present::load_error(project, explained, at),
            // The explaining broke off; what the server said is still to be shown.
            Err(_) => present::unexplained(failure, at),
        }
    }

    /// Reads and shows what a loaded server defines. A failure is said in the log: the location serves all the same.
    pub(super) async fn read_definitions(&self, loading: &Loading) {
        let RepositoriesAnswer::Loaded(loaded) = &loading.listed else {
            return;
        };
        match loading.client.definitions(loaded).await {
            Ok(definitions) => {
                let known = KnownDefinitions {
                    counts: present::counts(definitions.counts()),
                    variables: definitions.variables.clone(),
                    names: present::names(definitions),
                    read_at: clock::now(),
                };
                self.facts.remember_definitions(&self.id, known);
                self.facts.show_location(&self.id);
            }
            Err(error) => self.note(&format!("The definitions could not be counted: {error}")),
        }
    }
}
