//! uv itself: brought from the package index into Dagdeck's own folder, or picked by the person.
//!
//! Owns the download. What an index's answer means is `dagster::uv::wheel`'s. Nothing system-wide is touched, and a file
//! that does not hash to what the index promises leaves nothing behind.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use dagster::uv::wheel::{self, Platform, Wheel, WheelError};
use process::{CancellationToken, CommandLine, RunError};
use reqwest::Url;
use reqwest::header::ACCEPT;
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;
use zip::result::ZipError;

use crate::context::AppContext;
use crate::record::{NewOperation, state_of};
use api::{ApiError, OperationProgress};

/// How long an index may take to be reached.
const CONNECT: Duration = Duration::from_secs(20);
/// How long it may be silent.
const SILENCE: Duration = Duration::from_secs(60);
/// How long uv may take to say its version.
const ANSWER: Duration = Duration::from_secs(20);
/// How often progress is shown.
const SHOW: Duration = Duration::from_millis(150);
/// More than any uv was, many times over: what is longer is no wheel of uv.
const MOST: u64 = 400_000_000;

/// Why there is no uv to be had, or not the one that was named.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UvError {
    /// The person took it back.
    #[error("cancelled")]
    Cancelled,
    /// There is none where one was named.
    #[error("there is no uv at {}", path.display())]
    NotThere {
        /// The place as it was named, absolute.
        path: PathBuf,
    },
    /// The environment names no index that can be asked.
    #[error(transparent)]
    Index(WheelError),
    /// An index, or what it names, can't be had.
    #[error("{} can't be had", wheel::shown(address.as_str()))]
    Unreachable {
        /// What was asked for; there may be a password in it.
        address: Url,
        /// Why, without the address.
        #[source]
        source: reqwest::Error,
    },
    /// The index has none for this machine.
    #[error("{} has no uv", wheel::shown(page.as_str()))]
    NoWheel {
        /// The page of the index; there may be a password in it.
        page: Url,
        /// Why.
        #[source]
        source: WheelError,
    },
    /// What came is not what the index promised.
    #[error("{} sent another file than was promised", wheel::shown(address.as_str()))]
    NotPromised {
        /// Where it came from; there may be a password in it.
        address: Url,
    },
    /// Dagdeck's own folder can't hold it.
    #[error("uv can't be written to {}", folder.display())]
    NotKept {
        folder: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// What came is no archive.
    #[error("the uv that came can't be unpacked")]
    Damaged(#[source] ZipError),
    /// There is no program in what came.
    #[error("the package that came holds no uv program")]
    NoProgram,
    /// The thread that unpacks it ended early.
    #[error("uv can't be unpacked")]
    Unpacking(#[source] tokio::task::JoinError),
    /// A program does not say its version as uv does.
    #[error("{} does not answer as uv does", program.display())]
    Silent {
        program: PathBuf,
        /// Why it said nothing; none where it said something else.
        #[source]
        source: Option<RunError>,
    },
}

impl UvError {
    /// For `map_err`: what was asked for. Its own words would repeat the address, with the password that may be in it.
    fn unreachable(address: &Url) -> impl Fn(reqwest::Error) -> Self + '_ {
        |source| Self::Unreachable {
            address: address.clone(),
            source: source.without_url(),
        }
    }

    fn not_kept(folder: &Path) -> impl Fn(std::io::Error) -> Self + '_ {
        |source| Self::NotKept {
            folder: folder.to_owned(),
            source,
        }
    }
}

/// Brings the newest uv, on the record; answers where it is. It can be cancelled there.
pub(crate) async fn bring(context: &Arc<AppContext>) -> Result<PathBuf, UvError> {
    let cancel = CancellationToken::new();
    let begun = NewOperation {
        title: "Getting uv".to_owned(),
        ..NewOperation::default()
    };
    let id = context.operations.begin_with(begun, Some(cancel.clone()));
    let outcome = tokio::select! {
        outcome = get(context, id) => outcome,
        () = cancel.cancelled() => Err(UvError::Cancelled),
    };
    let failed = outcome.as_ref().err().map(ApiError::from);
    let done = outcome
        .as_ref()
        .ok()
        .map(|(_, version)| format!("Got uv {version}"));
    context.operations.end(id, state_of(failed.as_ref()), done);
    outcome.map(|(path, _)| path)
}

/// The uv at a path that a person named: the program, or a folder that has it. It has to answer.
pub(crate) async fn named(context: &AppContext, typed: &str) -> Result<PathBuf, UvError> {
    let path = workspace::expand_home(typed, &context.home);
    let name = program_name();
    let places = [path.clone(), path.join(name), path.join("bin").join(name)];
    let found = places
        .into_iter()
        .find(|place| place.is_absolute() && place.is_file());
    let Some(found) = found else {
        return Err(UvError::NotThere { path });
    };
    version_of(context, &found).await?;
    Ok(found)
}

