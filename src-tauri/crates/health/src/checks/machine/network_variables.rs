//! The proxy and certificates that the environment names can be used.

use std::path::Path;

use reqwest::Url;

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::{Facts, MachineFacts};
use crate::finding::{Finding, FindingKey};

pub(crate) static CHECK: Check = Check {
    id: "network-variables",
    scope: Scope::Machine,
    passes: "uv can use the proxy and the certificates that the environment names",
    why: "uv passes over a proxy address that it can’t read without a word, and trusts nobody where certificates are \
          named that are not there.",
    reads: &[Reads::Machine],
    needs: Needs::Nothing,
    judge: Judge::Machine(judge),
};

const PROXIES: [&str; 6] = [
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "ALL_PROXY",
    "all_proxy",
];

/// What uv talks to a proxy in.
const SCHEMES: [&str; 6] = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"];

fn judge(facts: &Facts) -> Vec<Finding> {
    let machine = &facts.machine;
    let proxies = PROXIES.iter().filter_map(|name| {
        let value = machine.variable(name)?;
        (!is_proxy(value)).then(|| proxy(name))
    });
    proxies.chain(certificates(machine)).collect()
}

fn proxy(name: &'static str) -> Finding {
    Finding::warning(
        FindingKey::of(name),
        format!("{name} is no address of a proxy"),
        "uv passes over it and connects without a proxy, so downloads fail where there is no other way out. An address \
         looks like http://proxy.example.com:8080. Correct the variable, then start Dagdeck again.",
    )
}

/// Whether uv can read a proxy's address. Its value is never shown: it may hold a password.
fn is_proxy(value: &str) -> bool {
    let address = if value.contains("://") {
        Url::parse(value)
    } else {
        Url::parse(&format!("http://{value}"))
    };
    address.is_ok_and(|address| SCHEMES.contains(&address.scheme()) && address.has_host())
}

/// What is wrong with the certificates that are named. One of the two variables that works is enough for uv.
fn certificates(machine: &MachineFacts) -> Option<Finding> {
    let file = machine.variable("SSL_CERT_FILE");
    let folder = machine.variable("SSL_CERT_DIR");
    let mut bad = Vec::new();
    let mut good = false;
    if let Some(file) = file {
        match holds_certificate(Path::new(file)) {
            true => good = true,
            false => bad.push(format!(
                "SSL_CERT_FILE names {file}, which holds no certificate"
            )),
        }
    }
    let folders = folder.map(|all| std::env::split_paths(all).collect::<Vec<_>>());
    if let Some(folders) = &folders {
        match folders.iter().any(|folder| has_certificates(folder)) {
            true => good = true,
            false => bad.push(format!(
                "SSL_CERT_DIR names {}, which holds no certificate",
                folder.unwrap_or_default()
            )),
        }
    }
    if bad.is_empty() {
        return None;
    }
    let key = FindingKey::of("certificates");
    let finding = if good {
        Finding::note(
            key,
            "One of the two variables that name certificates is wrong",
            "uv uses the other one. Correct the variable, or take it away, then start Dagdeck again.",
        )
    } else {
        Finding::warning(
            key,
            "The certificates that the environment names aren’t there",
            "uv then trusts no server, so nothing can be downloaded. Correct the variable, or take it away, then start \
             Dagdeck again.",
        )
    };
    Some(bad.into_iter().fold(finding, Finding::seen))
}

fn holds_certificate(file: &Path) -> bool {
    // Read as bytes: a bundle may hold names in any encoding between its certificates.
    let begin = b"-----BEGIN ";
    std::fs::read(file).is_ok_and(|all| all.windows(begin.len()).any(|part| part == begin))
}

fn has_certificates(folder: &Path) -> bool {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.path())
        .any(|path| path.is_file() && holds_certificate(&path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Level;
    use crate::test_support;

    fn found(variables: &[(&str, &str)]) -> Vec<(Level, String)> {
        let state = tempfile::tempdir().unwrap();
        let mut facts = test_support::machine(state.path());
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        facts.machine.variables = variables.iter().map(owned).collect();
        let found = judge(&facts).into_iter();
        found.map(|one| (one.level, one.title)).collect()
    }

    #[test]
    fn only_what_uv_passes_over_counts() {
        for good in [
            "http://proxy.example.com:8080",
            "proxy.example.com:8080",
            "socks5h://user:secret@10.0.0.1",
            "",
        ] {
            assert_eq!(found(&[("HTTPS_PROXY", good)]), [], "{good}");
        }
        for bad in [
            "://bad",
            "http://[bad",
            "socks9://x:1",
            "http://ho st:80",
            "http://x:y:z",
        ] {
            let found = found(&[("all_proxy", bad)]);
            assert_eq!(found.len(), 1, "{bad}");
            assert!(!found[0].1.contains(bad), "an address may hold a password");
        }
    }

    #[test]
    fn one_good_certificate_variable_is_enough() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        fs_err::write(&file, "-----BEGIN CERTIFICATE-----\n").unwrap();
        let (file, here) = (file.to_str().unwrap(), folder.path().to_str().unwrap());
        let gone = ("SSL_CERT_FILE", "/nonexistent.pem");
        assert_eq!(found(&[("SSL_CERT_FILE", file)]), []);
        assert_eq!(found(&[("SSL_CERT_DIR", here)]), []);
        assert_eq!(found(&[gone])[0].0, Level::Warning);
        assert_eq!(
            found(&[("SSL_CERT_DIR", "/nonexistent")])[0].0,
            Level::Warning
        );
        assert_eq!(found(&[gone, ("SSL_CERT_DIR", here)])[0].0, Level::Note);
        assert_eq!(found(&[("SSL_CERT_FILE", "")]), []);
    }
}
