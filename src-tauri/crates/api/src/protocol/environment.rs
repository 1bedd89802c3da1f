//! Which environment variables decide how programs run, and in which of them a host differs from the owner.
//!
//! The owner's count, for it starts everything. Values that may hold a secret never travel back: only that they differ.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Variables that decide where Dagster, uv and Python look, besides those that begin with one of [`FAMILIES`].
const NAMES: [&str; 12] = [
    "DAGSTER_HOME",
    "PATH",
    "PYTHONPATH",
    "PYTHONHOME",
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
];
/// Families of variables that decide the same.
const FAMILIES: [&str; 2] = ["UV_", "DAGSTER_"];
/// Words in a variable's name that speak of a secret.
const SECRETS: [&str; 5] = ["TOKEN", "PASSWORD", "SECRET", "KEY", "CREDENTIAL"];

/// One variable in which a host and the owner differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The variable's name.
    pub name: String,
    /// What the owner has; none where it has none, or where it may be a secret.
    pub owner: Option<String>,
    /// What the host has; none likewise.
    pub own: Option<String>,
}

/// Of a whole environment what decides how programs run.
#[must_use]
pub fn relevant(environment: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let kept = environment.iter().filter(|(name, _)| decides(name));
    kept.map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// The relevant variables in which a host differs from the owner, by name.
#[must_use]
pub fn differences(
    owner: &BTreeMap<String, String>,
    host: &BTreeMap<String, String>,
) -> Vec<Difference> {
    let (owner, host) = (relevant(owner), relevant(host));
    let mut names: Vec<&String> = owner.keys().chain(host.keys()).collect();
    names.sort();
    names.dedup();
    let differing = names
        .into_iter()
        .filter(|name| owner.get(*name) != host.get(*name));
    differing
        .map(|name| Difference {
            name: name.clone(),
            owner: owner.get(name).and_then(|value| shown(name, value)),
            own: host.get(name).and_then(|value| shown(name, value)),
        })
        .collect()
}

/// The same names in small letters count too: curl and Python read both.
fn decides(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    NAMES.contains(&name.as_str()) || FAMILIES.iter().any(|family| name.starts_with(family))
}

fn shown(name: &str, value: &str) -> Option<String> {
    (!may_be_secret(name, value)).then(|| value.to_owned())
}

/// Whether a variable's value is better not shown: its name speaks of a secret, or it is an address with a name or a password
/// before its host.
#[must_use]
pub fn may_be_secret(name: &str, value: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let named = SECRETS.iter().any(|word| name.contains(word));
    named || value.contains("://") && value.contains('@')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        let owned = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        owned.collect()
    }

    #[test]
    fn only_what_decides_how_programs_run_is_compared() {
        let owner = environment(&[("PATH", "/a"), ("EDITOR", "vi"), ("UV_PYTHON", "3.12")]);
        let host = environment(&[
            ("PATH", "/a"),
            ("EDITOR", "nano"),
            ("DAGSTER_HOME", "/h"),
            ("https_proxy", "http://p:1"),
        ]);
        let found = differences(&owner, &host);
        let names: Vec<_> = found.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["DAGSTER_HOME", "UV_PYTHON", "https_proxy"]);
        assert_eq!(found[0].owner, None);
        assert_eq!(found[0].own.as_deref(), Some("/h"));
        assert_eq!(found[1].owner.as_deref(), Some("3.12"));
    }

    #[test]
    fn secrets_are_compared_and_not_told() {
        let owner = environment(&[
            ("UV_INDEX_ACME_PASSWORD", "one"),
            ("UV_INDEX_URL", "https://ann:pw@index.example/simple"),
        ]);
        let host = environment(&[("UV_INDEX_ACME_PASSWORD", "two")]);
        for found in differences(&owner, &host) {
            assert_eq!((found.owner, found.own), (None, None), "{}", found.name);
        }
        assert_eq!(differences(&owner, &host).len(), 2);
    }
}
