//! What the tests stand on: the workspace, folders with code, and processes that end with the test.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use dagster::code_server::{Address, Loading, new_server_id, wait_until_loaded};
use dagster::command::{self, Code, CodeServer, LogLevel, Shared};
use dagster::sockets::SocketFolder;
use process::CommandLine;
use tempfile::TempDir;

/// How long anything may take before the test fails; machines that build and test are slow.
const PATIENCE: Duration = Duration::from_secs(120);

/// The made workspace.
pub(crate) fn workspace() -> PathBuf {
    let root = std::env::var_os("DAGDECK_TEST_WORKSPACE").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../target/test-workspace"),
        PathBuf::from,
    );
    assert!(
        root.join("dg.toml").is_file(),
        "there is no test workspace at {}: `cargo xtask test` makes it, DAGDECK_TEST_WORKSPACE names another",
        root.display()
    );
    root
}

/// The projects of the workspace: name and interpreter.
pub(crate) fn projects() -> Vec<(String, PathBuf)> {
    let folder = workspace().join("projects");
    let mut found: Vec<(String, PathBuf)> = fs_err::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| {
            (
                entry.file_name().into_string().unwrap(),
                python(&entry.path()),
            )
        })
        .collect();
    found.sort();
    assert!(found.len() > 1, "the test workspace has two projects");
    found
}

/// The interpreter that webserver and daemon run on.
pub(crate) fn deployment() -> PathBuf {
    python(&workspace().join("deployments/local"))
}

fn python(folder: &Path) -> PathBuf {
    let python = dagster::environment::interpreter_of(&folder.join(".venv"));
    assert!(python.exists(), "{} is missing", python.display());
    python
}

/// A workspace of the test's own: code, instance and sockets, gone when dropped.
pub(crate) struct Bench {
    pub(crate) folder: TempDir,
    pub(crate) shared: Shared,
    pub(crate) sockets: SocketFolder,
}

impl Bench {
    /// A root with one project `shop` whose module `shop` holds `code`.
    pub(crate) fn new(code: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("root");
        let instance = folder.path().join("home");
        fs_err::create_dir_all(root.join("projects/shop")).unwrap();
        dagster::instance::make_own(&instance).unwrap();
        let bench = Self {
            shared: Shared {
                root,
                instance,
                instance_ref: None,
                dot_env: BTreeMap::new(),
                telemetry: false,
            },
            sockets: SocketFolder::make_in(folder.path(), "s").unwrap(),
            folder,
        };
        bench.write("projects/shop/shop.py", code);
        bench
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        fs_err::write(self.shared.root.join(path), text).unwrap();
    }

    pub(crate) fn project(&self) -> PathBuf {
        self.shared.root.join("projects/shop")
    }

    pub(crate) fn server(&self, interpreter: &Path, generation: u32) -> CodeServer {
        CodeServer {
            shared: self.shared.clone(),
            interpreter: interpreter.to_owned(),
            address: Address::Socket(self.sockets.location(0).unwrap().generation(generation)),
            location: "shop".into(),
            server_id: new_server_id(),
            code: Code::Module("shop".into()),
            attribute: None,
            working_directory: self.project(),
            project: Some(self.project()),
            log_level: LogLevel::Info,
        }
    }

    /// Makes the instance with one process, as a launch does.
    pub(crate) async fn prepare(&self) {
        let line = command::prepare_instance(&deployment(), &self.shared);
        let output = Running::start(&line).finish().await;
        assert!(output.contains(command::PREPARED), "{output}");
        assert!(!dagster::instance::is_fresh(&self.shared.instance));
    }
}

/// A process that is killed when dropped.
pub(crate) struct Running {
    child: tokio::process::Child,
    what: String,
    log: TempDir,
}

impl Running {
    #[allow(
        clippy::disallowed_methods,
        reason = "the tests' own starter: the process crate is not under test here"
    )]
    pub(crate) fn start(line: &CommandLine) -> Self {
        let log = tempfile::tempdir().unwrap();
        let file = fs_err::File::create(log.path().join("log"))
            .unwrap()
            .into_file();
        let mut command = tokio::process::Command::new(&line.program);
        command
            .args(&line.arguments)
            .current_dir(&line.folder)
            .env_clear()
            .envs(line.full_environment())
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::from(file.try_clone().unwrap()))
            .stderr(Stdio::from(file))
            .process_group(0)
            .kill_on_drop(true);
        let child = command
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", line.shell_line()));
        Self {
            child,
            what: line.shell_line(),
            log,
        }
    }

    pub(crate) fn output(&self) -> String {
        fs_err::read_to_string(self.log.path().join("log")).unwrap()
    }

    /// Waits for the end; answers what was printed.
    pub(crate) async fn finish(mut self) -> String {
        let exit = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        let exit = exit
            .unwrap_or_else(|_| panic!("did not end: {}\n{}", self.what, self.output()))
            .unwrap();
        assert!(exit.success(), "{exit}: {}\n{}", self.what, self.output());
        self.output()
    }

    /// Waits for something while the process runs; its early end fails the test with what it printed.
    pub(crate) async fn during<T>(&mut self, what: impl Future<Output = T>) -> T {
        tokio::select! {
            done = what => done,
            exit = self.child.wait() => panic!("ended early with {exit:?}: {}\n{}", self.what, self.output()),
            () = tokio::time::sleep(PATIENCE) => panic!("took too long: {}\n{}", self.what, self.output()),
        }
    }
}

/// Starts a code server and waits until it tells whether it loaded.
pub(crate) async fn start(server: &CodeServer) -> (Running, Loading) {
    let mut running = Running::start(&command::code_server(server));
    let wait = wait_until_loaded(&server.address, &server.server_id, |_| {});
    let loading = running.during(wait).await.unwrap();
    (running, loading)
}

/// A port that nobody listens on at this moment.
pub(crate) fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Asks again and again, with a short pause, until there is an answer.
pub(crate) async fn until<T, F: Future<Output = Option<T>>>(
    what: &str,
    mut ask: impl FnMut() -> F,
) -> T {
    let begin = tokio::time::Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(begin.elapsed() < PATIENCE, "waited too long: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
