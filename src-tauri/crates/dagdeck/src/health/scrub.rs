//! Takes out of a text what is nobody else's business: home folders, secrets, values of `.env` files.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

/// Shorter values stand in any text by chance: `1`, `dev`.
const SHORT: usize = 4;

/// Names whose values are secrets.
static SECRET_NAME: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)token|secret|passw|credential|api_?key|access_?key|private").ok()
});

/// What a secret looks like wherever it stands, and what stands there instead.
static SECRETS: LazyLock<Vec<(Regex, &'static str)>> = LazyLock::new(|| {
    let rules = [
        // user:password@ in an address.
        (
            r"(?P<scheme>[a-z][a-z0-9+.-]*://)[^/\s@]+@",
            "${scheme}[removed]@",
        ),
        (
            r"(?i)(?P<word>bearer|basic)\s+[A-Za-z0-9+/_.=-]{8,}",
            "${word} [removed]",
        ),
        (
            r#"(?i)(?P<name>[A-Z0-9_-]*(?:token|secret|passw(?:or)?d|api_?key|access_?key)[A-Z0-9_-]*["']?\s*[=:]\s*)["']?[^\s"',;]+["']?"#,
            "${name}[removed]",
        ),
        (
            r"\b(?:gh[pousr]_|github_pat_|glpat-|xox[abpr]-|sk-|AKIA|pypi-)[A-Za-z0-9_-]{12,}",
            "[removed]",
        ),
        // A word of 32 and more that mixes letters and digits is an id at best.
        (
            r"\b[A-Za-z0-9_-]*(?:[A-Za-z][0-9]|[0-9][A-Za-z])[A-Za-z0-9_-]{30,}\b",
            "[removed]",
        ),
    ];
    rules
        .into_iter()
        .filter_map(|(rule, instead)| Some((Regex::new(rule).ok()?, instead)))
        .collect()
});

/// What is to be taken out of texts of one workspace.
#[derive(Debug, Default)]
pub(super) struct Scrub {
    /// Longest first, so that no part of a longer one is left.
    words: Vec<(String, String)>,
}

impl Scrub {
    /// Knows the home folder, the variables that Dagdeck was started with and those of `.env` files.
    pub(super) fn new<'a>(
        home: &str,
        variables: &BTreeMap<String, String>,
        dot_env: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        let mut words = Vec::new();
        let is_secret = |name: &str| {
            SECRET_NAME
                .as_ref()
                .is_some_and(|names| names.is_match(name))
        };
        for (name, value) in variables.iter().filter(|(name, _)| is_secret(name)) {
            words.push((value.clone(), format!("[value of {name}]")));
        }
        for (name, value) in dot_env {
            words.push((value.to_owned(), format!("[value of {name}]")));
        }
        words.retain(|(value, _)| value.chars().count() >= SHORT);
        if home.len() > 1 {
            words.push((home.to_owned(), "~".to_owned()));
        }
        words.sort_by_key(|(value, _)| std::cmp::Reverse(value.len()));
        Self { words }
    }

    /// The text without them.
    pub(super) fn text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (value, instead) in &self.words {
            text = text.replace(value.as_str(), instead);
        }
        for (rule, instead) in SECRETS.iter() {
            text = rule.replace_all(&text, *instead).into_owned();
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scrub() -> Scrub {
        let variables = BTreeMap::from([
            ("WAREHOUSE_PASSWORD".to_owned(), "tr0ub4dor".to_owned()),
            ("LANG".to_owned(), "C.UTF-8".to_owned()),
        ]);
        let dot_env = [("ACCOUNT", "acme-eu-7"), ("DEBUG", "1")];
        Scrub::new("/home/ada", &variables, dot_env)
    }

    #[test]
    fn every_rule_is_a_rule() {
        assert!(SECRET_NAME.is_some());
        assert_eq!(SECRETS.len(), 5);
    }

    #[test]
    fn homes_values_and_secrets_are_taken_out() {
        let cases = [
            ("/home/ada/work/acme/dg.toml:3", "~/work/acme/dg.toml:3"),
            (
                "login tr0ub4dor failed",
                "login [value of WAREHOUSE_PASSWORD] failed",
            ),
            ("account acme-eu-7", "account [value of ACCOUNT]"),
            (
                "postgresql://ada:hunter2@db.example:5432/x",
                "postgresql://[removed]@db.example:5432/x",
            ),
            (
                "Authorization: Bearer abcdef0123456789",
                "Authorization: Bearer [removed]",
            ),
            ("API_KEY = 'abc'", "API_KEY = [removed]"),
            ("\"client_secret\": \"s3\"", "\"client_secret\": [removed]"),
            ("ghp_0123456789abcdefABCDEF", "[removed]"),
            ("id 5f2c1e0d9b8a7f6e5d4c3b2a1f0e9d8c7b6a", "id [removed]"),
        ];
        let scrub = scrub();
        for (text, expected) in cases {
            assert_eq!(scrub.text(text), expected);
        }
    }

    #[test]
    fn what_tells_nothing_stays() {
        let scrub = scrub();
        for text in [
            "dagster 1.13.27 on Python 3.12.1, 1 warning",
            "ModuleNotFoundError: No module named 'data_engineering.definitions'",
            "uv sync --compile-bytecode --python /usr/bin/python3.12",
            "https://docs.dagster.io/guides/build/projects-and-components",
        ] {
            assert_eq!(scrub.text(text), text);
        }
    }
}
