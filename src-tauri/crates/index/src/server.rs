//! The index as others reach it: HTTP on this machine alone, well-mannered or not.
//!
//! Each connection is served by itself, and whatever is asked is written down, so that a test can say what was fetched and
//! what it missed.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{
    ACCEPT, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE,
};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use tokio::sync::oneshot;

use crate::shelf::Shelf;

/// What pip and uv ask for.
const JSON: &str = "application/vnd.pypi.simple.v1+json";

/// How an index behaves.
#[derive(Debug, Clone, Default)]
pub struct Manners {
    /// How long it takes over each answer.
    pub delay: Duration,
    /// The status with which it refuses everything, 503 say.
    pub refuses: Option<u16>,
    /// The name and the password without which it answers nothing.
    pub login: Option<(String, String)>,
    /// Whether its files are others than it promises.
    pub changed: bool,
    /// Whether it speaks only the older form, pages of links.
    pub html: bool,
}

/// A running index; ends with the value.
pub struct Index {
    address: SocketAddr,
    asked: Arc<Mutex<AskedUrls>>,
    over: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What was asked for, and what of it is not here.
#[derive(Debug, Default)]
struct AskedUrls {
    all: Vec<String>,
    unknown: BTreeSet<String>,
}

impl Index {
    /// Starts one at a port of this machine; 0 is any that is free.
    ///
    /// # Errors
    /// When nothing can listen there.
    pub fn start(shelf: Shelf, manners: &Manners, port: u16) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port))
            .with_context(|| format!("nothing can listen on port {port}"))?;
        let address = listener.local_addr()?;
        listener.set_nonblocking(true)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()?;
        let asked = Arc::new(Mutex::new(AskedUrls::default()));
        let answering = Arc::new(Answering {
            shelf,
            manners: manners.clone(),
            asked: Arc::clone(&asked),
        });
        let (over, until) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            // Whoever is being answered is hung up on with the runtime.
            runtime.block_on(async {
                tokio::select! {
                    fault = serve(listener, answering) => eprintln!("the tests' index ended: {fault}"),
                    _ = until => {}
                }
            });
        });
        Ok(Self {
            address,
            asked,
            over: Some(over),
            thread: Some(thread),
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn listens(&self) -> SocketAddr {
        self.address
    }

    /// Its address as uv takes it.
    #[must_use]
    pub fn address(&self) -> String {
        format!("http://{}/simple", self.address)
    }

    /// Its address with a name and a password.
    #[must_use]
    pub fn address_for(&self, name: &str, password: &str) -> String {
        format!("http://{name}:{password}@{}/simple", self.address)
    }

    /// What it was asked for so far, as it came: a proxy is asked for whole addresses.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().all.clone()
    }

    /// The projects that it was asked for and that nobody recorded.
    #[must_use]
    pub fn unknown(&self) -> Vec<String> {
        self.asked.lock().unknown.iter().cloned().collect()
    }
}

impl Drop for Index {
    fn drop(&mut self) {
        // Nobody listens where it ended by itself.
        let _ended = self.over.take().map(|over| over.send(()));
        // A thread that panicked has said so.
        let _said = self.thread.take().map(JoinHandle::join);
    }
}

/// Answers whoever comes, each at once: uv keeps connections open and opens dozens, and none may wait for another to end.
/// Returns the fault with which listening ends.
async fn serve(listener: TcpListener, answering: Arc<Answering>) -> std::io::Error {
    let listener = match tokio::net::TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(fault) => return fault,
    };
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(fault) => return fault,
        };
        let answering = Arc::clone(&answering);
        tokio::spawn(async move {
            let service = service_fn(|request| {
                let answering = Arc::clone(&answering);
                async move { Ok::<_, Infallible>(answering.answer(request).await) }
            });
            let served = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            // Who asked may be gone by now, which is theirs to say.
            let _gone = served.await;
        });
    }
}

/// What every connection is answered from.
struct Answering {
    shelf: Shelf,
    manners: Manners,
    asked: Arc<Mutex<AskedUrls>>,
}

impl Answering {
    /// Answers after the delay that it was told to take, off the async threads.
    async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Response<Full<Bytes>> {
        tokio::time::sleep(self.manners.delay).await;
        self.asked.lock().all.push(request.uri().to_string());
        // Files are read, and made.
        let judged = tokio::task::spawn_blocking(move || self.judged(&request)).await;
        judged.unwrap_or_else(|fault| text(500, &fault.to_string()))
    }

