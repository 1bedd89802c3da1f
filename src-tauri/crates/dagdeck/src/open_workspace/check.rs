//! Asks uv whether environments answer their lockfiles, in a trusted folder. Changes nothing on disk.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use dagster::command::UvProject;
use dagster::uv::SyncCheck;
use futures::StreamExt;
use process::CancellationToken;
use workspace::Environment;

use super::OpenWorkspace;
use crate::open::commands::sync;
use crate::present::command_view;
use crate::record::NewOperation;
use api::OperationState;

/// How long uv may take to compare one environment with its lockfile.
const LIMIT: Duration = Duration::from_secs(120);
/// How many environments are compared at once.
const AT_ONCE: usize = 4;

/// An environment to ask about.
struct Question {
    environment: Environment,
    project: UvProject,
    /// What the answer depends on.
    stamp: String,
}

impl OpenWorkspace {
    /// Asks uv about every environment with a lockfile, a few at a time, if the folder is trusted and uv is there; `anew` also
    /// about what nothing tells to have changed.
    pub(crate) fn check_environments(self: &Arc<Self>, anew: bool) {
        if !self.facts.is_trusted() {
            return;
        }
        let session = Arc::clone(self);
        self.asking.tasks.spawn(async move {
            let awake = session.facts.context.until_background_may_begin();
            if session.ended.run_until_cancelled(awake).await.is_some() {
                session.ask_uv_about_all(anew).await;
            }
        });
    }

    /// Asks uv about every environment with a lockfile, a few at a time, where uv is there; `anew` also about what nothing
    /// tells to have changed.
    pub(crate) async fn ask_uv_about_all(self: &Arc<Self>, anew: bool) {
        let Some(uv) = self.facts.context.uv().await else {
            return;
        };
        // What is on the board belongs to another by now.
        if self.ended.is_cancelled() {
            return;
        }
        let questions = self.questions(&uv, anew);
        let Some(first) = questions.first() else {
            return;
        };
        let what = match questions.len() {
            1 => "1 environment".to_owned(),
            count => format!("{count} environments"),
        };
        let operations = &self.facts.context.operations;
        let operation = operations.begin(NewOperation {
            title: format!("Checking {what}"),
            command: Some(command_view(&first.project.check())),
            passing: true,
            ..NewOperation::default()
        });
        futures::stream::iter(questions)
            .for_each_concurrent(AT_ONCE, |question| self.check(question, anew))
            .await;
        let (state, title) = if self.ended.is_cancelled() {
            (OperationState::Cancelled, None)
        } else {
            (OperationState::Succeeded, Some(format!("Checked {what}")))
        };
        operations.end(operation, state, title);
    }

    fn questions(&self, uv: &Path, anew: bool) -> Vec<Question> {
        let facts = &self.facts;
        let question = |folder: &Path, environment: &Environment| {
            let asked = environment.lockfile.is_some()
                && environment.can_run()
                && sync::syncable(folder, environment);
            let stamp = asked.then(|| workspace::stamp(folder, environment))?;
            if !anew && facts.answer_stands(environment, &stamp) {
                return None;
            }
            Some(Question {
                environment: environment.clone(),
                project: sync::whole_uv_project(facts, uv, folder, environment),
                stamp,
            })
        };
        let reading = facts.reading();
        let of_locations = reading
            .projects
            .iter()
            .filter_map(|one| question(&one.folder, &one.environment));
        let of_deployment = reading
            .deployment
            .iter()
            .filter_map(|one| question(&one.folder, &one.environment));
        of_locations.chain(of_deployment).collect()
    }

    async fn check(&self, question: Question, anew: bool) {
        let facts = &self.facts;
        let environment = question.environment.path.as_path();
        let turn = self.asking.turn(environment);
        let _turn = turn.lock().await;
        // The person may have taken back meanwhile that programs run here.
        if self.ended.is_cancelled() || !facts.is_trusted() {
            return;
        }
        // Another may have been answered the same, meanwhile.
        if !anew && facts.answer_stands(&question.environment, &question.stamp) {
            return;
        }
        let syncs = facts.syncs_of(environment);
        if facts.is_syncing(environment) {
            return;
        }
        let found = self.compare(&question.project, &self.ended).await;
        // A sync that began or ended meanwhile knows better.
        let Some(found) = found.filter(|_| facts.syncs_of(environment) == syncs) else {
            return;
        };
        facts.keep_answer(&question.environment, &found, Some(question.stamp));
    }

    /// What uv finds, unless `ended` comes first. One that can't answer leaves what the files tell; its words are in no way about the person's
    /// project.
    pub(crate) async fn compare(
        &self,
        project: &UvProject,
        ended: &CancellationToken,
    ) -> Option<SyncCheck> {
        let table = &self.facts.context.table;
        let finished = table.run(&project.check(), None, LIMIT, ended).await.ok()?;
        let check = dagster::uv::parse_sync_check(&finished.stdout_text()).ok()?;
        Some(check.with_unfinished(&project.unfinished))
    }
}
