//! The index as others reach it: HTTP on this machine alone, well-mannered or not.

use std::collections::BTreeSet;
use std::io::Cursor;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tiny_http::{Header, Request, Response, Server};

use crate::shelf::Shelf;

/// How many may be answered at once: uv asks for fifty files at a time.
const THREADS: usize = 8;
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
    server: Arc<Server>,
    address: SocketAddr,
    asked: Arc<Mutex<Asked>>,
    over: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Asked {
    all: Vec<String>,
    unknown: BTreeSet<String>,
}

impl Index {
    /// Starts one at a port of this machine; 0 is any that is free.
    ///
    /// # Errors
    /// When nothing can listen there.
    pub fn start(shelf: Shelf, manners: &Manners, port: u16) -> Result<Self> {
        let server = Server::http(("127.0.0.1", port))
            .map_err(|error| anyhow!("nothing can listen on port {port}: {error}"))?;
        let address = server.server_addr().to_ip().context("it has no address")?;
        let (server, shelf) = (Arc::new(server), Arc::new(shelf));
        let asked = Arc::new(Mutex::new(Asked::default()));
        let over = Arc::new(AtomicBool::new(false));
        let threads = (0..THREADS).map(|_| {
            let one = Answering {
                shelf: Arc::clone(&shelf),
                manners: manners.clone(),
                asked: Arc::clone(&asked),
                over: Arc::clone(&over),
            };
            let server = Arc::clone(&server);
            std::thread::spawn(move || {
                // It answers with a fault when it is unblocked, and when one who asks hangs up too soon.
                while !one.over.load(Ordering::Relaxed) {
                    if let Ok(request) = server.recv() {
                        one.answer(request);
                    }
                }
            })
        });
        let threads = threads.collect();
        Ok(Self {
            server,
            address,
            asked,
            over,
            threads,
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
        lock(&self.asked).all.clone()
    }

    /// The projects that it was asked for and that nobody recorded.
    #[must_use]
    pub fn unknown(&self) -> Vec<String> {
        lock(&self.asked).unknown.iter().cloned().collect()
    }
}

impl Drop for Index {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        for _ in &self.threads {
            self.server.unblock();
        }
        for thread in self.threads.drain(..) {
            // A thread that panicked has said so.
            let _said = thread.join();
        }
    }
}

/// One thread's part of the index.
struct Answering {
    shelf: Arc<Shelf>,
    manners: Manners,
    asked: Arc<Mutex<Asked>>,
    over: Arc<AtomicBool>,
}

impl Answering {
    fn answer(&self, request: Request) {
        std::thread::sleep(self.manners.delay);
        lock(&self.asked).all.push(request.url().to_owned());
        let answer = self.judged(&request);
        // Who asked may be gone by now, which is theirs to say.
        let _gone = request.respond(answer);
    }

    fn judged(&self, request: &Request) -> Response<Cursor<Vec<u8>>> {
        if let Some(status) = self.manners.refuses {
            return text(status, "This index refuses.");
        }
        if !self.admits(request) {
            let challenge = header("WWW-Authenticate", "Basic realm=\"packages\"");
            return text(401, "Who is there?").with_header(challenge);
        }
        let path = path(request.url());
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
            Ok(Some(bytes)) => Response::from_data(bytes)
                .with_header(header("Content-Type", "application/octet-stream"))
                .with_header(header("Cache-Control", "max-age=31536000, immutable")),
            Ok(None) => {
                lock(&self.asked).unknown.insert(file.to_owned());
                text(404, "This file was not fetched: is it for this machine?")
            }
        }
    }

    fn admits(&self, request: &Request) -> bool {
        let Some((name, password)) = &self.manners.login else {
            return true;
        };
        let wanted = format!("Basic {}", STANDARD.encode(format!("{name}:{password}")));
        let mut given = request.headers().iter();
        given.any(|one| one.field.equiv("Authorization") && one.value.as_str() == wanted)
    }

    fn page(&self, project: &str, json: bool) -> Response<Cursor<Vec<u8>>> {
        let Some(listing) = self.shelf.listing(project, self.manners.changed) else {
            lock(&self.asked).unknown.insert(project.to_owned());
            return text(404, "Nobody recorded this project.");
        };
        let (body, kind) = if json && !self.manners.html {
            (listing.to_string(), JSON)
        } else {
            (html(&listing), "text/html")
        };
        Response::from_data(body)
            .with_header(header("Content-Type", kind))
            // What it is told may change between two of its lives at one address.
            .with_header(header("Cache-Control", "no-cache"))
    }
}

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

/// The path of what is asked for. Who asks through a proxy names the whole address.
fn path(asked: &str) -> &str {
    let rest = asked.split_once("://").map(|(_, rest)| rest);
    let path = rest.map_or(asked, |rest| rest.find('/').map_or("/", |at| &rest[at..]));
    path.split(['?', '#']).next().unwrap_or_default()
}

fn accepts_json(request: &Request) -> bool {
    let mut given = request.headers().iter();
    given.any(|one| one.field.equiv("Accept") && one.value.as_str().contains(JSON))
}

fn text(status: u16, words: &str) -> Response<Cursor<Vec<u8>>> {
    Response::from_string(words).with_status_code(status)
}

fn header(name: &str, value: &str) -> Header {
    let made = Header::from_bytes(name, value);
    made.unwrap_or_else(|()| unreachable!("{name} is a name that a header may have"))
}

fn lock(asked: &Mutex<Asked>) -> MutexGuard<'_, Asked> {
    asked.lock().unwrap_or_else(PoisonError::into_inner)
}
