//! This test program as another process, which does what its lines of input say.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use api::protocol::frozen::HostKind;
use serve::{Listener, Ownership, TakeError};

/// Says that a process is one of ours, by its presence.
const PART: &str = "DAGDECK_TEST_PART";
/// What an answer begins with, amid what the test harness prints.
const SAYS: &str = "part says ";

/// Another process that waits for lines.
pub(crate) struct Part {
    child: Child,
    says: BufReader<ChildStdout>,
    hears: ChildStdin,
}

impl Part {
    pub(crate) fn new() -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "part::another_process_answers", "--nocapture"])
            .env(PART, "yes")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let says = BufReader::new(child.stdout.take().unwrap());
        let hears = child.stdin.take().unwrap();
        Self { child, says, hears }
    }

    pub(crate) fn say(&mut self, line: &str) {
        writeln!(self.hears, "{line}").unwrap();
    }

    /// The answer to the oldest line that was not answered yet.
    pub(crate) fn answer(&mut self) -> String {
        loop {
            let mut line = String::new();
            assert_ne!(self.says.read_line(&mut line).unwrap(), 0, "it is gone");
            if let Some((_, answer)) = line.split_once(SAYS) {
                return answer.trim_end().to_owned();
            }
        }
    }

    pub(crate) fn ask(&mut self, line: &str) -> String {
        self.say(line);
        self.answer()
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What another process holds.
#[derive(Default)]
struct Held {
    ownership: Option<Ownership>,
    listener: Option<Listener>,
}

impl Held {
    async fn answer(&mut self, line: &str) -> String {
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["take", lock, tasks] => self.take(Path::new(lock), tasks.parse().unwrap()).await,
            ["listen", folder] => {
                let ownership = self.ownership.take().unwrap();
                let listener =
                    Listener::open(ownership, HostKind::Owner, &[folder.into()]).unwrap();
                let socket = listener.socket().display().to_string();
                self.listener = Some(listener);
                socket
            }
            ["release"] => {
                *self = Self::default();
                "released".to_owned()
            }
            _ => line.to_owned(),
        }
    }

    /// Tries in many tasks at once; answers how many of them own it.
    async fn take(&mut self, lock: &Path, tasks: usize) -> String {
        let tries = (0..tasks).map(|_| {
            let lock = lock.to_owned();
            tokio::spawn(async move { Ownership::take(&lock, &[], Duration::ZERO).await })
        });
        let mut owned = 0;
        for tried in futures::future::join_all(tries).await {
            match tried.unwrap() {
                Ok(ownership) => {
                    owned += 1;
                    self.ownership = Some(ownership);
                }
                Err(TakeError::Owned { .. }) => {}
                Err(error) => panic!("{error}"),
            }
        }
        owned.to_string()
    }
}

/// The other process; as a test of its own, that one can be had.
#[test]
fn another_process_answers() {
    if std::env::var_os(PART).is_none() {
        let mut part = Part::new();
        assert_ne!(part.pid(), std::process::id());
        assert_eq!(part.ask("who is there?"), "who is there?");
        return;
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut held = Held::default();
    for line in std::io::stdin().lines() {
        let answer = runtime.block_on(held.answer(&line.unwrap()));
        println!("{SAYS}{answer}");
    }
}
