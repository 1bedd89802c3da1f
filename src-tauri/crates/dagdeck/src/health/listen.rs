//! Makes checks again when what they depend on changed.

use std::sync::Arc;
use std::time::Duration;

use ::health::Request;
use tokio::sync::RwLock;
use tokio_util::sync::CancellationToken;

use super::Health;
use crate::open_workspace::OpenWorkspace;

/// How long changes are gathered before checks are made: a checkout or a launch changes many things within a moment.
const GATHER: Duration = Duration::from_millis(250);

/// Keeps the checks true until `ended`.
pub(crate) async fn keep_checking(
    health: Arc<Health>,
    session: Arc<RwLock<Option<Arc<OpenWorkspace>>>>,
    ended: CancellationToken,
) {
    let changes = &health.context.changes;
    let work = async {
        health.context.until_background_may_begin().await;
        let mut request = Some(Request::all());
        loop {
            if let Some(request) = request {
                let session = session.read().await.clone();
                health.round(session.as_ref(), &request).await;
            }
            changes.wait().await;
            tokio::time::sleep(GATHER).await;
            request = changes.take();
        }
    };
    ended.run_until_cancelled(work).await;
}
