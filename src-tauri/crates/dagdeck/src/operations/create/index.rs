//! Asks the package index through uv which Dagster versions are whole, and keeps the answers while Dagdeck runs.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use dagster::create::versions;
use parking_lot::Mutex;
use process::{CancellationToken, Finished};

use crate::context::AppContext;
use crate::errors::UvMissing;
use crate::present::command_view;
use crate::record::{NewOperation, OnceError, judge};
use api::{ApiError, OperationState, PartialRelease};

/// How long uv may take; it gives up by itself after some tries.
const LIMIT: Duration = Duration::from_secs(60);
/// How long it is believed that the index can't be reached: someone who types must not wait for each letter.
const BELIEVED: Duration = Duration::from_secs(20);
/// How many releases in a row may turn out not to be whole.
const TRIES: usize = 8;

/// Why the index names no version, or not the one that was asked for.
///
/// Cheap to clone: that it can't be reached is told to everybody who asks for a while.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum IndexError {
    /// There is no uv to ask it with.
    #[error(transparent)]
    UvMissing(#[from] UvMissing),
    /// Dagdeck's own folder can't hold the question for uv.
    #[error("the question for uv can't be written to {}", path.display())]
    NotAsked {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: Arc<std::io::Error>,
    },
    /// uv could not ask it.
    #[error("the package index could not be asked")]
    Unreachable(#[source] Arc<OnceError>),
    /// It has no version at all of what is required.
    #[error("the package index has no such package or version")]
    NotPublished,
    /// Of no version all packages are published.
    #[error("the package index has no whole version of Dagster")]
    NoneWhole,
    /// Of this version not all packages are published.
    #[error("Dagster {version} lacks {}", missing.join(", "))]
    NotWhole {
        version: String,
        /// The packages that are not published at it.
        missing: Vec<String>,
        /// The newest version that is whole, where that is known.
        newest: Option<String>,
    },
}

/// The newest version that can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Newest {
    pub(crate) version: String,
    /// A newer one that is not whole.
    pub(crate) skipped: Option<PartialRelease>,
}

/// What the index said so far.
#[derive(Debug, Default)]
pub(crate) struct Index(Mutex<IndexAnswers>);

#[derive(Debug, Default)]
struct IndexAnswers {
    newest: Option<Newest>,
    /// By version, the packages that are not published at it.
    missing: BTreeMap<String, Vec<String>>,
    unreachable: Option<(Instant, IndexError)>,
}

impl Index {
    /// The newest whole version; `again` asks even where it is known.
    ///
    /// # Errors
    /// When the index can't be asked.
    pub(crate) async fn newest(
        &self,
        context: &AppContext,
        again: bool,
    ) -> Result<Newest, IndexError> {
        if again {
            *self.0.lock() = IndexAnswers::default();
        }
        if let Some(known) = self.0.lock().newest.clone() {
            return Ok(known);
        }
        self.believed()?;
        let found = self.look_for_newest(context).await;
        match &found {
            Ok(newest) => {
                let mut known = self.0.lock();
                known.newest = Some(newest.clone());
                known.unreachable = None;
            }
            Err(error) => self.0.lock().unreachable = Some((Instant::now(), error.clone())),
        }
        found
    }

    /// The packages that are not published at a version; none when it is whole.
    ///
    /// # Errors
    /// When the index can't be asked.
    pub(crate) async fn missing_at(
        &self,
        context: &AppContext,
        version: &str,
    ) -> Result<Vec<String>, IndexError> {
        if let Some(known) = self.0.lock().missing.get(version).cloned() {
            return Ok(known);
        }
        self.believed()?;
        let found = self.look_for_missing(context, version).await;
        match &found {
            Ok(missing) => {
                let mut known = self.0.lock();
                known.missing.insert(version.to_owned(), missing.clone());
                known.unreachable = None;
            }
            Err(error) => self.0.lock().unreachable = Some((Instant::now(), error.clone())),
        }
        found
    }

    /// Refuses a version of which not all packages are published.
    ///
    /// # Errors
    /// For such a version, or when the index can't be asked.
    pub(crate) async fn require_whole(
        &self,
        context: &AppContext,
        version: &str,
    ) -> Result<(), IndexError> {
        let missing = self.missing_at(context, version).await?;
        if missing.is_empty() {
            return Ok(());
        }
        let newest = self.newest(context, false).await.ok();
        Err(IndexError::NotWhole {
            version: version.to_owned(),
            missing,
            newest: newest.map(|newest| newest.version),
        })
    }

    /// The newest version, if it is known by now.
    pub(crate) fn newest_known(&self) -> Option<Newest> {
        self.0.lock().newest.clone()
    }

