//! Carries fixes out. Each is on the record, and the check that found the fault proves it afterwards.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ::health::{CHECKS, Does, Fix, Request};
use futures::future::join_all;
use process::CancellationToken;
use workspace::edit::Edit;

use super::{Fixing, Health};
use crate::operations::{Begun, Once, state_of};
use crate::session::Session;
use api::{ApiError, ErrorCode, FindingState, FindingView, SyncRequest};

/// How long one program of a fix may take: it may have to download a Python.
const LIMIT: Duration = Duration::from_secs(1200);

impl Health {
    /// Puts findings right, all at once, and returns when each was tried and checked again.
    ///
    /// # Errors
    /// Where one of them is not found any more or is not for Dagdeck to put right; then nothing was done. What goes wrong
    /// with one shows on it.
    pub(crate) async fn fix(
        self: &Arc<Self>,
        session: Option<&Arc<Session>>,
        ids: &[String],
    ) -> Result<(), ApiError> {
        let mut begun = Vec::new();
        for id in ids {
            begun.push(self.find(id)?);
        }
        begun.retain(|(finding, _)| finding.state != FindingState::Fixing);
        for (finding, _) in &begun {
            self.set(finding, FindingState::Fixing, None);
        }
        self.show(session, true);
        let done = begun.into_iter().map(|(finding, fix)| async move {
            let outcome = self.carry_out(session, &fix, &finding.title).await;
            (finding, outcome)
        });
        let done = join_all(done).await;
        if let Some(session) = session {
            session.refresh_and_ask_uv(true).await;
        }
        self.round(session, &Request::all()).await;
        for (finding, outcome) in done {
            let state = match &outcome {
                Err(error) => FindingState::Failed {
                    error: error.clone(),
                },
                Ok(_) if self.still_found(&finding.id) => FindingState::Failed {
                    error: ApiError::new(
                        ErrorCode::ToolFailed,
                        "It was done, but the check still finds the same.",
                    ),
                },
                Ok(undo) => FindingState::Fixed {
                    undo: undo.is_some(),
                },
            };
            self.set(&finding, state, outcome.ok().flatten());
        }
        self.show(session, false);
        Ok(())
    }

    /// Takes back a fix that changed a file.
    ///
    /// # Errors
    /// Where there is nothing to take back, or the file was changed since; then it stays as it is.
    pub(crate) async fn undo(
        &self,
        session: Option<&Arc<Session>>,
        id: &str,
    ) -> Result<(), ApiError> {
        let edit = self.kept().fixes.get(id).and_then(|fix| fix.undo.clone());
        let edit =
            edit.ok_or_else(|| not_found("There is nothing to take back of this finding."))?;
        edit.write()
            .map_err(|error| ApiError::new(ErrorCode::Io, error.to_string()).because(&error))?;
        self.kept().fixes.remove(id);
        if let Some(session) = session {
            session.refresh_and_ask_uv(true).await;
        }
        self.round(session, &Request::all()).await;
        Ok(())
    }

    /// A finding that is shown, with its fix.
    fn find(&self, id: &str) -> Result<(FindingView, Fix), ApiError> {
        let shown = self.context.board.read(|snapshot| {
            let mut findings = snapshot.health.findings.iter();
            findings.find(|one| one.id == id).cloned()
        });
        let kept = self.kept();
        let shown = shown.ok_or_else(|| not_found("This finding is gone: check again."))?;
        let fix = kept
            .record
            .outcomes()
            .flat_map(|(key, outcome)| {
                let (_, location) = super::present::subject(&key.subject);
                let findings = outcome.findings.iter().enumerate();
                findings.map(move |(number, finding)| {
                    let id = super::present::id(key.check, location.as_deref(), number);
                    (id, finding.fix.clone())
                })
            })
            .find(|(one, _)| one == id)
            .and_then(|(_, fix)| fix);
        let fix = fix.ok_or_else(|| not_found("This finding is gone: check again."))?;
        if !fix.is_carried_out() {
            let words = "This is for you to put right: Dagdeck shows where.";
            return Err(ApiError::new(ErrorCode::Invalid, words));
        }
        Ok((shown, fix))
    }

    fn still_found(&self, id: &str) -> bool {
        let kept = self.kept();
        let check = id.split(':').next().unwrap_or_default();
        let Some(check) = CHECKS.iter().find(|one| one.id == check) else {
            return false;
        };
        kept.record.outcomes().any(|(key, outcome)| {
            let (_, location) = super::present::subject(&key.subject);
            key.check == check.id
                && (0..outcome.findings.len())
                    .any(|number| super::present::id(check.id, location.as_deref(), number) == id)
        })
    }

