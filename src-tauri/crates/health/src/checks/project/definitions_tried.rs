//! The definitions can be loaded: tried where their location doesn't run.
//!
//! With an instance of its own that is thrown away, on a port of its own, two projects at a time, and not at all where a
//! launch has told already. It takes seconds of a processor, so it waits for the person to ask, and its answer stands until
//! files or packages change.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dagster::code_server::{
    Address, LoadFailure, RepositoriesAnswer, new_server_id, wait_until_loaded,
};
use dagster::command::{Code, CodeServer, LogLevel, Shared, code_server, read_instance_ref};
use dagster::explain::{Explained, Origin, explain_load_error};
use futures::FutureExt;
use futures::future::BoxFuture;
use process::{StopPlan, ports};
use tokio::sync::Semaphore;
use workspace::{Project, project_files, site_packages};

use super::definitions_load::failed;
use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::{Facts, Load, WorkspaceFacts};
use crate::finding::{FilePlace, Finding, FindingKey, Subject};
use crate::fix::{Fix, FixAction};

pub(crate) static CHECK: Check = Check {
    id: "definitions-tried",
    scope: Scope::Project,
    passes: "The definitions can be loaded",
    why: "Tried with a code server of the project’s own Python, as a launch does, where the location doesn’t run.",
    reads: &[Reads::Files, Reads::Load],
    needs: Needs::TrustAndAsking,
    judge: Judge::Asking {
        limit: Duration::from_secs(900),
        ask,
        stamp: Some(stamp),
    },
};

/// How many are tried at once: each keeps a processor busy for a second or two.
static AT_ONCE: Semaphore = Semaphore::const_new(2);
/// How long one may take.
const LIMIT: Duration = Duration::from_secs(120);
/// How many files of a project are looked at for whether they changed.
const FILES: usize = 5000;

/// The newest change of the project's files and of its packages, and whether a running location tells already.
pub(super) fn stamp(facts: &Facts, subject: &Subject) -> String {
    let (Some(project), Some(workspace)) = (facts.project(subject), &facts.workspace) else {
        return String::new();
    };
    let changed = |path: &Path| {
        let changed = path.metadata().and_then(|file| file.modified()).ok();
        let since = changed
            .unwrap_or(SystemTime::UNIX_EPOCH)
            .duration_since(UNIX_EPOCH);
        since.unwrap_or_default().as_millis()
    };
    let (files, _) = project_files(&project.folder, FILES);
    let newest = files.iter().map(|file| changed(file)).max();
    let packages = site_packages(&project.environment.path).map(|folder| changed(&folder));
    let known = workspace.seen(project).load != Load::Unknown;
    let runs = project.environment.can_run();
    format!("{} {newest:?} {packages:?} {known} {runs}", files.len())
}

fn ask(facts: Arc<Facts>, subject: Subject) -> BoxFuture<'static, Vec<Finding>> {
    async move {
        let (Some(project), Some(workspace)) = (facts.project(&subject), &facts.workspace) else {
            return Vec::new();
        };
        if workspace.seen(project).load != Load::Unknown || project.blocked().is_some() {
            return Vec::new();
        }
        let Some(mut server) = server(workspace, project) else {
            return Vec::new();
        };
        let Ok(_turn) = AT_ONCE.acquire().await else {
            return Vec::new();
        };
        let instance = server.shared.instance.clone();
        let found = load(&facts, project, &mut server).await;
        // What is left behind is in Dagdeck's own folder, which is tidied with it.
        let _ = std::fs::remove_dir_all(&instance);
        found
    }
    .boxed()
}

/// The code server to try it with. Its instance is made for it and thrown away: opening the real one from two processes
/// at once can damage it.
fn server(workspace: &WorkspaceFacts, project: &Project) -> Option<CodeServer> {
    let interpreter = project.environment.interpreter.clone();
    let interpreter = interpreter.filter(|_| project.environment.can_run())?;
    let server_id = new_server_id();
    let dot_env = workspace.reading.dot_env.as_ref();
    let from_dg = project.root_module.is_some();
    Some(CodeServer {
        shared: Shared {
            root: workspace.reading.root.clone(),
            instance: workspace.folder.join("tried").join(&server_id),
            instance_ref: None,
            dot_env: dot_env
                .map(workspace::DotEnv::variables)
                .unwrap_or_default(),
            telemetry: false,
        },
        interpreter,
        address: Address::local(ports::any_free().ok()?),
        location: project.name.clone(),
        server_id,
        code: Code::of(&project.target)?,
        attribute: project.attribute.clone(),
        working_directory: project.working_directory.clone(),
        project: from_dg.then(|| project.folder.clone()),
        log_level: LogLevel::Error,
    })
}

