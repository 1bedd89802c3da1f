//! The command under test.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use testkit::{TestWorkspace, within};

/// The `dagdeck` command with the workspace's own state folder.
pub(crate) fn dagdeck(workspace: &TestWorkspace) -> Command {
    dagdeck_with(&workspace.state())
}

/// The `dagdeck` command with this state folder.
pub(crate) fn dagdeck_with(state: &Path) -> Command {
    another_dagdeck(&program(), state)
}

/// Another program of the kind with this state folder.
pub(crate) fn another_dagdeck(program: &Path, state: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .env("DAGDECK_STATE", state)
        .env_remove("PYTHONDONTWRITEBYTECODE")
        .env_remove("DAGSTER_HOME")
        .stdin(Stdio::null());
    command
}

/// A running `dagdeck up`; killed with the value if it still runs.
pub(crate) struct Up {
    child: Child,
    port: u16,
}

impl Up {
    /// Starts it with trust given, on a free port.
    pub(crate) fn start(workspace: &TestWorkspace) -> Up {
        let mut command = dagdeck(workspace);
        command.arg("up").arg(workspace.path()).arg("--trust");
        Up::started(command)
    }

    /// Starts `up` as given, on a free port.
    pub(crate) fn started(command: Command) -> Up {
        Up::printing(command, Stdio::null())
    }

    /// Starts `up` as given, on a free port, with this to print to.
    pub(crate) fn printing(mut command: Command, stdout: Stdio) -> Up {
        let port = process::ports::any_free().unwrap();
        let child = command
            .args(["--port", &port.to_string()])
            .stdout(stdout)
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Up { child, port }
    }

    /// Where its webserver answers.
    pub(crate) fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Sends it a signal by name.
    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .args([format!("-{name}"), self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(status.success());
    }

    /// Waits until it ends and answers its exit code.
    pub(crate) async fn ended(&mut self, limit: Duration) -> Option<i32> {
        within("`dagdeck up` ends", limit, async || {
            self.child.try_wait().unwrap()
        })
        .await
        .code()
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a run of it printed on standard output.
pub(crate) fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub(crate) fn program() -> PathBuf {
    std::env::var_os("DAGDECK_PROGRAM").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../target/debug/dagdeck"),
        PathBuf::from,
    )
}
