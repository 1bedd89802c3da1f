//! Another Python for an environment: asked for in `.python-version` before its sync, and taken back where that does not
//! end well.
//!
//! Seen with uv 0.13.8: told of another Python, `uv sync` removes the environment before it resolves anything, so uv is asked
//! first whether the sync would work, while the old environment is still there.

use std::path::{Path, PathBuf};
use std::time::Duration;

use dagster::command::UvProject;
use process::CommandLine;
use workspace::Environment;
use workspace::edit::{Edit, EditError};

use super::SyncError;
use super::run::Sync;
use crate::errors::FileError;
use crate::open_workspace::OpenWorkspace;
use crate::record::{NewOperation, OnceError, OneShot, OperationHandle};

/// The file that says which Python a project is for.
pub(crate) const FILE: &str = ".python-version";
/// How long uv may take to fetch a Python, on a slow network.
const FETCH: Duration = Duration::from_secs(1800);
/// How long it may take to write a line.
const WRITE: Duration = Duration::from_secs(60);

/// A Python that an environment is to be made with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewPython {
    /// `3.12.1`.
    pub(crate) version: String,
    /// The interpreter; none where uv fetches it first.
    pub(crate) interpreter: Option<PathBuf>,
    /// What `.python-version` says for it: `3.12`.
    pub(crate) pin: String,
}

impl NewPython {
    /// A project as uv is told of it with this Python.
    pub(super) fn of(&self, project: UvProject) -> UvProject {
        let python = self.interpreter.clone();
        UvProject {
            python: Some(python.unwrap_or_else(|| PathBuf::from(&self.version))),
            ..project
        }
    }

    /// What runs before the sync, in order.
    pub(super) fn commands(&self, project: &UvProject) -> Vec<CommandLine> {
        let fetches = self.interpreter.is_none();
        let install = fetches.then(|| project.install_python(&self.version));
        let pin = project.pin_python(&self.pin);
        install.into_iter().chain([pin]).collect()
    }
}

/// What was written into `.python-version`, and what was there before.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct WrittenPin {
    path: PathBuf,
    before: Option<String>,
    written: Option<String>,
}

impl WrittenPin {
    /// Puts the file back as it was, unless someone else wrote it since; answers how it stands, in words.
    pub(super) fn put_back(self) -> String {
        match self.restore() {
            Ok(()) => format!("{FILE} is as it was."),
            Err(EditError::Changed { .. }) => {
                format!("{FILE} was changed meanwhile and stays as it is.")
            }
            Err(error) => format!("{FILE} could not be put back: {error}."),
        }
    }

    /// Puts the file back.
    ///
    /// # Errors When somebody else wrote it since, and when it can't be read, written or removed.
    fn restore(self) -> Result<(), EditError> {
        let Self {
            path,
            before,
            written,
        } = self;
        let io = |source| EditError::Io {
            path: path.clone(),
            source,
        };
        let now = read(&path).map_err(io)?;
        if now == before {
            return Ok(());
        }
        if now != written {
            return Err(EditError::Changed { path });
        }
        match (before, written) {
            (Some(after), Some(before)) => Edit {
                path,
                before,
                after,
            }
            .write(),
            _ => fs_err::remove_file(&path).map_err(io),
        }
    }
}

