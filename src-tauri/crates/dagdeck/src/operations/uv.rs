//! uv itself: brought from the package index into Dagdeck's own folder, or picked by the person.
//!
//! Owns the download. What an index's answer means is `dagster::uv::wheel`'s. Nothing system-wide is touched, and a file
//! that does not hash to what the index promises leaves nothing behind.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use dagster::uv::wheel::{self, Platform, Wheel, WheelError};
use process::{CancellationToken, CommandLine};
use reqwest::header::ACCEPT;
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use crate::context::Context;
use crate::operations::{Begun, state_of};
use api::{ApiError, ErrorCode, OperationProgress};

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

/// Brings the newest uv, on the record; answers where it is. It can be cancelled there.
pub(crate) async fn bring(context: &Arc<Context>) -> Result<PathBuf, ApiError> {
    let cancel = CancellationToken::new();
    let begun = Begun {
        title: "Getting uv".to_owned(),
        ..Begun::default()
    };
    let id = context.operations.begin_with(begun, Some(cancel.clone()));
    let outcome = tokio::select! {
        outcome = get(context, id) => outcome,
        () = cancel.cancelled() => Err(ApiError::new(ErrorCode::Cancelled, "Cancelled.")),
    };
    let state = state_of(outcome.as_ref().err());
    let done = outcome
        .as_ref()
        .ok()
        .map(|(_, version)| format!("Got uv {version}"));
    context.operations.end(id, state, done);
    outcome.map(|(path, _)| path)
}

/// The uv at a path that a person named: the program, or a folder that has it. It has to answer.
pub(crate) async fn at(context: &Context, typed: &str) -> Result<PathBuf, ApiError> {
    let path = workspace::expand_home(typed, &context.home);
    let name = program_name();
    let places = [path.clone(), path.join(name), path.join("bin").join(name)];
    let found = places
        .into_iter()
        .find(|place| place.is_absolute() && place.is_file());
    let Some(found) = found else {
        return Err(ApiError::new(
            ErrorCode::NotFound,
            format!("There is no uv at {}.", path.display()),
        )
        .hint("Name the program itself, or the folder that it is in."));
    };
    version_of(context, &found).await?;
    Ok(found)
}

