//! The frozen words, byte by byte. A test here that fails means: an older Dagdeck could no longer be stopped. It is the
//! change that has to go, never the expectation.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use api::protocol::frozen::{Ask, Failed, FromHost, FromOwner, Hello, HostKind, Status};
use api::protocol::{self, FrameError, HeardWord};

fn hello(kind: HostKind, holds: bool) -> Hello {
    Hello {
        protocol: 1,
        version: "0.1.0".to_owned(),
        pid: 42,
        kind,
        holds,
        goes: false,
    }
}

fn from_host() -> Vec<(FromHost, &'static str)> {
    vec![
        (
            FromHost::Hello(hello(HostKind::Window, true)),
            r#"{"hello":{"protocol":1,"version":"0.1.0","pid":42,"kind":"window","holds":true}}"#,
        ),
        (
            FromHost::Hello(hello(HostKind::Terminal, false)),
            r#"{"hello":{"protocol":1,"version":"0.1.0","pid":42,"kind":"terminal","holds":false}}"#,
        ),
        (FromHost::Status(Ask { id: 1 }), r#"{"status":{"id":1}}"#),
        (FromHost::Stop(Ask { id: 2 }), r#"{"stop":{"id":2}}"#),
        (FromHost::Down(Ask { id: 3 }), r#"{"down":{"id":3}}"#),
    ]
}

fn from_owner() -> Vec<(FromOwner, &'static str)> {
    let status = Status {
        id: 1,
        workspace: Some("/w".to_owned()),
        running: 3,
        windows: 1,
        terminals: 2,
    };
    let failed = Failed {
        id: 3,
        message: "No.".to_owned(),
    };
    vec![
        (
            FromOwner::Hello(hello(HostKind::Owner, false)),
            r#"{"hello":{"protocol":1,"version":"0.1.0","pid":42,"kind":"owner","holds":false}}"#,
        ),
        (
            FromOwner::Hello(Hello {
                goes: true,
                ..hello(HostKind::Owner, false)
            }),
            r#"{"hello":{"protocol":1,"version":"0.1.0","pid":42,"kind":"owner","holds":false,"goes":true}}"#,
        ),
        (
            FromOwner::Status(status),
            r#"{"status":{"id":1,"workspace":"/w","running":3,"windows":1,"terminals":2}}"#,
        ),
        (FromOwner::Done(Ask { id: 2 }), r#"{"done":{"id":2}}"#),
        (
            FromOwner::Failed(failed),
            r#"{"failed":{"id":3,"message":"No."}}"#,
        ),
    ]
}

/// Reads a frame as an owner does.
fn heard(json: &str) -> Result<HeardWord<FromHost, protocol::FromHost>, FrameError> {
    protocol::decode(json.as_bytes())
}

fn heard_frozen(json: &str) -> FromHost {
    match heard(json).unwrap() {
        HeardWord::Frozen(word) => word,
        other => panic!("{json} was heard as {other:?}"),
    }
}

#[test]
fn what_a_host_says_is_these_bytes() {
    for (word, json) in from_host() {
        assert_eq!(
            String::from_utf8(protocol::encode(&word).unwrap()).unwrap(),
            json
        );
        assert_eq!(heard_frozen(json), word);
    }
}

#[test]
fn what_an_owner_says_is_these_bytes() {
    for (word, json) in from_owner() {
        assert_eq!(
            String::from_utf8(protocol::encode(&word).unwrap()).unwrap(),
            json
        );
        match protocol::decode::<FromOwner, protocol::FromOwner>(json.as_bytes()).unwrap() {
            HeardWord::Frozen(read) => assert_eq!(read, word),
            other => panic!("{json} was heard as {other:?}"),
        }
    }
}

#[test]
fn what_a_later_dagdeck_adds_is_passed_over() {
    let json = r#"{"hello":{"protocol":9,"version":"4.0.0","pid":42,"kind":"browser","holds":true,"since":{"a":[1]}}}"#;
    let later = Hello {
        protocol: 9,
        version: "4.0.0".to_owned(),
        ..hello(HostKind::Other, true)
    };
    assert_eq!(heard_frozen(json), FromHost::Hello(later));
    let stop = heard_frozen(r#"{"stop":{"why":"upgrade","id":7}}"#);
    assert_eq!(stop, FromHost::Stop(Ask { id: 7 }));
}

#[test]
fn what_is_left_out_has_a_meaning() {
    let bare = Hello {
        protocol: 1,
        version: String::new(),
        pid: 0,
        kind: HostKind::Other,
        holds: false,
        goes: false,
    };
    let read = heard_frozen(r#"{"hello":{"protocol":1}}"#);
    assert_eq!(read, FromHost::Hello(bare));
}

#[test]
fn a_word_that_is_not_known_keeps_its_id() {
    for (json, id) in [
        (r#"{"conjure":{"id":7,"what":"a rabbit"}}"#, 7),
        (r#"{"conjure":"a rabbit"}"#, 0),
        // A word of this protocol in a shape that another version gave it.
        (r#"{"call":{"id":8,"verb":"launch"}}"#, 8),
    ] {
        match heard(json).unwrap() {
            HeardWord::Unknown(ask) => assert_eq!(ask.id, id, "{json}"),
            other => panic!("{json} was heard as {other:?}"),
        }
    }
}

#[test]
fn garbage_is_no_frame() {
    for json in [
        "",
        "{",
        "stop",
        "[1]",
        "{}",
        r#"{"a":1,"b":2}"#,
        "\"stop\"",
        "GET / HTTP/1.1",
    ] {
        let heard = heard(json);
        assert!(
            matches!(heard, Err(FrameError::Garbage { .. })),
            "{json:?} was heard as {heard:?}"
        );
    }
}

#[test]
fn a_frame_over_the_limit_is_not_sent() {
    let long = "x".repeat(protocol::MOST_BYTES);
    assert_eq!(
        protocol::encode(&long),
        Err(FrameError::TooLong {
            bytes: protocol::MOST_BYTES + 2
        })
    );
}