    /// Asks for the newest version, and where that is not whole for the newest below it, a few times over. The first that
    /// was passed over is told with what it lacks.
    async fn look_for_newest(&self, context: &AppContext) -> Result<Newest, IndexError> {
        let mut below: Option<String> = None;
        let mut skipped = None;
        for _ in 0..TRIES {
            let requirements = versions::newest(below.as_deref());
            let (file, about) = match &below {
                None => ("newest".to_owned(), "the newest Dagster".to_owned()),
                Some(below) => (
                    format!("below-{below}"),
                    format!("the newest Dagster below {below}"),
                ),
            };
            let question = Question {
                file,
                about,
                requirements,
            };
            let asked = ask(context, &question).await?;
            let finished = asked.ok_or(IndexError::NotPublished)?;
            let answer = versions::parse_answer(&finished.stdout_text());
            let Some(candidate) = versions::candidate(&answer) else {
                break;
            };
            if let Some((version, missing)) = candidate.newer {
                skipped.get_or_insert(PartialRelease { version, missing });
            } else {
                let version = candidate.version;
                return Ok(Newest { version, skipped });
            }
            let missing = self.look_for_missing(context, &candidate.version).await?;
            if missing.is_empty() {
                let version = candidate.version;
                return Ok(Newest { version, skipped });
            }
            below = Some(candidate.version);
        }
        Err(IndexError::NoneWhole)
    }

    /// Which packages a version lacks: one question where it lacks none, one for each package side by side where it does.
    async fn look_for_missing(
        &self,
        context: &AppContext,
        version: &str,
    ) -> Result<Vec<String>, IndexError> {
        let all = Question {
            file: format!("whole-{version}"),
            about: format!("every package of Dagster {version}"),
            requirements: versions::pinned(versions::PACKAGES, version),
        };
        if is_published(context, &all).await? {
            return Ok(Vec::new());
        }
        let each = versions::PACKAGES.map(|package| async move {
            let one = Question {
                file: format!("{package}-{version}"),
                about: format!("{package} {version}"),
                requirements: versions::pinned([package], version),
            };
            let there = is_published(context, &one).await?;
            Ok::<_, IndexError>((!there).then(|| package.to_owned()))
        });
        let mut missing = Vec::new();
        for package in futures::future::join_all(each).await {
            missing.extend(package?);
        }
        Ok(missing)
    }

    /// Says that the index can't be reached, where that was found out a moment ago.
    fn believed(&self) -> Result<(), IndexError> {
        match &self.0.lock().unreachable {
            Some((when, error)) if when.elapsed() < BELIEVED => Err(error.clone()),
            _ => Ok(()),
        }
    }
}

/// What the index is asked.
struct Question {
    /// The file for uv, without its ending.
    file: String,
    /// What it is about, in words: two questions in a row must not read alike.
    about: String,
    requirements: String,
}

/// Whether everything that is required is published.
async fn is_published(context: &AppContext, question: &Question) -> Result<bool, IndexError> {
    Ok(ask(context, question).await?.is_some())
}

/// Has uv resolve requirements; none where the index has no such package or version.
async fn ask(context: &AppContext, question: &Question) -> Result<Option<Finished>, IndexError> {
    let uv = context.uv().await.ok_or(UvMissing)?;
    let python = context.pythons().await.into_iter().next();
    let folder = context.state_folder.join("create");
    let file = folder.join(format!("{}.txt", question.file));
    let written = write_at_once(&folder, &file, &question.requirements);
    written.map_err(|source| IndexError::NotAsked {
        path: file.clone(),
        source: Arc::new(source),
    })?;
    let command = versions::ask(&uv, python.map(|python| python.path).as_deref(), &file);
    let operation = context.operations.begin(NewOperation {
        title: format!("Looking up {}", question.about),
        command: Some(command_view(&command)),
        passing: true,
        ..NewOperation::default()
    });
    let finished = context
        .table
        .run(&command, None, LIMIT, &CancellationToken::new())
        .await;
    let not_published = finished.as_ref().is_ok_and(|finished| {
        !finished.exit.success() && versions::is_not_published(&finished.stderr_text())
    });
    let title = format!("Looked up {}", question.about);
    if not_published {
        let end = OperationState::Succeeded;
        context.operations.end(operation, end, Some(title));
        return Ok(None);
    }
    match judge("Asking the package index", &command, finished) {
        Ok(finished) => {
            let end = OperationState::Succeeded;
            context.operations.end(operation, end, Some(title));
            Ok(Some(finished))
        }
        Err(error) => {
            let reason = ApiError::from(&error).message;
            let end = OperationState::Failed { reason };
            context.operations.end(operation, end, None);
            Err(IndexError::Unreachable(Arc::new(error)))
        }
    }
}

/// Writes a question so that another uv that is asked the same meanwhile never reads a part of it.
fn write_at_once(folder: &Path, file: &Path, text: &str) -> std::io::Result<()> {
    fs_err::create_dir_all(folder)?;
    let options = atomicfile::Options {
        fleeting: true,
        ..atomicfile::Options::default()
    };
    atomicfile::replace_with(file, options, |draft| draft.write_all(text.as_bytes()))
}
