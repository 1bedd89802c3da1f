//! A deck that is served, over a made-up workspace in which nothing is launched.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use api::protocol::frozen::HostKind;
use api::{FolderRequest, Nothing};
use attach::{Attached, Introduction, Owner};
use dagdeck::{Deck, DeckOptions};
use process::GuardProgram;
use serve::{Listener, Ownership, Server};
use testkit::TestDir;
use tokio::task::JoinHandle;

/// How long anything may take on a busy machine.
pub(crate) const LONG: Duration = Duration::from_secs(60);

/// A host that holds nothing.
pub(crate) const LOOKING: Introduction = Introduction {
    kind: HostKind::Terminal,
    holds: false,
};

/// A window, which holds what runs.
pub(crate) const WINDOW: Introduction = Introduction {
    kind: HostKind::Window,
    holds: true,
};

pub(crate) struct Stage {
    pub(crate) dir: TestDir,
    pub(crate) deck: Deck,
    pub(crate) server: Server,
    pub(crate) socket: PathBuf,
    pub(crate) serving: JoinHandle<()>,
}

impl Stage {
    pub(crate) async fn new() -> Self {
        let dir = TestDir::new();
        // Asks nothing and ends nothing, as long as its pipe is open.
        let guard = GuardProgram {
            program: "/bin/sh".into(),
            arguments: vec!["-c".into(), "exec cat > /dev/null".into()],
        };
        let mut options = DeckOptions::from_environment(guard);
        options.state_folder = dir.make("state");
        options.home = dir.make("home");
        dir.write(
            "work/dg.toml",
            "directory_type = \"workspace\"\n\n[[workspace.projects]]\npath = \"one\"\n",
        );
        let deck = Deck::start(options).await.unwrap();
        let path = dir.join("work").display().to_string();
        deck.workspace_open(FolderRequest { path }).await.unwrap();
        let lock = dir.join("state/owner.lock");
        let ownership = Ownership::take(&lock, &[], LONG).await.unwrap();
        let folders = [dir.join("sockets")];
        let listener = Listener::open(ownership, HostKind::Owner, &folders).unwrap();
        let socket = listener.socket().to_owned();
        let server = Server::new(deck.clone(), BTreeMap::new());
        let serving = tokio::spawn({
            let server = server.clone();
            async move { server.run(listener).await }
        });
        Self {
            dir,
            deck,
            server,
            socket,
            serving,
        }
    }

    pub(crate) async fn owner(&self, host: Introduction) -> Owner {
        Owner::connect(&self.socket, host).await.unwrap()
    }

    pub(crate) async fn host(&self) -> Attached {
        self.owner(LOOKING).await.attach().unwrap()
    }

    /// Ends serving and everything that the deck began.
    pub(crate) async fn end(self) {
        self.server.end();
        self.serving.await.unwrap();
        self.deck.shut_down().await;
    }
}

/// Changes one setting, which is an event.
pub(crate) async fn set_editor(host: &Attached, editor: &str) {
    let mut settings = host.snapshot_get(Nothing {}).await.unwrap().settings;
    editor.clone_into(&mut settings.editor);
    host.settings_set(settings).await.unwrap();
}
