//! Which Dagster versions the index has whole. uv asks, so that proxy, certificates, mirrors and being offline are uv's.
//!
//! A release is published package by package over hours or days; until the last one is there, environments of the newer
//! version can't be resolved. So a version counts only when all of [`PACKAGES`] are published at it.

use std::collections::BTreeMap;
use std::path::Path;

use process::CommandLine;

/// What must be published at a version before a workspace can be made with it.
pub const PACKAGES: [&str; 4] = [
    "dagster",
    "dagster-dg-cli",
    "dagster-webserver",
    "create-dagster",
];

/// The command line that asks the index: it prints one `name==version` per line for each requirement in the file. uv needs a
/// Python to ask with, and downloads one where there is none: what is asked for is going to need it too.
#[must_use]
pub fn ask(uv: &Path, python: Option<&Path>, requirements: &Path) -> CommandLine {
    let folder = requirements.parent().unwrap_or(Path::new("."));
    let line = CommandLine::new(uv, folder).args([
        "pip",
        "compile",
        "--no-deps",
        "--no-header",
        "--no-annotate",
    ]);
    // Named, so that uv never asks a shim.
    let line = match python {
        Some(python) => line.arg("--python").arg(python.to_string_lossy()),
        None => line,
    };
    let file = requirements.file_name().unwrap_or_default();
    line.arg(file.to_string_lossy())
}

/// The requirements that ask for the newest of each package, below a version where one is given.
#[must_use]
pub fn newest(below: Option<&str>) -> String {
    let below = below.map_or_else(String::new, |version| format!("<{version}"));
    PACKAGES
        .iter()
        .map(|package| format!("{package}{below}\n"))
        .collect()
}

/// The requirements that ask whether packages are published at a version.
#[must_use]
pub fn pinned<'a>(packages: impl IntoIterator<Item = &'a str>, version: &str) -> String {
    let packages = packages.into_iter();
    packages
        .map(|package| format!("{package}=={version}\n"))
        .collect()
}

/// What the index answered: each package with its version.
#[must_use]
pub fn parse_answer(stdout: &str) -> BTreeMap<String, String> {
    stdout
        .lines()
        .filter_map(|line| line.trim().split_once("=="))
        .map(|(name, version)| (name.to_owned(), version.to_owned()))
        .collect()
}

/// The version to try, and the newer one that is passed over with the packages that it lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The oldest of the newest: nothing newer can be whole.
    pub version: String,
    /// A newer version that only some packages have.
    pub newer: Option<(String, Vec<String>)>,
}

/// Reads an answer to [`newest`]; none where it does not tell of all packages.
#[must_use]
pub fn candidate(answer: &BTreeMap<String, String>) -> Option<Candidate> {
    let mut versions = Vec::new();
    for package in PACKAGES {
        versions.push((package, answer.get(package)?));
    }
    let compare =
        |a: &&(&str, &String), b: &&(&str, &String)| workspace::compare_versions(a.1, b.1);
    let (_, oldest) = versions.iter().min_by(compare)?;
    let (_, newest) = versions.iter().max_by(compare)?;
    let lacking = versions.iter().filter(|(_, version)| version != newest);
    let lacking: Vec<String> = lacking.map(|(package, _)| (*package).to_owned()).collect();
    Some(Candidate {
        version: (*oldest).clone(),
        newer: (!lacking.is_empty()).then(|| ((*newest).clone(), lacking)),
    })
}

/// Whether uv failed because the index has no such version or package, and not because it could not be asked.
#[must_use]
pub fn is_not_published(stderr: &str) -> bool {
    let missing = [
        "there is no version of",
        "there are no versions of",
        "was not found in the package registry",
    ];
    let unasked = [
        "not found in the cache",
        "the network was disabled",
        // To uv an index that lets nobody in has nothing.
        "could not be queried due to",
        "returned a 401",
        "returned a 403",
    ];
    missing.iter().any(|words| stderr.contains(words))
        && !unasked.iter().any(|words| stderr.contains(words))
}

/// Whether a text is one version, such as `1.13.27` or `1.14.0rc1`: no range, no wildcard.
#[must_use]
pub fn is_version(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '.';
    text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(plain)
        && workspace::compare_versions(text, "nonsense").is_gt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_that_is_not_whole_is_passed_over() {
        let answer = parse_answer(include_str!("../../tests/samples/create/newest.txt"));
        let candidate = candidate(&answer).unwrap();
        assert_eq!(candidate.version, "1.13.27");
        let lacking = vec!["dagster-dg-cli".to_owned(), "dagster-webserver".to_owned()];
        assert_eq!(candidate.newer, Some(("1.13.29".to_owned(), lacking)));
    }

    #[test]
    fn a_whole_release_passes_nothing_over() {
        let text = pinned(PACKAGES, "1.13.30");
        let candidate = candidate(&parse_answer(&text)).unwrap();
        assert_eq!(
            (candidate.version.as_str(), candidate.newer),
            ("1.13.30", None)
        );
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        let text = "dagster==1.13.10\ndagster-dg-cli==1.13.9\ndagster-webserver==1.13.9\ncreate-dagster==1.13.10\n";
        assert_eq!(candidate(&parse_answer(text)).unwrap().version, "1.13.9");
        assert_eq!(candidate(&parse_answer("dagster==1.13.10\n")), None);
    }

    #[test]
    fn what_is_not_published_is_told_from_an_index_that_was_not_asked() {
        let partial = include_str!("../../tests/samples/create/partial.txt");
        let offline = include_str!("../../tests/samples/create/offline.txt");
        let proxy = include_str!("../../tests/samples/create/proxy.txt");
        assert!(is_not_published(partial));
        assert!(!is_not_published(offline) && !is_not_published(proxy));
        for refused in ["login", "forbidden"] {
            let samples = include_str!("../../tests/samples/uv-failures.txt");
            let mark = format!("=== index-{refused}\n");
            let (_, sample) = samples.split_once(&mark).unwrap();
            let (sample, _) = sample.split_once("\n===").unwrap();
            assert!(sample.contains("was not found in the package registry"));
            assert!(!is_not_published(sample), "{sample}");
        }
    }

    #[test]
    fn only_one_version_is_a_version() {
        for good in ["1.13.27", "1.14.0rc1", "2"] {
            assert!(is_version(good), "{good}");
        }
        for bad in [
            "",
            "latest",
            "1.x",
            ">=1.13",
            "1.13.*",
            "1.13 ",
            "1.13\ndagster",
            "v1.13",
        ] {
            assert!(!is_version(bad), "{bad}");
        }
    }

    #[test]
    fn the_question_is_put_to_uv() {
        let line = ask(
            Path::new("/bin/uv"),
            Some(Path::new("/bin/python3.12")),
            Path::new("/state/create/newest.txt"),
        );
        assert_eq!(
            line.shell_line(),
            "cd /state/create && /bin/uv pip compile --no-deps --no-header --no-annotate --python /bin/python3.12 newest.txt"
        );
        assert_eq!(
            newest(Some("1.13.27")).lines().next(),
            Some("dagster<1.13.27")
        );
    }
}
