//! The environment variables that Dagster processes get.
//!
//! Under `dg dev` the person's code sees, later ones winning: the shell's environment, the root's `.env`, the project's
//! `.env`. The root's file is set here as well as read by Dagster itself, so that it also holds for what Python reads at
//! start (PYTHONPATH). The project's file is left to Dagster's own loader (`DAGSTER_PROJECT_ENV_FILE_PATHS` with
//! `--inject-env-vars-from-instance`): set here it would lose against the root's file, which the server reads on start.
//! Opening the instance for that costs nothing more, since a code server opens it anyway once DAGSTER_HOME is set.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::command::Shared;

/// Variables that would act as flags of the processes we start, or that belong to another environment.
pub const NEVER_INHERITED: &[&str] = &[
    "DAGSTER_GRPC_HOST",
    "DAGSTER_GRPC_PORT",
    "DAGSTER_GRPC_SOCKET",
    "DAGSTER_INSTANCE_REF",
    "DAGSTER_LOCATION_NAME",
    "DAGSTER_PROJECT_ENV_FILE_PATHS",
    "DAGSTER_WEBSERVER_PORT",
    "DAGSTER_WEBSERVER_HOST",
    "DAGSTER_WEBSERVER_WORKSPACE",
    "PYTHONHOME",
];

/// The Python of an environment's folder.
#[must_use]
pub fn interpreter_of(environment: &Path) -> PathBuf {
    if cfg!(windows) {
        environment.join("Scripts").join("python.exe")
    } else {
        environment.join("bin").join("python")
    }
}

/// The environment's folder of a Python; none for one that belongs to no environment.
#[must_use]
pub fn environment_of(interpreter: &Path) -> Option<&Path> {
    interpreter
        .parent()
        .and_then(Path::parent)
        .filter(|folder| folder.join("pyvenv.cfg").exists())
}

/// What one Dagster process is given on top of what it inherits.
#[must_use]
pub fn of_process(interpreter: &Path, shared: &Shared) -> BTreeMap<String, String> {
    let mut all = shared.dot_env.clone();
    let inherited = process::whole_environment();
    let bin = interpreter.parent().unwrap_or(Path::new(""));
    let path = all.get("PATH").map_or_else(
        || {
            inherited
                .get(OsStr::new("PATH"))
                .cloned()
                .unwrap_or_default()
        },
        OsString::from,
    );
    let folders = std::iter::once(bin.to_path_buf()).chain(std::env::split_paths(&path));
    if let Ok(joined) = std::env::join_paths(folders) {
        all.insert("PATH".into(), joined.to_string_lossy().into_owned());
    }
    if let Some(environment) = environment_of(interpreter) {
        all.insert(
            "VIRTUAL_ENV".into(),
            environment.to_string_lossy().into_owned(),
        );
    }
    all.insert(
        "DAGSTER_HOME".into(),
        shared.instance.to_string_lossy().into_owned(),
    );
    // What `dg dev` sets: libraries and people's own code tell local development by it.
    all.insert("DAGSTER_IS_DEV_CLI".into(), "1".into());
    all.insert("DAGSTER_verbose".into(), String::new());
    // Print at once, not when a buffer is full: the log is live.
    all.entry("PYTHONUNBUFFERED".into())
        .or_insert_with(|| "1".into());
    if !shared.telemetry {
        // Nothing is sent while this is set; the instance Dagdeck makes has telemetry off as well.
        all.insert("DAGSTER_DISABLE_TELEMETRY".into(), "1".into());
    }
    all
}
