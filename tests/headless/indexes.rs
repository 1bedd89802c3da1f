//! Package indexes as people have them: slow, refusing, behind a proxy, of the older form, with a password, with a certificate
//! of their own. Each is a real server on this machine that answers from the recording; the real uv asks it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use api::{DagsterVersions, ErrorCode, FolderRequest, Nothing};
use testkit::{FakeTool, Index, Manners, index, recording};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::create::Maker;

/// What the wizard learns of an index, by a uv whose cache knows nothing and whose environment has these variables.
async fn asked(address: &str, variables: &[(&str, &str)]) -> (Maker, DagsterVersions) {
    let maker = Maker::with(&[("UV_DEFAULT_INDEX", address)]).await;
    let cache = maker.folder.make("cache");
    let usual = [
        ("UV_DEFAULT_INDEX", address),
        ("UV_CACHE_DIR", cache.to_str().unwrap()),
        ("UV_HTTP_RETRIES", "0"),
    ];
    // What a deck runs inherits this process's variables, which all tests share: only the uv that it finds can have its own.
    let variables = usual.iter().chain(variables);
    let exports = variables.map(|(name, value)| format!("export {name}='{value}'\n"));
    let uv = process::tools::find("uv").unwrap().path;
    let body = format!(
        "{}exec '{}' \"$@\"",
        exports.collect::<String>(),
        uv.display()
    );
    let uv = FakeTool::new(&maker.folder.make("tools"), "uv", &body);
    let path = uv.program().display().to_string();
    maker.deck.uv_pick(FolderRequest { path }).await.unwrap();
    let versions = maker.deck.create_versions(Nothing {}).await.unwrap();
    (maker, versions)
}

#[track_caller]
fn offers_what_was_recorded(versions: &DagsterVersions) {
    assert_eq!(versions.unreachable, None);
    let newest = versions.newest.as_deref();
    assert_eq!(newest, Some(recording().newest_whole()));
}

