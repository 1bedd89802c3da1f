//! Does what a fix says, on the record. Owns no judgement of whether it helped, nor of whether it is what was shown.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ::health::{Fix, FixAction};
use process::CancellationToken;
use workspace::edit::Edit;

use super::fixing::off_thread;
use super::{FixError, Health};
use crate::open_workspace::OpenWorkspace;
use crate::record::{NewOperation, OneShot, state_of};
use api::{ApiError, SyncRequest};

/// How long one program of a fix may take: it may have to download a Python.
const LIMIT: Duration = Duration::from_secs(1200);

impl Health {
    /// Does what a fix says; answers the edit that was made, where it can be taken back.
    pub(super) async fn carry_out(
        &self,
        session: Option<&Arc<OpenWorkspace>>,
        fix: &Fix,
        title: &str,
    ) -> Result<Option<Edit>, FixError> {
        let opened = || session.ok_or(FixError::NoWorkspace);
        let context = &self.context;
        match &fix.action {
            FixAction::Sync { project, .. } => {
                let request = SyncRequest {
                    locations: project.iter().cloned().collect(),
                    deployment: project.is_none(),
                };
                opened()?.sync_and_wait(request).await?;
                Ok(None)
            }
            FixAction::Run { commands, .. } => {
                for command in commands {
                    let once = OneShot {
                        begun: NewOperation {
                            title: format!("{}: {title}", fix.verb),
                            ..NewOperation::default()
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
            FixAction::UsePort(port) => {
                let port = *port;
                context.change_settings(|kept| kept.port = port);
                Ok(None)
            }
            FixAction::BringUv => {
                let uv = crate::operations::uv::bring(context).await?;
                context.choose_uv(&uv.display().to_string()).await;
                Ok(None)
            }
            FixAction::Change(_)
            | FixAction::Write { .. }
            | FixAction::MakeFolder(_)
            | FixAction::Trash(_)
            | FixAction::SetAside(_)
            | FixAction::End(_) => self.on_record(fix, title).await,
            FixAction::Open(_) | FixAction::Copy(_) | FixAction::Show(_) => {
                Err(FixError::NotCarriedOut)
            }
        }
    }

    /// Changes files or ends processes, off the async threads and on the record.
    async fn on_record(&self, fix: &Fix, title: &str) -> Result<Option<Edit>, FixError> {
        let operations = &self.context.operations;
        let operation = operations.begin(NewOperation {
            title: format!("{}: {title}", fix.verb),
            ..NewOperation::default()
        });
        let action = fix.action.clone();
        let outcome = off_thread(move || change(&action)).await;
        let failed = outcome.as_ref().err().map(ApiError::from);
        operations.end(operation, state_of(failed.as_ref()), None);
        outcome
    }
}

/// Carries out what touches files or processes, on the thread it is called on. Answers the edit, for an undo, where there
/// was one; what needs a program or a person is not done here.
///
/// # Errors When the system refuses, when a file differs from what the fix was worked out from, and when a new file's place
/// is taken. Of several, those before the failing one stay done.
fn change(action: &FixAction) -> Result<Option<Edit>, FixError> {
    match action {
        FixAction::Change(edit) => {
            edit.write()?;
            Ok(Some(edit.clone()))
        }
        FixAction::Write { path, text } => {
            if let Some(folder) = path.parent() {
                fs_err::create_dir_all(folder).map_err(FixError::file(folder))?;
            }
            let refuses = FixError::file(path);
            let mut file = fs_err::File::create_new(path).map_err(&refuses)?;
            std::io::Write::write_all(&mut file, text.as_bytes()).map_err(&refuses)?;
            Ok(None)
        }
        FixAction::MakeFolder(path) => {
            fs_err::create_dir_all(path).map_err(FixError::file(path))?;
            Ok(None)
        }
        FixAction::Trash(paths) => {
            for path in paths {
                trash::delete(path).map_err(|source| FixError::NotTrashed {
                    path: path.clone(),
                    source,
                })?;
            }
            Ok(None)
        }
        FixAction::SetAside(paths) => {
            for path in paths {
                fs_err::rename(path, aside(path)).map_err(FixError::file(path))?;
            }
            Ok(None)
        }
        FixAction::End(pids) => {
            for &pid in pids {
                process::end_marked(pid).map_err(|source| FixError::Process { pid, source })?;
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
