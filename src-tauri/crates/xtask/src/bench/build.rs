//! A build of Dagdeck that is measured: this one, or another beside it.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

use super::measure::tree;
use crate::program::Program;
use crate::{places, run, setup};

/// A folder with Dagdeck's programs.
#[derive(Debug, Clone)]
pub(super) struct Build {
    folder: PathBuf,
}

impl Build {
    /// The present one, with optimisations.
    pub(super) fn present() -> Build {
        let folder = places::target().join("release");
        Build { folder }
    }

    /// Another one; both programs must be there.
    pub(super) fn at(folder: &Path) -> Result<Build> {
        let folder = fs_err::canonicalize(folder)?;
        for name in ["dagdeck", "dagdeck-desktop"] {
            let program = folder.join(name);
            ensure!(program.is_file(), "there is no {}", program.display());
        }
        Ok(Build { folder })
    }

    /// The `dagdeck` command with a state folder.
    pub(super) fn dagdeck(&self, state: &Path) -> Program {
        Program::new(self.folder.join("dagdeck")).env("DAGDECK_STATE", state)
    }

    /// The window on a workspace, with a state folder.
    pub(super) fn window(&self, state: &Path, root: &Path) -> Program {
        Program::new(self.folder.join("dagdeck-desktop"))
            .arg(root)
            .env("DAGDECK_STATE", state)
    }

    /// Which of the processes below one are Dagdeck's own: hosts, owners and guards, but nothing that they run.
    pub(super) fn own(&self, root: u32) -> Vec<u32> {
        let runs_ours = |pid: &u32| {
            std::fs::read_link(format!("/proc/{pid}/exe"))
                .is_ok_and(|program| program.starts_with(&self.folder))
        };
        tree(root).into_iter().filter(runs_ours).collect()
    }
}

/// Builds the command as it is shipped.
pub(super) fn command() -> Result<()> {
    setup::heading("The command, with optimisations");
    release(&["dagdeck-cli"])
}

/// Builds the command and the window as they are shipped: together, so that what they share is built once.
pub(super) fn both() -> Result<()> {
    setup::heading("The command and the window, with optimisations");
    run::build_ui()?;
    release(&["dagdeck-cli", "dagdeck-desktop"])
}

fn release(packages: &[&str]) -> Result<()> {
    let packages = packages.iter().flat_map(|name| ["--package", name]);
    Program::new("cargo")
        .args(["build", "--release", "--locked", "--quiet"])
        .args(packages)
        .run()
}
