//! What is run to make a workspace or a project. Runs nothing.

use std::path::{Path, PathBuf};

use process::CommandLine;

/// What every step shares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tools {
    /// The uv to run, absolute; the bare name where there is none, for a plan that is only shown.
    pub uv: PathBuf,
    /// The interpreter, absolute so that uv never asks a shim; or a version that uv downloads first.
    pub python: String,
    /// The Dagster version.
    pub dagster: String,
    /// Whether the person lets Dagster send usage statistics.
    pub telemetry: bool,
}

impl Tools {
    /// Makes a workspace in `parent`.
    #[must_use]
    pub fn workspace(&self, parent: &Path, name: &str) -> CommandLine {
        self.create_dagster(parent)
            .args(["workspace", name, "--no-uv-sync"])
    }

    /// Makes a project; `path` is relative to `folder`, which must be the workspace's root if there is one.
    #[must_use]
    pub fn project(&self, folder: &Path, path: &str) -> CommandLine {
        self.create_dagster(folder)
            .args(["project", path, "--no-uv-sync"])
    }

    /// Makes and fills the environment of a folder.
    #[must_use]
    pub fn sync(&self, folder: &Path) -> CommandLine {
        CommandLine::new(&self.uv, folder)
            .args(["sync", "--compile-bytecode", "--python"])
            .arg(&self.python)
    }

    /// The scaffolder at the version that is wanted; its own `--uv-sync` is never used, for its failure leaves a traceback
    /// and can't be tried again.
    fn create_dagster(&self, folder: &Path) -> CommandLine {
        let line = CommandLine::new(&self.uv, folder)
            .args(["tool", "run", "--python", &self.python, "--from"])
            .arg(format!("create-dagster=={}", self.dagster))
            .arg("create-dagster")
            // Otherwise it asks the index itself whether it is the newest, past uv's proxy and mirror.
            .env("DAGSTER_DG_UPDATE_CHECK_ENABLED", "0");
        if self.telemetry {
            line
        } else {
            line.env("DAGSTER_DISABLE_TELEMETRY", "1")
        }
    }
}

/// Makes a folder a git repository.
#[must_use]
pub fn git_init(git: &Path, folder: &Path) -> CommandLine {
    CommandLine::new(git, folder).arg("init")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scaffolder_is_pinned_and_never_syncs() {
        let tools = Tools {
            uv: "/bin/uv".into(),
            python: "/bin/python3.12".into(),
            dagster: "1.13.27".into(),
            telemetry: false,
        };
        let line = tools.project(Path::new("/w/acme"), "projects/inventory");
        assert_eq!(
            line.shell_line(),
            "cd /w/acme && env DAGSTER_DG_UPDATE_CHECK_ENABLED=0 DAGSTER_DISABLE_TELEMETRY=1 /bin/uv tool run \
             --python /bin/python3.12 --from create-dagster==1.13.27 create-dagster project projects/inventory --no-uv-sync"
        );
        assert_eq!(
            tools
                .sync(Path::new("/w/acme/deployments/local"))
                .arguments
                .join(" "),
            "sync --compile-bytecode --python /bin/python3.12"
        );
    }
}
