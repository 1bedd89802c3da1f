//! A host that says what it likes, byte by byte.

use api::protocol::PROTOCOL;
use std::path::Path;
use std::sync::LazyLock;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

use crate::stage::LONG;

pub(crate) static HELLO: LazyLock<String> = LazyLock::new(|| hello("terminal", false));

/// What a host of this protocol says first.
pub(crate) fn hello(kind: &str, holds: bool) -> String {
    format!(
        r#"{{"hello":{{"protocol":{PROTOCOL},"version":"0.1.0","pid":1,"kind":"{kind}","holds":{holds}}}}}"#
    )
}

pub(crate) struct Raw(pub(crate) UnixStream);

impl Raw {
    pub(crate) async fn connect(socket: &Path) -> Self {
        Self(UnixStream::connect(socket).await.unwrap())
    }

    /// One that has said a first frame, and heard the owner's.
    pub(crate) async fn introduced(socket: &Path, hello: &str) -> Self {
        let mut raw = Self::connect(socket).await;
        raw.say(hello).await;
        let answer = raw.hear().await.unwrap();
        let begins = format!(r#"{{"hello":{{"protocol":{PROTOCOL},"#);
        assert!(answer.starts_with(&begins), "{answer}");
        raw
    }

    pub(crate) async fn say(&mut self, json: &str) {
        let length = u32::try_from(json.len()).unwrap();
        self.bytes(&length.to_le_bytes()).await;
        self.bytes(json.as_bytes()).await;
    }

    pub(crate) async fn bytes(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.unwrap();
    }

    /// The next frame; none at the end.
    pub(crate) async fn hear(&mut self) -> Option<String> {
        let hear = async {
            let length = self.0.read_u32_le().await.ok()?;
            let mut json = vec![0; length as usize];
            self.0.read_exact(&mut json).await.ok()?;
            Some(String::from_utf8(json).unwrap())
        };
        tokio::time::timeout(LONG, hear).await.unwrap()
    }
}
