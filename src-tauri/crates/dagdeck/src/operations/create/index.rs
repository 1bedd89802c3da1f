//! Asks the package index through uv which Dagster versions are whole, and keeps the answers while Dagdeck runs.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use dagster::create::versions;
use process::{CancellationToken, Finished};

use crate::context::Context;
use crate::errors::uv_missing;
use crate::operations::{Begun, command_view, judge};
use api::{ApiError, ErrorCode, OperationState, PartialRelease};

/// How long uv may take; it gives up by itself after some tries.
const LIMIT: Duration = Duration::from_secs(60);
/// How long it is believed that the index can't be reached: someone who types must not wait for each letter.
const BELIEVED: Duration = Duration::from_secs(20);
/// How many releases in a row may turn out not to be whole.
const TRIES: usize = 8;

/// The newest version that can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Newest {
    pub(crate) version: String,
    /// A newer one that is not whole.
    pub(crate) skipped: Option<PartialRelease>,
}

/// What the index said so far.
#[derive(Debug, Default)]
pub(crate) struct Index(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    newest: Option<Newest>,
    /// By version, the packages that are not published at it.
    missing: BTreeMap<String, Vec<String>>,
    unreachable: Option<(Instant, ApiError)>,
}

impl Index {
    /// The newest whole version; `again` asks even where it is known.
    ///
    /// # Errors
    /// When the index can't be asked.
    pub(crate) async fn newest(&self, context: &Context, again: bool) -> Result<Newest, ApiError> {
        if again {
            *self.lock() = Known::default();
        }
        if let Some(known) = self.lock().newest.clone() {
            return Ok(known);
        }
        self.believed()?;
        let found = self.look_for_newest(context).await;
        match &found {
            Ok(newest) => {
                let mut known = self.lock();
                known.newest = Some(newest.clone());
                known.unreachable = None;
            }
            Err(error) => self.lock().unreachable = Some((Instant::now(), error.clone())),
        }
        found
    }

    /// The packages that are not published at a version; none when it is whole.
    ///
    /// # Errors
    /// When the index can't be asked.
    pub(crate) async fn missing_at(
        &self,
        context: &Context,
        version: &str,
    ) -> Result<Vec<String>, ApiError> {
        if let Some(known) = self.lock().missing.get(version).cloned() {
            return Ok(known);
        }
        self.believed()?;
        let found = self.look_for_missing(context, version).await;
        match &found {
            Ok(missing) => {
                let mut known = self.lock();
                known.missing.insert(version.to_owned(), missing.clone());
                known.unreachable = None;
            }
            Err(error) => self.lock().unreachable = Some((Instant::now(), error.clone())),
        }
        found
    }

    /// Refuses a version of which not all packages are published.
    ///
    /// # Errors
    /// For such a version, or when the index can't be asked.
    pub(crate) async fn require_whole(
        &self,
        context: &Context,
        version: &str,
    ) -> Result<(), ApiError> {
        let missing = self.missing_at(context, version).await?;
        if missing.is_empty() {
            return Ok(());
        }
        let message = format!(
            "Dagster {version} can't be installed: {}.",
            super::plan::not_published(&missing)
        );
        let error = ApiError::new(ErrorCode::Invalid, message);
        Err(match self.newest(context, false).await {
            Ok(newest) => error.hint(format!("The newest that can is {}.", newest.version)),
            Err(_) => error,
        })
    }

    /// The newest version, if it is known by now.
    pub(crate) fn newest_known(&self) -> Option<Newest> {
        self.lock().newest.clone()
    }

    async fn look_for_newest(&self, context: &Context) -> Result<Newest, ApiError> {
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
            let finished = ask(context, &question).await??;
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
        Err(ApiError::new(
            ErrorCode::ToolFailed,
            "The package index has no Dagster version of which all packages are published.",
        )
        .hint("Type a version that you know."))
    }

    async fn look_for_missing(
        &self,
        context: &Context,
        version: &str,
    ) -> Result<Vec<String>, ApiError> {
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
            Ok::<_, ApiError>((!there).then(|| package.to_owned()))
        });
        let mut missing = Vec::new();
        for package in futures::future::join_all(each).await {
            missing.extend(package?);
        }
        Ok(missing)
    }

    /// Says that the index can't be reached, where that was found out a moment ago.
    fn believed(&self) -> Result<(), ApiError> {
        match &self.lock().unreachable {
            Some((when, error)) if when.elapsed() < BELIEVED => Err(error.clone()),
            _ => Ok(()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
async fn is_published(context: &Context, question: &Question) -> Result<bool, ApiError> {
    match ask(context, question).await? {
        Ok(_) => Ok(true),
        Err(Refused::NotPublished) => Ok(false),
        Err(Refused::Unasked(error)) => Err(error),
    }
}

/// Why uv answered no.
enum Refused {
    NotPublished,
    Unasked(ApiError),
}

impl From<Refused> for ApiError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::NotPublished => unreachable_index("It has no such package or version."),
            Refused::Unasked(error) => error,
        }
    }
}

/// Has uv resolve requirements. The outer error: uv is missing or can't be given the question.
async fn ask(
    context: &Context,
    question: &Question,
) -> Result<Result<Finished, Refused>, ApiError> {
    let uv = context.uv().await.ok_or_else(uv_missing)?;
    let python = context.pythons().await.into_iter().next();
    let folder = context.state_folder.join("create");
    let file = folder.join(format!("{}.txt", question.file));
    let written = write_at_once(&folder, &file, &question.requirements);
    written.map_err(|error| {
        ApiError::new(
            ErrorCode::Io,
            "Dagdeck can't write the question for uv into its own folder.",
        )
        .because(&error)
    })?;
    let command = versions::ask(&uv, python.map(|python| python.path).as_deref(), &file);
    let operation = context.operations.begin(Begun {
        title: format!("Looking up {}", question.about),
        command: Some(command_view(&command)),
        passing: true,
        ..Begun::default()
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
        return Ok(Err(Refused::NotPublished));
    }
    match judge("Asking the package index", &command, finished) {
        Ok(finished) => {
            let end = OperationState::Succeeded;
            context.operations.end(operation, end, Some(title));
            Ok(Ok(finished))
        }
        Err(error) => {
            let reason = error.message.clone();
            let end = OperationState::Failed { reason };
            context.operations.end(operation, end, None);
            let mut told = unreachable_index(&error.message);
            told.causes = error.causes;
            Ok(Err(Refused::Unasked(told)))
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

/// The index was not asked, with what a person can do.
fn unreachable_index(why: &str) -> ApiError {
    ApiError::new(
        ErrorCode::ToolFailed,
        format!("The package index could not be asked for Dagster's versions. {why}"),
    )
    .hint(
        "Check the network and the proxy settings (HTTPS_PROXY, UV_INDEX_URL), then try again. A version that was installed \
         before can be typed and used from uv's cache.",
    )
}
