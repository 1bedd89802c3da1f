//! WebKit's own WebDriver server, which starts the app and reaches its page.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use testkit::within;

const PROGRAM: &str = "WebKitWebDriver";
/// How many ports are tried.
const PORTS: usize = 3;

/// A running server; it and all it started end with the value.
pub(crate) struct Driver {
    server: Child,
    port: u16,
}

impl Driver {
    /// Starts one; the app it starts inherits `environment`.
    pub(crate) async fn start(environment: &[(&str, &Path)]) -> Driver {
        assert!(
            std::env::var_os("DISPLAY").is_some_and(|name| !name.is_empty()),
            "there is no display: run `cargo xtask test --only window`"
        );
        // Another program may have taken the port that was free a moment ago.
        for _ in 0..PORTS {
            if let Some(driver) = Driver::at(process::ports::any_free().unwrap(), environment).await
            {
                return driver;
            }
        }
        panic!("WebKitWebDriver ended at each of {PORTS} ports")
    }

    /// Starts one at a port; none where it ends by itself.
    async fn at(port: u16, environment: &[(&str, &Path)]) -> Option<Driver> {
        let server = Command::new(PROGRAM)
            .arg(format!("--port={port}"))
            .arg("--host=127.0.0.1")
            // A developer's own say nothing here.
            .env_remove("DAGDECK_STATE")
            .env_remove("DAGSTER_HOME")
            .envs(environment.iter().copied())
            // Without it Tauri's page takes no orders from outside.
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env_remove("PYTHONDONTWRITEBYTECODE")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("WebKitWebDriver is missing: run `cargo xtask setup --tests`");
        let mut driver = Driver { server, port };
        let what = "WebKitWebDriver listens or ends";
        let listens = within(what, Duration::from_secs(20), async || {
            if driver.server.try_wait().unwrap().is_some() {
                return Some(false);
            }
            let reached = tokio::net::TcpStream::connect(("127.0.0.1", port)).await;
            // Who listens there may be the other program.
            let ours = reached.is_ok() && driver.server.try_wait().unwrap().is_none();
            ours.then_some(true)
        })
        .await;
        listens.then_some(driver)
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let group = i32::try_from(self.server.id()).unwrap();
        let _ = Command::new("kill")
            .args(["-KILL", "--", &format!("-{group}")])
            .stderr(Stdio::null())
            .status();
        let _ = self.server.wait();
    }
}