    /// The answer: refused, a login asked for, a project's page, a file or its metadata, else 404.
    fn judged(&self, request: &Request<Incoming>) -> Response<Full<Bytes>> {
        if let Some(status) = self.manners.refuses {
            return text(status, "This index refuses.");
        }
        if !self.admits(request) {
            let mut challenge = text(401, "Who is there?");
            let basic = HeaderValue::from_static("Basic realm=\"packages\"");
            challenge.headers_mut().insert(WWW_AUTHENTICATE, basic);
            return challenge;
        }
        let path = request.uri().path();
        if let Some(project) = path.strip_prefix("/simple/") {
            return self.page(project.trim_end_matches('/'), accepts_json(request));
        }
        let Some(file) = path.strip_prefix("/files/") else {
            return text(404, "There is nothing here.");
        };
        let bytes = match file.strip_suffix(".metadata") {
            Some(file) => self.shelf.metadata(file),
            None => self.shelf.bytes(file),
        };
        match bytes {
            Err(error) => text(500, &format!("{error:#}")),
            Ok(Some(bytes)) => with(
                bytes,
                "application/octet-stream",
                "max-age=31536000, immutable",
            ),
            Ok(None) => {
                self.asked.lock().unknown.insert(file.to_owned());
                text(404, "This file was not fetched: is it for this machine?")
            }
        }
    }

    /// Whether the login is the one that is wanted, where one is.
    fn admits(&self, request: &Request<Incoming>) -> bool {
        let Some((name, password)) = &self.manners.login else {
            return true;
        };
        let wanted = format!("Basic {}", STANDARD.encode(format!("{name}:{password}")));
        let mut given = request.headers().get_all(AUTHORIZATION).iter();
        given.any(|one| one.as_bytes() == wanted.as_bytes())
    }

    /// A project's page, in the form that was asked for.
    fn page(&self, project: &str, json: bool) -> Response<Full<Bytes>> {
        let Some(listing) = self.shelf.listing(project, self.manners.changed) else {
            self.asked.lock().unknown.insert(project.to_owned());
            return text(404, "Nobody recorded this project.");
        };
        let (body, kind) = if json && !self.manners.html {
            (listing.to_string(), JSON)
        } else {
            (html(&listing), "text/html")
        };
        // What it is told may change between two of its lives at one address.
        with(body.into_bytes(), kind, "no-cache")
    }
}

/// A listing as a page of links, the older form of the simple repository API.
fn html(listing: &serde_json::Value) -> String {
    let files = listing["files"].as_array().into_iter().flatten();
    let links = files.map(|file| {
        let word = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let (url, name) = (word(&file["url"]), word(&file["filename"]));
        let hash = word(&file["hashes"]["sha256"]);
        format!("<a href=\"{url}#sha256={hash}\" data-core-metadata=\"true\">{name}</a><br>\n")
    });
    format!(
        "<!DOCTYPE html><html><body>\n{}</body></html>\n",
        links.collect::<String>()
    )
}

fn accepts_json(request: &Request<Incoming>) -> bool {
    let mut given = request.headers().get_all(ACCEPT).iter();
    given.any(|one| one.to_str().is_ok_and(|kinds| kinds.contains(JSON)))
}

fn with(body: Vec<u8>, kind: &'static str, kept: &'static str) -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::from(body));
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(kept));
    answer
}

fn text(status: u16, words: &str) -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::from(words.to_owned()));
    let status = StatusCode::from_u16(status);
    *answer.status_mut() = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    answer
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::TcpStream;

    use super::*;
    use crate::Recording;

    /// A connection that stays open, and what reads its answers.
    fn connected(index: &Index) -> BufReader<TcpStream> {
        let stream = TcpStream::connect(index.listens()).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        BufReader::new(stream)
    }

    /// Sends a question without waiting for its answer.
    fn ask(connection: &mut BufReader<TcpStream>) {
        let question = b"GET /simple/no-such HTTP/1.1\r\nHost: index\r\n\r\n";
        connection.get_mut().write_all(question).unwrap();
    }

    /// Reads an answer, and leaves the connection open.
    fn answered(connection: &mut BufReader<TcpStream>) -> String {
        let (mut head, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            connection.read_line(&mut line).unwrap();
            if line.trim().is_empty() {
                break;
            }
            if let Some(given) = line.to_lowercase().strip_prefix("content-length:") {
                length = given.trim().parse().unwrap();
            }
            head.push_str(&line);
        }
        let mut body = vec![0; length];
        connection.read_exact(&mut body).unwrap();
        head
    }

    #[test]
    fn nobody_waits_for_another_who_keeps_a_connection_open() {
        let folder = tempfile::tempdir().unwrap();
        let recording = Recording {
            date: "2026-11-28".to_owned(),
            dagster: "1.13.27".to_owned(),
            wheels: Vec::new(),
            newer: BTreeMap::new(),
        };
        let shelf = Shelf::open(&recording, folder.path()).unwrap();
        let index = Index::start(shelf, &Manners::default(), 0).unwrap();
        for round in 0..24 {
            let mut kept: Vec<_> = (0..round % 4).map(|_| connected(&index)).collect();
            for connection in &mut kept {
                ask(connection);
                answered(connection);
            }
            let mut burst: Vec<_> = (0..8).map(|_| connected(&index)).collect();
            burst.iter_mut().for_each(ask);
            for connection in &mut burst {
                let head = answered(connection);
                assert!(head.starts_with("HTTP/1.1 404"), "{head}");
            }
        }
    }
}
