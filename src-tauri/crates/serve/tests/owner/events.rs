//! What hosts hear: each other's changes, and a whole snapshot where one was too slow.

use api::{Nothing, Snapshot, Step};
use attach::{Attached, News, Subscription};
use tokio::time::timeout;

use crate::raw::{HELLO, Raw};
use crate::stage::{LONG, Stage, set_editor};

/// A host that keeps its snapshot current.
struct Current {
    news: Subscription,
    snapshot: Snapshot,
    /// How many whole snapshots came.
    whole: usize,
}

impl Current {
    async fn new(host: &Attached) -> Self {
        let (snapshot, news) = host.subscribe().await.unwrap();
        Self {
            news,
            snapshot,
            whole: 1,
        }
    }

    /// Hears until its snapshot has this editor.
    async fn until_editor(&mut self, editor: &str) {
        while self.snapshot.settings.editor != editor {
            match timeout(LONG, self.news.next()).await.unwrap().unwrap() {
                News::Snapshot(snapshot) => {
                    self.whole += 1;
                    self.snapshot = *snapshot;
                }
                News::Events(events) => {
                    for envelope in events {
                        assert_eq!(api::step(&self.snapshot, &envelope), Step::Next);
                        api::apply(&mut self.snapshot, envelope);
                    }
                }
                News::Hosts(_) => {}
            }
        }
    }

    /// Hears until nothing comes any more.
    async fn until_end(&mut self) {
        let ended = async { while self.news.next().await.is_some() {} };
        timeout(LONG, ended).await.unwrap();
    }
}

#[tokio::test]
async fn two_hosts_see_each_others_changes() {
    let stage = Stage::new().await;
    let (first, second) = (stage.host().await, stage.host().await);
    let mut of_first = Current::new(&first).await;
    let mut of_second = Current::new(&second).await;
    set_editor(&first, "one {file}").await;
    of_second.until_editor("one {file}").await;
    set_editor(&second, "two {file}").await;
    of_first.until_editor("two {file}").await;
    of_second.until_editor("two {file}").await;
    assert_eq!((of_first.whole, of_second.whole), (1, 1));
    stage.end().await;
    of_first.until_end().await;
}

#[tokio::test]
async fn a_later_subscription_takes_the_place_of_the_first() {
    let stage = Stage::new().await;
    let host = stage.host().await;
    let mut first = Current::new(&host).await;
    let mut second = Current::new(&host).await;
    first.until_end().await;
    set_editor(&host, "one {file}").await;
    second.until_editor("one {file}").await;
    stage.end().await;
}

/// More changes than the deck and the queues keep, each long enough that a socket holds few of them.
async fn flood(stage: &Stage) {
    let mut settings = stage.deck.snapshot_get(Nothing {}).await.unwrap().settings;
    for number in 0..6_000 {
        settings.editor = format!("{number} {}", "x".repeat(4_000));
        stage.deck.settings_set(settings.clone()).await.unwrap();
    }
    settings.editor = "last {file}".to_owned();
    stage.deck.settings_set(settings).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_does_not_read_gets_a_whole_snapshot_and_holds_up_nobody() {
    let stage = Stage::new().await;
    // Outside a workspace a change of settings costs no reading of it.
    stage.deck.workspace_close(Nothing {}).await.unwrap();
    let mut slow = Raw::introduced(&stage.socket, &HELLO).await;
    slow.say(r#"{"subscribe":{"id":1}}"#).await;
    assert!(slow.hear().await.unwrap().starts_with(r#"{"snapshot":"#));
    let quick = stage.host().await;
    flood(&stage).await;
    quick.snapshot_get(Nothing {}).await.unwrap();

    let mut last = 0;
    let mut whole = 0;
    let mut over = false;
    let is_last = |settings: &serde_json::Value| settings["editor"] == "last {file}";
    while !over {
        let frame: serde_json::Value = serde_json::from_str(&slow.hear().await.unwrap()).unwrap();
        if let Some(snapshot) = frame["snapshot"].get("snapshot") {
            whole += 1;
            last = snapshot["revision"].as_u64().unwrap();
            over = is_last(&snapshot["settings"]);
        } else if frame.get("hosts").is_none() {
            for envelope in frame["events"]["events"].as_array().unwrap() {
                let revision = envelope["revision"].as_u64().unwrap();
                assert!(last == 0 || revision == last + 1, "{revision} after {last}");
                last = revision;
                // It may have caught up before the last one came.
                over |= is_last(&envelope["event"]["settings"]);
            }
        }
    }
    assert!(whole > 0);
    drop((slow, quick));
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_that_is_not_read_begins_anew() {
    let stage = Stage::new().await;
    stage.deck.workspace_close(Nothing {}).await.unwrap();
    let host = stage.host().await;
    let mut current = Current::new(&host).await;
    flood(&stage).await;
    // It still gets answers, though nobody reads its events.
    host.snapshot_get(Nothing {}).await.unwrap();
    current.until_editor("last {file}").await;
    assert!(current.whole > 1);
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_ends_though_who_said_so_does_not_read() {
    let stage = Stage::new().await;
    stage.deck.workspace_close(Nothing {}).await.unwrap();
    let mut slow = Raw::introduced(&stage.socket, &HELLO).await;
    slow.say(r#"{"subscribe":{"id":1}}"#).await;
    assert!(slow.hear().await.unwrap().starts_with(r#"{"snapshot":"#));
    flood(&stage).await;
    slow.say(r#"{"down":{"id":2}}"#).await;
    timeout(LONG, stage.serving).await.unwrap().unwrap();
    drop(slow);
}