/// The file's text; none where there is no file.
fn read(path: &Path) -> std::io::Result<Option<String>> {
    match fs_err::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

impl OpenWorkspace {
    /// Fetches the Python where it has to be, asks uv whether a sync with it would work, and writes it down for the project.
    /// Until the last of these the environment and the file are as they were; `asked` takes what was written.
    pub(super) async fn ask_for_python(
        &self,
        sync: &Sync,
        python: &NewPython,
        line: &OperationHandle,
        asked: &mut Option<WrittenPin>,
    ) -> Result<(), SyncError> {
        let name = &sync.target.name;
        if python.interpreter.is_none() {
            let command = sync.project.install_python(&python.version);
            line.show_phase(&format!("fetching Python {}", python.version));
            let title = format!("Fetching Python {}", python.version);
            let done = format!("Fetched Python {}", python.version);
            self.run_for(sync, line, (title, done, &command, FETCH))
                .await?;
            self.facts.context.forget_pythons();
        }
        line.show_phase("asking uv whether that works");
        self.ask(&sync.project.preview(), line.cancel()).await?;
        let path = sync.target.folder.join(FILE);
        let read = || read(&path).map_err(FileError::of("read .python-version", &path));
        let before = read()?;
        let command = sync.project.pin_python(&python.pin);
        let title = format!("Writing down Python {} for {name}", python.pin);
        let done = format!("Wrote down Python {} for {name}", python.pin);
        let wrote = self
            .run_for(sync, line, (title, done, &command, WRITE))
            .await;
        // One that was cancelled may have written all the same.
        let written = read()?;
        *asked = Some(WrittenPin {
            path,
            before,
            written,
        });
        Ok(wrote?)
    }

    /// Runs one of the programs before a sync, on the record, within the sync's own turn at the environment.
    async fn run_for(
        &self,
        sync: &Sync,
        line: &OperationHandle,
        (title, done, command, limit): (String, String, &CommandLine, Duration),
    ) -> Result<(), OnceError> {
        let once = OneShot {
            begun: NewOperation {
                title,
                location: sync.target.locations.first().cloned(),
                ..NewOperation::default()
            },
            done: Some(done),
            command,
            writer: None,
            limit,
            // The sync has the turn already.
            environment: None,
        };
        let context = &self.facts.context;
        let run = context.operations.run(&context.table, once, line.cancel());
        run.await.map(drop)
    }
}

/// Where things stand after a change that did not end well: what is to be added to the words on the environment.
pub(super) fn after_all(put_back: &str, before: &Environment, changed: bool) -> String {
    match &before.python {
        Some(python) if changed => {
            format!(" {put_back} To go back to Python {python}, choose it in the same way.")
        }
        _ => format!(" {put_back}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(path: &Path, before: Option<&str>, written: &str) -> WrittenPin {
        WrittenPin {
            path: path.to_owned(),
            before: before.map(str::to_owned),
            written: Some(written.to_owned()),
        }
    }

    #[test]
    fn the_file_goes_back_unless_someone_else_wrote_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        let text = || fs_err::read_to_string(&path).ok();

        fs_err::write(&path, "3.12\n").unwrap();
        let words = asked(&path, Some("# ours\n3.11\r\n"), "3.12\n").put_back();
        assert_eq!(words, ".python-version is as it was.");
        assert_eq!(text().as_deref(), Some("# ours\n3.11\r\n"), "every byte");

        fs_err::write(&path, "3.12\n").unwrap();
        asked(&path, None, "3.12\n").put_back();
        assert_eq!(text(), None, "there was none");
        asked(&path, None, "3.12\n").put_back();
        assert_eq!(text(), None, "someone took it away first");

        fs_err::write(&path, "3.13\n").unwrap();
        let words = asked(&path, Some("3.11\n"), "3.12\n").put_back();
        assert!(words.contains("was changed meanwhile"), "{words}");
        assert_eq!(text().as_deref(), Some("3.13\n"));
    }

    #[test]
    fn a_python_that_is_not_here_is_fetched_first() {
        let project = UvProject::new(Path::new("uv"), Path::new("/p"));
        let mut python = NewPython {
            version: "3.14.2".into(),
            interpreter: None,
            pin: "3.14".into(),
        };
        let words = |python: &NewPython| {
            let commands = python.commands(&project).into_iter();
            let sync = python.of(project.clone()).sync();
            let all = commands.chain([sync]).map(|one| one.argv()[1..].join(" "));
            all.collect::<Vec<_>>()
        };
        let fetched = [
            "python install --no-bin 3.14.2",
            "python pin --no-python-downloads 3.14",
            "sync --compile-bytecode --python 3.14.2",
        ];
        assert_eq!(words(&python), fetched);
        python.interpreter = Some("/py/3.14".into());
        let here = [
            "python pin --no-python-downloads 3.14",
            "sync --compile-bytecode --python /py/3.14",
        ];
        assert_eq!(words(&python), here);
    }
}
