//! A question to a Dagster webserver, over a plain socket.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;

const QUERY: &str = "{ workspaceOrError { ... on Workspace { locationEntries { loadStatus locationOrLoadError { __typename } } } } }";

/// How many locations the webserver at a port serves without an error; none while it does not answer.
pub(super) fn loaded(port: u16) -> usize {
    ask(port).map_or(0, |answer| {
        let entries = answer["data"]["workspaceOrError"]["locationEntries"].as_array();
        let fine = |entry: &&Value| {
            entry["loadStatus"] == "LOADED"
                && entry["locationOrLoadError"]["__typename"] == "RepositoryLocation"
        };
        entries.map_or(0, |entries| entries.iter().filter(fine).count())
    })
}

fn ask(port: u16) -> Result<Value> {
    let body = serde_json::json!({"query": QUERY}).to_string();
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    write!(
        stream,
        "POST /graphql HTTP/1.0\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (_, body) = answer.split_once("\r\n\r\n").context("no body")?;
    Ok(serde_json::from_str(body)?)
}

/// A port that was free a moment ago.
pub(super) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
