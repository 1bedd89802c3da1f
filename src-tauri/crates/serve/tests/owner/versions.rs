//! Hosts and owners of other versions, and what is no host at all.

use std::collections::BTreeMap;

use api::Nothing;
use api::protocol::PROTOCOL;
use attach::{AttachError, Owner};
use tokio::io::AsyncReadExt;
use tokio::net::UnixListener;

use crate::raw::{HELLO, Raw};
use crate::stage::{LOOKING, Stage};

#[tokio::test]
async fn a_host_of_another_version_may_say_the_frozen_words_only() {
    let stage = Stage::new().await;
    let later =
        r#"{"hello":{"protocol":999,"version":"9.9.9","pid":1,"kind":"window","holds":true}}"#;
    let mut host = Raw::introduced(&stage.socket, later).await;
    for (id, word) in [
        (1, r#"{"call":{"id":1,"command":"stop_all","request":{}}}"#),
        (2, r#"{"subscribe":{"id":2}}"#),
        (3, r#"{"detach":{"id":3}}"#),
        (4, r#"{"conjure":{"id":4}}"#),
    ] {
        host.say(word).await;
        let answer = host.hear().await.unwrap();
        let failed = format!(r#"{{"failed":{{"id":{id},"message":"Dagdeck "#);
        assert!(
            answer.starts_with(&failed),
            "{word} was answered by {answer}"
        );
    }
    host.say(r#"{"status":{"id":5}}"#).await;
    let root = stage.dir.join("work").display().to_string();
    assert_eq!(
        host.hear().await.unwrap(),
        format!(
            r#"{{"status":{{"id":5,"workspace":"{root}","running":0,"windows":1,"terminals":0}}}}"#
        )
    );
    // It can't say `detach`, so it does not hold either.
    assert_eq!(stage.server.hosts().watch().borrow().holders, 0);
    host.say(r#"{"stop":{"id":6}}"#).await;
    assert_eq!(host.hear().await.unwrap(), r#"{"done":{"id":6}}"#);
    host.say(r#"{"down":{"id":7}}"#).await;
    assert_eq!(host.hear().await.unwrap(), r#"{"done":{"id":7}}"#);
    assert_eq!(host.hear().await, None);
    let Stage {
        serving, socket, ..
    } = stage;
    serving.await.unwrap();
    assert!(!socket.exists());
}

/// An owner of another version: says hello, and `done` to one word, which it answers.
async fn other_owner(listener: UnixListener, protocol: u32) -> String {
    let mut raw = Raw(listener.accept().await.unwrap().0);
    let hello = format!(
        r#"{{"hello":{{"protocol":{protocol},"version":"7.0.0","pid":5,"kind":"owner","holds":false}}}}"#
    );
    raw.say(&hello).await;
    raw.hear().await.unwrap();
    let word = raw.hear().await.unwrap();
    let id: String = word.chars().filter(char::is_ascii_digit).collect();
    raw.say(&format!(r#"{{"done":{{"id":{id},"thanks":true}}}}"#))
        .await;
    word
}

#[tokio::test]
async fn an_owner_of_another_version_can_only_be_asked_and_stopped() {
    for (protocol, which) in [(PROTOCOL - 1, "an older"), (PROTOCOL + 1, "a newer")] {
        let dir = testkit::TestDir::new();
        let socket = dir.join("s");
        let listener = UnixListener::bind(&socket).unwrap();
        let other = tokio::spawn(other_owner(listener, protocol));
        let owner = Owner::connect(&socket, LOOKING).await.unwrap();
        let refused = owner.attach().unwrap_err();
        assert!(matches!(refused, AttachError::OtherProtocol { .. }));
        let said = api::ApiError::from(refused);
        assert_eq!(
            said.message,
            format!("This workspace is run by {which} Dagdeck (7.0.0, process 5).")
        );
        assert!(said.hints[0].text.to_lowercase().contains("stop all"));
        owner.down().await.unwrap();
        assert_eq!(other.await.unwrap(), r#"{"down":{"id":1}}"#);
        owner.gone().await;
    }
}

#[tokio::test]
async fn garbage_and_what_is_too_long_end_their_own_connection_only() {
    let stage = Stage::new().await;
    let neighbour = stage.host().await;
    for bytes in [
        // Longer than any frame may be.
        u32::MAX.to_le_bytes().to_vec(),
        b"GET / HTTP/1.1\r\n\r\n".to_vec(),
        // A frame that is no JSON, and one that is no word.
        [&4_u32.to_le_bytes()[..], b"\xff\xfe{}"].concat(),
        [&2_u32.to_le_bytes()[..], b"[]"].concat(),
    ] {
        for hello in [true, false] {
            let mut host = Raw::connect(&stage.socket).await;
            if hello {
                host.say(&HELLO).await;
            }
            host.bytes(&bytes).await;
            let mut left = Vec::new();
            // An end or a reset: what it had not read when it hung up is thrown back.
            let _ = tokio::time::timeout(crate::stage::LONG, host.0.read_to_end(&mut left))
                .await
                .expect("it hangs up");
        }
    }
    neighbour.snapshot_get(Nothing {}).await.unwrap();
    // Half a frame, and then nothing: harms nobody either.
    let mut half = Raw::introduced(&stage.socket, &HELLO).await;
    half.bytes(&[9, 0, 0, 0, b'{']).await;
    drop(half);
    neighbour.snapshot_get(Nothing {}).await.unwrap();
    drop(neighbour);
    stage.end().await;
}

#[tokio::test]
async fn a_word_that_is_not_known_is_answered_and_the_rest_goes_on() {
    let stage = Stage::new().await;
    let mut host = Raw::introduced(&stage.socket, &HELLO).await;
    host.say(r#"{"conjure":{"id":4}}"#).await;
    assert!(
        host.hear()
            .await
            .unwrap()
            .starts_with(r#"{"failed":{"id":4,"#)
    );
    host.say(r#"{"call":{"id":5,"command":"conjure","request":{}}}"#)
        .await;
    let answer = host.hear().await.unwrap();
    assert!(answer.starts_with(r#"{"refused":{"id":5,"#), "{answer}");
    host.say(r#"{"call":{"id":6,"command":"workspace_open","request":{"path":"/"}}}"#)
        .await;
    let answer = host.hear().await.unwrap();
    assert!(answer.starts_with(r#"{"refused":{"id":6,"#), "{answer}");
    assert!(
        answer.contains("Another workspace has another owner."),
        "{answer}"
    );
    drop(host);
    stage.end().await;
}

/// An owner that says hello, and nothing more.
async fn silent_owner(listener: UnixListener) {
    let mut raw = Raw(listener.accept().await.unwrap().0);
    let hello = format!(
        r#"{{"hello":{{"protocol":{PROTOCOL},"version":"0.1.0","pid":5,"kind":"owner","holds":false}}}}"#
    );
    raw.say(&hello).await;
    while raw.hear().await.is_some() {}
}

#[tokio::test]
async fn an_owner_that_falls_silent_is_given_up_by_name() {
    let dir = testkit::TestDir::new();
    let socket = dir.join("s");
    let listener = UnixListener::bind(&socket).unwrap();
    tokio::spawn(silent_owner(listener));
    let owner = Owner::connect(&socket, LOOKING).await.unwrap();
    let attached = owner.attach().unwrap();
    tokio::time::pause();
    let given_up = [
        owner.status().await.map(drop),
        attached.compare(&BTreeMap::new()).await.map(drop),
        attached.subscribe().await.map(drop),
        attached.hold().await,
        attached.detach().await,
        attached.leave().await.map(drop),
        owner.end().await,
    ];
    for answer in given_up {
        let error = answer.unwrap_err();
        assert!(error.message.contains("(pid 5)"), "{error:?}");
        let step = "nd that process; what it runs ends with it.";
        assert!(error.hints[0].text.contains(step), "{error:?}");
    }
}