    fn set(&self, finding: &FindingView, state: FindingState, undo: Option<Edit>) {
        let fixing = Fixing {
            finding: finding.clone(),
            state,
            undo,
        };
        self.kept().fixes.insert(finding.id.clone(), fixing);
    }

    /// Does what a fix says; answers what takes it back, where something does.
    async fn carry_out(
        &self,
        session: Option<&Arc<Session>>,
        fix: &Fix,
        title: &str,
    ) -> Result<Option<Edit>, ApiError> {
        let opened = || session.ok_or_else(|| not_found("No workspace is open."));
        let context = &self.context;
        match &fix.does {
            Does::Sync { project, .. } => {
                let request = SyncRequest {
                    locations: project.iter().cloned().collect(),
                    deployment: project.is_none(),
                };
                opened()?.sync_and_wait(request).await?;
                Ok(None)
            }
            Does::Run { commands, .. } => {
                for command in commands {
                    let once = Once {
                        begun: Begun {
                            title: format!("{}: {title}", fix.verb),
                            ..Begun::default()
                        },
                        done: None,
                        command,
                        writer: None,
                        limit: LIMIT,
                        environment: None,
                    };
                    let cancel = CancellationToken::new();
                    let ran = context.operations.run(&context.table, once, &cancel);
                    ran.await?;
                }
                // It may have brought another Python.
                context.forget_pythons();
                context.look_at_machine().await;
                Ok(None)
            }
            Does::UsePort(port) => {
                let port = *port;
                context.change_settings(|kept| kept.port = port);
                Ok(None)
            }
            Does::BringUv => {
                let uv = crate::uv::bring(context).await?;
                context.choose_uv(&uv.display().to_string()).await;
                Ok(None)
            }
            Does::Change(_)
            | Does::Write { .. }
            | Does::MakeFolder(_)
            | Does::Trash(_)
            | Does::SetAside(_)
            | Does::End(_) => self.on_record(fix, title).await,
            Does::Open(_) | Does::Copy(_) | Does::Show(_) => {
                Err(not_found("This is for you to put right."))
            }
        }
    }

    /// Changes files or ends processes, off the async threads and on the record.
    async fn on_record(&self, fix: &Fix, title: &str) -> Result<Option<Edit>, ApiError> {
        let operations = &self.context.operations;
        let operation = operations.begin(Begun {
            title: format!("{}: {title}", fix.verb),
            ..Begun::default()
        });
        let does = fix.does.clone();
        let changed = tokio::task::spawn_blocking(move || change(&does)).await;
        let outcome = changed.unwrap_or_else(|error| {
            Err(
                ApiError::new(ErrorCode::Internal, "Dagdeck itself broke down here.")
                    .because(&error),
            )
        });
        operations.end(operation, state_of(outcome.as_ref().err()), None);
        outcome
    }
}

fn change(does: &Does) -> Result<Option<Edit>, ApiError> {
    let io =
        |error: &std::io::Error| ApiError::new(ErrorCode::Io, error.to_string()).because(error);
    match does {
        Does::Change(edit) => {
            edit.write()
                .map_err(|error| ApiError::new(ErrorCode::Io, error.to_string()).because(&error))?;
            Ok(Some(Edit {
                path: edit.path.clone(),
                before: edit.after.clone(),
                after: edit.before.clone(),
            }))
        }
        Does::Write { path, text } => {
            if let Some(folder) = path.parent() {
                fs_err::create_dir_all(folder).map_err(|error| io(&error))?;
            }
            let mut file = fs_err::File::create_new(path).map_err(|error| io(&error))?;
            std::io::Write::write_all(&mut file, text.as_bytes()).map_err(|error| io(&error))?;
            Ok(None)
        }
        Does::MakeFolder(path) => {
            fs_err::create_dir_all(path).map_err(|error| io(&error))?;
            Ok(None)
        }
        Does::Trash(paths) => {
            for path in paths {
                trash::delete(path).map_err(|error| {
                    let words = format!("{} can’t be moved to the trash.", path.display());
                    ApiError::new(ErrorCode::Io, words).because(&error)
                })?;
            }
            Ok(None)
        }
        Does::SetAside(paths) => {
            for path in paths {
                fs_err::rename(path, aside(path)).map_err(|error| io(&error))?;
            }
            Ok(None)
        }
        Does::End(pids) => {
            for pid in pids {
                process::end_marked(*pid).map_err(|error| io(&error))?;
            }
            Ok(None)
        }
        _ => Ok(None),
    }
}

/// A name beside a file or folder that nothing has yet.
fn aside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let names = (1..).map(|number| path.with_file_name(format!("{name}.set-aside-{number}")));
    let mut free = names.filter(|path| !path.exists());
    free.next().unwrap_or_else(|| path.to_owned())
}

fn not_found(words: &str) -> ApiError {
    ApiError::new(ErrorCode::NotFound, words)
}
