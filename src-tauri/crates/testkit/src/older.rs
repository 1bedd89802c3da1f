//! An owner of a Dagdeck before the first, as far as a later one can see: it holds a workspace's lock, has its card beside it, and
//! understands what will always be understood. Its words are written out here, so that a change of the present ones is noticed.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinHandle;

/// An owner of an older Dagdeck. It goes when it is told to, or with this value.
pub struct OlderOwner {
    task: JoinHandle<()>,
}

impl OlderOwner {
    /// What it calls its version.
    pub const VERSION: &str = "0.0.9";
    /// What it calls its process. No system of these tests has one of that number.
    pub const PID: u32 = 4_194_305;

    /// Has one own the workspace of this lock. It speaks this protocol, and says that it runs so many processes.
    ///
    /// # Panics
    /// When somebody has the lock already. Must be called on a tokio runtime.
    pub fn of(lock: &Path, protocol: u32, running: u64) -> OlderOwner {
        fs_err::create_dir_all(lock.parent().unwrap()).unwrap();
        let file = File::create(lock).unwrap();
        file.try_lock().unwrap();
        let socket = lock.with_extension("older.sock");
        let card = json!({
            "pid": Self::PID,
            "since": 0.0,
            "kind": "owner",
            "version": Self::VERSION,
            "socket": socket,
        });
        fs_err::write(lock.with_extension("owner.json"), card.to_string()).unwrap();
        let listener = UnixListener::bind(&socket).unwrap();
        let task = tokio::spawn(async move {
            let _lock = file;
            loop {
                let (host, _) = listener.accept().await.unwrap();
                if !listen(host, protocol, running).await {
                    return;
                }
            }
        });
        OlderOwner { task }
    }

    /// Waits until it was told to end, and has.
    ///
    /// # Panics
    /// When it was told something else than it understands, or nothing within the limit.
    pub async fn ended(mut self, limit: Duration) {
        let ended = tokio::time::timeout(limit, &mut self.task).await;
        ended
            .unwrap_or_else(|_| panic!("nobody ended the older owner within {limit:?}"))
            .unwrap();
    }
}

impl Drop for OlderOwner {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Answers a host until it goes; whether the owner goes on then.
async fn listen(mut host: UnixStream, protocol: u32, running: u64) -> bool {
    let hello =
        json!({"protocol": protocol, "version": OlderOwner::VERSION, "pid": OlderOwner::PID});
    say(&mut host, &json!({ "hello": hello })).await;
    while let Some(word) = hear(&mut host).await {
        if word.get("hello").is_some() {
            continue;
        }
        if let Some(id) = word.pointer("/status/id") {
            say(
                &mut host,
                &json!({"status": {"id": id, "running": running}}),
            )
            .await;
        } else if let Some(id) = word.pointer("/down/id") {
            say(&mut host, &json!({"done": {"id": id}})).await;
            return false;
        } else {
            panic!("an older owner does not understand {word}");
        }
    }
    true
}

/// One frame of the owner's socket; none once the other side is gone.
async fn hear(stream: &mut UnixStream) -> Option<Value> {
    let length = stream.read_u32_le().await.ok()?;
    let mut json = vec![0; length as usize];
    stream.read_exact(&mut json).await.ok()?;
    Some(serde_json::from_slice(&json).unwrap())
}

/// Says one frame. A host that is gone by now hears nothing.
async fn say(stream: &mut UnixStream, word: &Value) {
    let json = word.to_string();
    let length = u32::try_from(json.len()).unwrap();
    let frame = [&length.to_le_bytes()[..], json.as_bytes()].concat();
    let _gone = stream.write_all(&frame).await;
}