/// Asks the index that the environment names, fetches the newest wheel for this machine, and unpacks it into
/// `tools/uv-VERSION` of Dagdeck's own folder. Answers the program and its version.
async fn get(context: &Arc<AppContext>, id: u32) -> Result<(PathBuf, String), UvError> {
    let page = wheel::page(&context.environment).map_err(UvError::Index)?;
    let client = reqwest::Client::builder()
        .user_agent(concat!("dagdeck/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT)
        .read_timeout(SILENCE)
        .build()
        .map_err(UvError::unreachable(&page))?;
    show(
        context,
        id,
        format!("asking {}", wheel::shown(page.as_str())),
    );
    let answer = text_of(&client, &page).await?;
    let wheel = wheel::newest(&page, &answer, &Platform::here());
    let wheel = wheel.map_err(|source| UvError::NoWheel {
        page: page.clone(),
        source,
    })?;
    let tools = context.state_folder.join("tools");
    fs_err::create_dir_all(&tools).map_err(UvError::not_kept(&tools))?;
    let file = download(context, id, &client, &wheel, &tools).await?;
    show(context, id, "unpacking".to_owned());
    let folder = tools.join(format!("uv-{}", wheel.version));
    let unpacked = tokio::task::spawn_blocking(move || unpack(&file, &folder)).await;
    let program = unpacked.map_err(UvError::Unpacking)??;
    let version = version_of(context, &program).await?;
    Ok((program, version))
}

/// The index's page about uv, as JSON where it can, else HTML.
async fn text_of(client: &reqwest::Client, page: &Url) -> Result<String, UvError> {
    let request = client
        .get(page.clone())
        .header(ACCEPT, wheel::ACCEPT)
        .send();
    let answer = request.await.and_then(reqwest::Response::error_for_status);
    let text = match answer {
        Ok(answer) => answer.text().await,
        Err(error) => Err(error),
    };
    text.map_err(UvError::unreachable(page))
}

/// Fetches a wheel into a temporary file in `tools`, hashing as it comes.
///
/// # Errors When it can't be had, is larger than [`MOST`], or hashes to something else than the index said: then nothing of
/// it stays.
async fn download(
    context: &AppContext,
    id: u32,
    client: &reqwest::Client,
    wheel: &Wheel,
    tools: &Path,
) -> Result<NamedTempFile, UvError> {
    let failed = UvError::unreachable(&wheel.url);
    let not_promised = || UvError::NotPromised {
        address: wheel.url.clone(),
    };
    let request = client.get(wheel.url.clone()).send().await;
    let mut answer = request
        .and_then(reqwest::Response::error_for_status)
        .map_err(&failed)?;
    let total = answer.content_length();
    // Gone with the value, whatever happens: only what hashes right is unpacked.
    let mut file = NamedTempFile::new_in(tools).map_err(UvError::not_kept(tools))?;
    let mut hash = Sha256::new();
    let (mut done, mut shown) = (0_u64, Instant::now());
    while let Some(chunk) = answer.chunk().await.map_err(&failed)? {
        done += chunk.len() as u64;
        if done > MOST {
            return Err(not_promised());
        }
        hash.update(&chunk);
        std::io::Write::write_all(&mut file, &chunk).map_err(UvError::not_kept(tools))?;
        if shown.elapsed() > SHOW {
            shown = Instant::now();
            show(context, id, megabytes(done, total));
        }
    }
    let hash: String = hash
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    if hash == wheel.sha256 {
        Ok(file)
    } else {
        Err(not_promised())
    }
}

/// Takes the program out of a wheel; it is there whole or not at all.
fn unpack(file: &NamedTempFile, folder: &Path) -> Result<PathBuf, UvError> {
    let not_kept = UvError::not_kept(folder);
    let reader = file.reopen().map_err(&not_kept)?;
    let mut archive = zip::ZipArchive::new(reader).map_err(UvError::Damaged)?;
    let name = program_name();
    let wanted = format!(".data/scripts/{name}");
    let entry = archive
        .file_names()
        .find(|entry| entry.ends_with(&wanted))
        .map(str::to_owned);
    let Some(entry) = entry else {
        return Err(UvError::NoProgram);
    };
    fs_err::create_dir_all(folder).map_err(&not_kept)?;
    let mut from = archive.by_name(&entry).map_err(UvError::Damaged)?;
    let program = folder.join(name);
    let options = atomicfile::Options {
        program: true,
        ..atomicfile::Options::default()
    };
    atomicfile::replace_with(&program, options, |to| {
        std::io::copy(&mut from, to).map(|_| ())
    })
    .map_err(&not_kept)?;
    Ok(program)
}

fn program_name() -> &'static str {
    if cfg!(windows) { "uv.exe" } else { "uv" }
}

/// What a uv says of itself.
async fn version_of(context: &AppContext, program: &Path) -> Result<String, UvError> {
    let command = CommandLine::new(program, &context.state_folder).arg("--version");
    let ran = context
        .table
        .run(&command, None, ANSWER, &CancellationToken::new())
        .await;
    let silent = |source| UvError::Silent {
        program: program.to_owned(),
        source,
    };
    let finished = ran.map_err(|error| silent(Some(error)))?;
    let said = finished.stdout_text();
    let version = said
        .strip_prefix("uv ")
        .and_then(|rest| rest.split_whitespace().next());
    match version {
        Some(version) if finished.exit.success() => Ok(version.to_owned()),
        _ => Err(silent(None)),
    }
}

fn show(context: &AppContext, id: u32, words: String) {
    let progress = OperationProgress {
        words,
        done: None,
        total: None,
    };
    context
        .operations
        .progressed(id, Some(progress), Vec::new());
}

fn megabytes(done: u64, total: Option<u64>) -> String {
    let done = done / 1_000_000;
    match total {
        Some(total) => format!("downloading, {done} of {} MB", total.div_ceil(1_000_000)),
        None => format!("downloading, {done} MB"),
    }
}