async fn get(context: &Arc<Context>, id: u32) -> Result<(PathBuf, String), ApiError> {
    let page = wheel::page(&context.environment).map_err(|error| {
        ApiError::new(ErrorCode::Invalid, format!("{error}.")).hint(
            "Correct UV_DEFAULT_INDEX, UV_INDEX_URL or PIP_INDEX_URL, and start Dagdeck again.",
        )
    })?;
    let client = reqwest::Client::builder()
        .user_agent(concat!("dagdeck/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT)
        .read_timeout(SILENCE)
        .build()
        .map_err(|error| unreachable_index(&page, &error))?;
    show(
        context,
        id,
        format!("asking {}", wheel::shown(page.as_str())),
    );
    let answer = text_of(&client, &page).await?;
    let wheel = wheel::newest(&page, &answer, &Platform::here())
        .map_err(|error| no_wheel(&page, &error))?;
    let tools = context.state_folder.join("tools");
    fs_err::create_dir_all(&tools).map_err(|error| not_kept(&tools, &error))?;
    let file = download(context, id, &client, &wheel, &tools).await?;
    show(context, id, "unpacking".to_owned());
    let folder = tools.join(format!("uv-{}", wheel.version));
    let unpacked = tokio::task::spawn_blocking(move || unpack(&file, &folder)).await;
    let program = unpacked.map_err(|error| {
        ApiError::new(ErrorCode::Internal, "Dagdeck can't unpack uv.").because(&error)
    })??;
    let version = version_of(context, &program).await?;
    Ok((program, version))
}

async fn text_of(client: &reqwest::Client, page: &reqwest::Url) -> Result<String, ApiError> {
    let request = client
        .get(page.clone())
        .header(ACCEPT, wheel::ACCEPT)
        .send();
    let answer = request.await.and_then(reqwest::Response::error_for_status);
    let text = match answer {
        Ok(answer) => answer.text().await,
        Err(error) => Err(error),
    };
    text.map_err(|error| unreachable_index(page, &error))
}

async fn download(
    context: &Context,
    id: u32,
    client: &reqwest::Client,
    wheel: &Wheel,
    tools: &Path,
) -> Result<NamedTempFile, ApiError> {
    let failed = |error: reqwest::Error| unreachable_index(&wheel.url, &error);
    let request = client.get(wheel.url.clone()).send().await;
    let mut answer = request
        .and_then(reqwest::Response::error_for_status)
        .map_err(failed)?;
    let total = answer.content_length();
    // Gone with the value, whatever happens: only what hashes right is unpacked.
    let mut file = NamedTempFile::new_in(tools).map_err(|error| not_kept(tools, &error))?;
    let mut hash = Sha256::new();
    let (mut done, mut shown) = (0_u64, Instant::now());
    while let Some(chunk) = answer.chunk().await.map_err(failed)? {
        done += chunk.len() as u64;
        if done > MOST {
            return Err(not_promised(wheel));
        }
        hash.update(&chunk);
        std::io::Write::write_all(&mut file, &chunk).map_err(|error| not_kept(tools, &error))?;
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
        Err(not_promised(wheel))
    }
}

/// Takes the program out of a wheel; it is there whole or not at all.
fn unpack(file: &NamedTempFile, folder: &Path) -> Result<PathBuf, ApiError> {
    let broken = |error: &dyn std::error::Error| {
        ApiError::new(ErrorCode::ToolFailed, "The uv that came can't be unpacked.").because(error)
    };
    let kept = |error: &std::io::Error| not_kept(folder, error);
    let reader = file.reopen().map_err(|error| kept(&error))?;
    let mut archive = zip::ZipArchive::new(reader).map_err(|error| broken(&error))?;
    let name = program_name();
    let wanted = format!(".data/scripts/{name}");
    let entry = archive
        .file_names()
        .find(|entry| entry.ends_with(&wanted))
        .map(str::to_owned);
    let Some(entry) = entry else {
        return Err(ApiError::new(
            ErrorCode::ToolFailed,
            "The package that came holds no uv program.",
        ));
    };
    fs_err::create_dir_all(folder).map_err(|error| kept(&error))?;
    let mut from = archive.by_name(&entry).map_err(|error| broken(&error))?;
    let program = folder.join(name);
    let options = atomicfile::Options {
        program: true,
        ..atomicfile::Options::default()
    };
    atomicfile::replace_with(&program, options, |to| {
        std::io::copy(&mut from, to).map(|_| ())
    })
    .map_err(|error| kept(&error))?;
    Ok(program)
}

fn program_name() -> &'static str {
    if cfg!(windows) { "uv.exe" } else { "uv" }
}

/// What a uv says of itself.
async fn version_of(context: &Context, program: &Path) -> Result<String, ApiError> {
    let command = CommandLine::new(program, &context.state_folder).arg("--version");
    let ran = context
        .table
        .run(&command, None, ANSWER, &CancellationToken::new())
        .await;
    let silent = || {
        let words = format!("{} does not answer as uv does.", program.display());
        ApiError::new(ErrorCode::ToolFailed, words).hint("Name another uv.")
    };
    let finished = ran.map_err(|error| silent().because(&error))?;
    let said = finished.stdout_text();
    let version = said
        .strip_prefix("uv ")
        .and_then(|rest| rest.split_whitespace().next());
    match version {
        Some(version) if finished.exit.success() => Ok(version.to_owned()),
        _ => Err(silent()),
    }
}

fn show(context: &Context, id: u32, words: String) {
    let progress = OperationProgress {
        words,
        done: None,
        total: None,
    };
    context.operations.goes_on(id, Some(progress), Vec::new());
}

fn megabytes(done: u64, total: Option<u64>) -> String {
    let done = done / 1_000_000;
    match total {
        Some(total) => format!("downloading, {done} of {} MB", total.div_ceil(1_000_000)),
        None => format!("downloading, {done} MB"),
    }
}

fn unreachable_index(page: &reqwest::Url, error: &reqwest::Error) -> ApiError {
    let place = wheel::shown(page.as_str());
    let words = match error.status() {
        Some(status) => format!("{place} answered {status}."),
        None if error.is_timeout() => format!("{place} does not answer."),
        None => format!("{place} can't be reached."),
    };
    let mut failed = ApiError::new(ErrorCode::ToolFailed, words);
    // Its own words repeat the address, with the password that may be in it.
    if let Some(cause) = std::error::Error::source(error) {
        failed = failed.because(cause);
    }
    failed.hint(
        "Check the network. Behind a proxy set HTTPS_PROXY, for a certificate of your own SSL_CERT_FILE, for another \
         index UV_DEFAULT_INDEX; then start Dagdeck again. Or install uv yourself and pick it.",
    )
}

fn no_wheel(page: &reqwest::Url, error: &WheelError) -> ApiError {
    let words = format!("{}: {error}.", wheel::shown(page.as_str()));
    ApiError::new(ErrorCode::ToolFailed, words)
        .hint("Name another index in UV_DEFAULT_INDEX, or install uv yourself and pick it.")
}

fn not_promised(wheel: &Wheel) -> ApiError {
    let words = format!(
        "The file that {} sent is not the one that the index promised, so it was thrown away. Nothing was installed.",
        wheel::shown(wheel.url.as_str())
    );
    ApiError::new(ErrorCode::ToolFailed, words)
        .hint("Try again. If it stays so, something between here and the index changes files.")
}

fn not_kept(folder: &Path, error: &std::io::Error) -> ApiError {
    let words = format!("Dagdeck can't write uv to {}.", folder.display());
    ApiError::new(ErrorCode::Io, words)
        .because(error)
        .hint("Check the space on the disk and the folder's permissions.")
}