/// A code server that ends with the check, even where that is given up.
struct ProbeServer(process::Child);

impl Drop for ProbeServer {
    fn drop(&mut self) {
        if self.0.exit().is_none() {
            self.0.kill_tree();
        }
    }
}

/// Has the instance said in Dagster's own words where the root's `.env` names one: Dagster reads that file by itself, and would
/// open that one.
async fn say_instance(facts: &Facts, server: &mut CodeServer) -> Result<(), String> {
    if !server.shared.dot_env.contains_key("DAGSTER_HOME") {
        return Ok(());
    }
    let command = read_instance_ref(&server.interpreter, &server.shared);
    let ran = facts.table.run(&command, None, LIMIT, &facts.ended).await;
    let finished = ran.map_err(|error| error.to_string())?;
    if !finished.exit.success() {
        return Err(finished.stderr_text());
    }
    let said = finished.stdout_text();
    server.shared.instance_ref = said.lines().last().map(str::to_owned);
    Ok(())
}

/// Starts the server, waits until it says whether its code is loaded, and stops it. A server that ends is a finding, one
/// that can't be asked is a warning: a launch will say more.
async fn load(facts: &Facts, project: &Project, server: &mut CodeServer) -> Vec<Finding> {
    if let Err(error) = std::fs::create_dir_all(&server.shared.instance) {
        return vec![untried(&error.to_string())];
    }
    if let Err(why) = say_instance(facts, server).await {
        return vec![untried(&why)];
    }
    let child = match facts.table.spawn(&code_server(server), None) {
        Ok(child) => ProbeServer(child),
        Err(error) => return vec![untried(&error.to_string())],
    };
    let loaded = tokio::select! {
        loaded = wait_until_loaded(&server.address, &server.server_id, |_| {}) => Some(loaded),
        exit = child.0.exited() => return vec![ended(&exit.words())],
        () = tokio::time::sleep(LIMIT) => None,
    };
    child
        .0
        .stop(StopPlan::terminate(Duration::from_secs(5)))
        .await;
    match loaded {
        None => vec![untried(&format!("no answer after {} s", LIMIT.as_secs()))],
        Some(Err(error)) => vec![untried(&error.to_string())],
        Some(Ok(loading)) => match loading.listed {
            RepositoriesAnswer::Loaded(_) => Vec::new(),
            RepositoriesAnswer::Failed(failure) => vec![explained(&failure, project)],
        },
    }
}

/// A load error with its place in the person's files, and a way to open it.
fn explained(failure: &LoadFailure, project: &Project) -> Finding {
    let explained = explain_load_error(failure, &Origin::of(project));
    let search = explained.search(project.environment.installed.dagster.as_deref());
    let Explained {
        title,
        explanation,
        place,
        ..
    } = explained;
    let finding = failed(title, explanation, search);
    let Some(frame) = place.filter(|frame| frame.path.is_absolute()) else {
        return finding;
    };
    let place = FilePlace::line(&frame.path, frame.line);
    let name = frame.path.file_name().unwrap_or_default();
    let open = format!("Open {} at line {}", name.to_string_lossy(), frame.line);
    Finding {
        excerpt: frame.code,
        ..finding
            .at(place.clone())
            .fix(Fix::new(open, FixAction::Open(place)))
    }
}

fn ended(words: &str) -> Finding {
    Finding::blocker(
        FindingKey::ONLY,
        "The code server ends while it loads the code",
        "Look for sys.exit or os._exit in code that runs on import.",
    )
    .seen(words)
}

fn untried(words: &str) -> Finding {
    Finding::warning(
        FindingKey::ONLY,
        "It could not be tried whether the definitions load",
        "A launch may meet the same; its log then tells more.",
    )
    .seen(words)
}