/// What a person is told of an index that gave no answer; nothing is offered then.
#[track_caller]
fn told(versions: &DagsterVersions) -> String {
    assert_eq!(versions.newest, None);
    let told = format!("{:?}", versions.unreachable.as_ref().unwrap());
    assert!(told.contains("could not be asked"), "{told}");
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_one_is_waited_for_as_long_as_uv_waits() {
    let slow = index(&Manners {
        delay: Duration::from_millis(1500),
        ..Manners::default()
    });
    let (maker, versions) = asked(&slow.address(), &[]).await;
    offers_what_was_recorded(&versions);
    maker.deck.shut_down().await;
    let slower = index(&Manners {
        delay: Duration::from_secs(20),
        ..Manners::default()
    });
    let (maker, versions) = asked(&slower.address(), &[("UV_HTTP_TIMEOUT", "1")]).await;
    told(&versions);
    maker.deck.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_refuses_is_never_taken_for_one_that_lacks() {
    for status in [403, 500, 503] {
        let refusing = index(&Manners {
            refuses: Some(status),
            ..Manners::default()
        });
        let (maker, versions) = asked(&refusing.address(), &[]).await;
        println!("{status}: {}", told(&versions));
        let refused = maker.deck.uv_bring(Nothing {}).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::ToolFailed);
        let all = format!("{refused:?}");
        assert!(all.contains(&status.to_string()), "{all}");
        maker.deck.shut_down().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_the_older_form_serves_like_any_other() {
    let older = index(&Manners {
        html: true,
        ..Manners::default()
    });
    let (maker, versions) = asked(&older.address(), &[]).await;
    offers_what_was_recorded(&versions);
    maker.deck.uv_bring(Nothing {}).await.unwrap();
    let kept = maker
        .deck
        .snapshot_get(Nothing {})
        .await
        .unwrap()
        .settings
        .uv;
    assert!(Path::new(&kept).is_file(), "{kept}");
    maker.deck.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_with_a_password_is_asked_with_it_and_it_is_never_shown() {
    let guarded = index(&Manners {
        login: Some(("ada".to_owned(), "s3cret".to_owned())),
        ..Manners::default()
    });
    let (maker, versions) = asked(&guarded.address_for("ada", "s3cret"), &[]).await;
    offers_what_was_recorded(&versions);
    maker.deck.uv_bring(Nothing {}).await.unwrap();
    shows_no(&maker, "s3cret").await;
    maker.deck.shut_down().await;

    let (maker, versions) = asked(&guarded.address_for("ada", "gu3ssed"), &[]).await;
    let words = told(&versions);
    assert!(!words.contains("gu3ssed"), "{words}");
    let refused = maker.deck.uv_bring(Nothing {}).await.unwrap_err();
    assert!(!format!("{refused:?}").contains("gu3ssed"), "{refused:?}");
    shows_no(&maker, "gu3ssed").await;
    maker.deck.shut_down().await;
}

async fn shows_no(maker: &Maker, secret: &str) {
    let operations = maker
        .deck
        .snapshot_get(Nothing {})
        .await
        .unwrap()
        .operations;
    let all = format!("{operations:?}");
    assert!(!all.contains(secret), "{all}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_behind_a_proxy_is_reached_only_by_it() {
    // The index takes whole addresses as a proxy does; nobody else could find this name.
    let proxy = index(&Manners::default());
    let address = "http://packages.invalid/simple";
    let through = proxied(&proxy);
    let (maker, versions) = asked(
        address,
        &[("HTTP_PROXY", through.as_str()), ("NO_PROXY", "")],
    )
    .await;
    offers_what_was_recorded(&versions);
    let asked_for = proxy.asked();
    assert!(!asked_for.is_empty());
    assert!(
        asked_for
            .iter()
            .all(|one| one.starts_with("http://packages.invalid/")),
        "{asked_for:?}"
    );
    maker.deck.shut_down().await;
    let (maker, versions) = asked(address, &[("NO_PROXY", "")]).await;
    told(&versions);
    maker.deck.shut_down().await;
}

fn proxied(proxy: &Index) -> String {
    format!("http://{}", proxy.listens())
}

#[tokio::test(flavor = "multi_thread")]
async fn one_with_a_certificate_of_its_own_is_believed_where_the_environment_names_it() {
    let folder = testkit::TestDir::new();
    let behind = index(&Manners::default());
    let front = Encrypted::before(&behind).await;
    let authority = folder.write("authority.pem", &front.authority);
    let address = format!("https://localhost:{}/simple", front.port);
    let named = [("SSL_CERT_FILE", authority.to_str().unwrap())];
    let (maker, versions) = asked(&address, &named).await;
    offers_what_was_recorded(&versions);
    maker.deck.shut_down().await;
    let (maker, versions) = asked(&address, &[]).await;
    let words = told(&versions);
    assert!(words.to_lowercase().contains("certificate"), "{words}");
    maker.deck.shut_down().await;
}

/// TLS before an index, with a certificate of an authority that no machine knows.
struct Encrypted {
    port: u16,
    authority: String,
    relay: tokio::task::JoinHandle<()>,
}

impl Encrypted {
    async fn before(index: &Index) -> Self {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let authority = made.cert.pem();
        let key = PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
        let chain = vec![made.cert.der().clone()];
        let provider = tokio_rustls::rustls::crypto::ring::default_provider();
        let settings = ServerConfig::builder_with_provider(Arc::new(provider))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(settings));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let behind = index.listens();
        let relay = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    // Who does not believe the certificate hangs up, which the test is about.
                    let Ok(mut outside) = acceptor.accept(stream).await else {
                        return;
                    };
                    let mut inside = TcpStream::connect(behind).await.unwrap();
                    let _hung_up = copy_bidirectional(&mut outside, &mut inside).await;
                });
            }
        });
        Self {
            port,
            authority,
            relay,
        }
    }
}

impl Drop for Encrypted {
    fn drop(&mut self) {
        self.relay.abort();
    }
}
