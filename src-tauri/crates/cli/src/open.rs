//! `dagdeck open`: the window, on a workspace.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::arguments;
use crate::error::CliError;

/// The desktop program's name beside ours.
const DESKTOP: &str = "dagdeck-desktop";

pub(crate) fn run(what: &arguments::Open) -> Result<(), CliError> {
    let folder = std::path::absolute(&what.path).map_err(|error| {
        CliError::Failed(format!("{} can't be used: {error}", what.path.display()))
    })?;
    if !folder.is_dir() {
        return Err(CliError::NoWorkspace(format!(
            "{} is not a folder.",
            folder.display()
        )));
    }
    let own = std::env::current_exe()
        .map_err(|error| CliError::Failed(format!("can't find its own program file: {error}")))?;
    let Some(desktop) =
        beside(&own).or_else(|| process::tools::find(DESKTOP).map(|found| found.path))
    else {
        return Err(CliError::Failed(format!(
            "The desktop app is not installed beside {}. From a clone of Dagdeck, `cargo xtask run` opens it; \
             `dagdeck up` launches the workspace in this terminal.",
            own.display()
        )));
    };
    start(&desktop, &folder).map_err(|error| {
        CliError::Failed(format!(
            "{} could not be started: {error}",
            desktop.display()
        ))
    })
}

/// The desktop program in our own folder.
fn beside(own: &Path) -> Option<PathBuf> {
    let desktop = own.with_file_name(format!("{DESKTOP}{}", std::env::consts::EXE_SUFFIX));
    desktop.is_file().then_some(desktop)
}

/// Starts the window and leaves it: it must stay when this command, or its terminal, ends. If it is open already, it
/// shows itself with the folder.
fn start(desktop: &Path, folder: &Path) -> std::io::Result<()> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the window outlives this command, so no table of ours may hold it"
    )]
    let mut command = Command::new(desktop);
    command
        .arg("--")
        .arg(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        command.process_group(0);
    }
    command.spawn().map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_is_looked_for_beside_the_command() {
        let folder = tempfile::tempdir().unwrap();
        let own = folder.path().join("dagdeck");
        assert_eq!(beside(&own), None);
        let desktop = folder
            .path()
            .join(format!("{DESKTOP}{}", std::env::consts::EXE_SUFFIX));
        std::fs::write(&desktop, "").unwrap();
        assert_eq!(beside(&own), Some(desktop));
    }
}
