//! Reads the folder again and shows what differs.

use std::sync::Arc;
use std::time::Instant;

use super::OpenWorkspace;
use crate::open::FactsError;
use api::Lifecycle;
use unit::Ask;
use workspace::Touched;

impl OpenWorkspace {
    /// Reads the folder again and shows what differs. Locations that come in are started if they were wanted.
    pub(crate) async fn refresh(self: &Arc<Self>) {
        self.refresh_what_was(Touched::All).await;
    }

    /// As [`Self::refresh`], where it is known what was touched.
    pub(crate) async fn refresh_what_was(self: &Arc<Self>, touched: Touched) {
        self.show_what_was(touched).await;
        self.check_environments(false);
    }

    /// As [`Self::refresh`], and returns when uv has answered; `anew` also about what nothing tells to have changed.
    pub(crate) async fn refresh_and_ask_uv(self: &Arc<Self>, anew: bool) {
        self.read_and_show().await;
        if self.facts.is_trusted() {
            self.ask_uv_about_all(anew).await;
        }
    }

    /// As [`Self::refresh`], without asking uv about every environment.
    pub(crate) async fn read_and_show(self: &Arc<Self>) {
        self.show_what_was(Touched::All).await;
    }

    /// Reads the folder again and shows what differs, unless it was read since that moment; asks uv nothing.
    ///
    /// # Errors
    /// When it can't be read.
    pub(crate) async fn read_since(self: &Arc<Self>, since: Instant) -> Result<(), FactsError> {
        self.show_unless_read(Touched::All, Some(since)).await
    }

    async fn show_what_was(self: &Arc<Self>, touched: Touched) {
        if let Err(error) = self.show_unless_read(touched, None).await {
            tracing::error!(%error, "the folder can't be read again, so the old reading stays");
        }
    }

    async fn show_unless_read(
        self: &Arc<Self>,
        touched: Touched,
        since: Option<Instant>,
    ) -> Result<(), FactsError> {
        // One after the other: a later one would find nothing gone that an earlier one is still stopping.
        let mut turn = self.refreshing.lock().await;
        // Who waits for many locations asks once for each.
        if since.is_some_and(|since| turn.is_some_and(|read| read >= since)) {
            return Ok(());
        }
        let whole = (touched == Touched::All).then(Instant::now);
        // A close waits for this turn, and never for a folder that does not answer.
        let read = self.facts.read_again(true, touched);
        let read = self.ended.run_until_cancelled(read).await;
        match read {
            None => return Ok(()),
            Some(read) => drop(read?),
        }
        *turn = whole.or(*turn);
        self.match_units().await;
        // Another workspace may be on the board by now.
        if self.ended.is_cancelled() {
            return Ok(());
        }
        self.facts.show_all();
        // Within the turn: a close that waits for it stops these too.
        self.start_wanted().await;
        drop(turn);
        self.tell_webserver_of_workspace().await;
        Ok(())
    }

    /// Starts locations that the person wants and that nothing keeps down any more.
    async fn start_wanted(&self) {
        for project in &self.facts.reading().projects {
            let Ok(unit) = self.location(&project.id) else {
                continue;
            };
            let never_started = matches!(unit.shown().lifecycle, Lifecycle::Stopped { .. });
            if self.facts.is_wanted(&project.id)
                && never_started
                && self.facts.startable(&project.id).is_ok()
            {
                self.ask_unit(&unit, Ask::Start).await;
            }
        }
    }
}
