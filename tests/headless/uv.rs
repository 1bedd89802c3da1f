//! uv itself: brought from the index where none is, and refused where it is not what the index promised.

use std::path::Path;
use std::process::Command;

use api::{ErrorCode, FolderRequest, Nothing, OperationState, ToolState};
use dagdeck::{Deck, DeckOptions};
use process::GuardProgram;
use testkit::{Manners, TestDir, index};

use crate::command::program;

/// Says that this run of the test is the one without uv.
const WITHOUT: &str = "DAGDECK_TEST_WITHOUT_UV";

async fn deck(folder: &TestDir, index: Option<&str>) -> Deck {
    let guard = GuardProgram {
        program: program(),
        arguments: vec!["guard".into()],
    };
    let mut options = DeckOptions::from_environment(guard);
    options.state_folder = folder.make("state");
    options.home = folder.make("home");
    if let Some(index) = index {
        let name = "UV_DEFAULT_INDEX".to_owned();
        options.environment.insert(name, index.to_owned());
    }
    Deck::start(options).await.unwrap()
}

fn version(program: &Path) -> String {
    let output = Command::new(program).arg("--version").output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn is_brought_where_there_is_none() {
    if std::env::var_os(WITHOUT).is_none() {
        // The search for tools reads this process's own environment, so the test runs again in one without uv.
        let home = TestDir::new();
        let output = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "uv::is_brought_where_there_is_none",
                "--nocapture",
            ])
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", home.path())
            .env("TERM", "dumb")
            .env_remove("UV_INSTALL_DIR")
            .env_remove("XDG_BIN_HOME")
            .env(WITHOUT, "1")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && said.contains("1 passed"),
            "{said}"
        );
        return;
    }
    let folder = TestDir::new();
    let deck = deck(&folder, None).await;
    deck.machine_check(Nothing {}).await.unwrap();
    let uv = async || {
        let snapshot = deck.snapshot_get(Nothing {}).await.unwrap();
        let mut tools = snapshot.machine.tools.into_iter();
        let uv = tools.rfind(|tool| tool.name == "uv").unwrap();
        (uv, snapshot.settings.uv)
    };
    assert_eq!(uv().await.0.state, ToolState::NotFound);
    deck.uv_bring(Nothing {}).await.unwrap();
    let (tool, kept) = uv().await;
    assert_eq!(tool.state, ToolState::Ready);
    let path = Path::new(&kept);
    assert_eq!(tool.path.as_deref(), Some(kept.as_str()));
    assert!(path.starts_with(folder.join("state/tools")), "{kept}");
    assert!(version(path).starts_with("uv "), "{}", version(path));
    let left = fs_err::read_dir(folder.join("state/tools")).unwrap();
    assert_eq!(left.count(), 1, "only the unpacked program is left");
    let snapshot = deck.snapshot_get(Nothing {}).await.unwrap();
    let operation = snapshot
        .operations
        .iter()
        .find(|one| one.title.starts_with("Got uv "));
    assert!(operation.is_some_and(|one| one.state == OperationState::Succeeded));

    // The person takes it back, and then picks it by its folder.
    deck.uv_pick(FolderRequest {
        path: String::new(),
    })
    .await
    .unwrap();
    assert_eq!(uv().await.0.state, ToolState::NotFound);
    let path = path.parent().unwrap().display().to_string();
    deck.uv_pick(FolderRequest { path }).await.unwrap();
    assert_eq!(uv().await.1, kept);
    let wrong = deck
        .uv_pick(FolderRequest {
            path: "/bin/echo".to_owned(),
        })
        .await
        .unwrap_err();
    assert_eq!(wrong.code, ErrorCode::ToolFailed);
    assert_eq!(uv().await.1, kept, "what did not answer is not used");
    deck.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_not_the_promised_one_leaves_nothing() {
    let folder = TestDir::new();
    let changed = index(&Manners {
        changed: true,
        ..Manners::default()
    });
    let deck = deck(&folder, Some(&changed.address())).await;
    let refused = deck.uv_bring(Nothing {}).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::ToolFailed);
    assert!(
        refused
            .message
            .contains("not the one that the index promised"),
        "{refused}"
    );
    let left = fs_err::read_dir(folder.join("state/tools")).unwrap();
    assert_eq!(left.count(), 0, "nothing is left of it");
    let snapshot = deck.snapshot_get(Nothing {}).await.unwrap();
    assert_eq!(snapshot.settings.uv, "");
    deck.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_can_not_be_reached_is_said_without_its_password() {
    let folder = TestDir::new();
    let port = process::ports::any_free().unwrap();
    let deck = deck(
        &folder,
        Some(&format!("http://ada:secret@127.0.0.1:{port}/simple")),
    )
    .await;
    let refused = deck.uv_bring(Nothing {}).await.unwrap_err();
    let all = format!("{refused:?}");
    assert!(refused.message.contains("can't be reached"), "{all}");
    assert!(
        all.contains("UV_DEFAULT_INDEX") && !all.contains("secret"),
        "{all}"
    );
    deck.shut_down().await;
}
