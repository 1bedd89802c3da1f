//! The package index answers uv.
//!
//! Asked as everything else is, through uv, so that proxies, mirrors, certificates and logins are uv's own. The question is
//! for `dagster`, without its dependencies and without the usual cache, which would answer for an index that is gone.

use std::sync::Arc;
use std::time::Duration;

use dagster::explain::explain_uv;
use futures::FutureExt;
use process::CommandLine;

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::Facts;
use crate::finding::{Finding, FindingKey, Subject};

pub(crate) static CHECK: Check = Check {
    id: "index-reachable",
    scope: Scope::Machine,
    passes: "The package index answers",
    why: "New environments and newer packages come from it. What is cached installs without.",
    reads: &[Reads::Machine],
    needs: Needs::Asking,
    judge: Judge::Asking {
        limit: Duration::from_secs(45),
        ask: |facts, _: Subject| ask(facts).boxed(),
        stamp: None,
    },
};

/// How long uv may try. It has limits of its own, which are shorter.
const LIMIT: Duration = Duration::from_secs(40);
/// What is asked for: everybody here needs it.
const PACKAGE: &str = "dagster\n";

/// Asks, and explains uv's answer with the rules of `dagster::explain`. Where uv has no Python to ask with, that is a note:
/// a new machine is not at fault.
async fn ask(facts: Arc<Facts>) -> Vec<Finding> {
    let Some(uv) = facts.uv() else {
        return Vec::new();
    };
    // uv takes what it is to look up from a file.
    let asked = facts.folder.join("asked-of-index.txt");
    if let Err(error) = fs_err::write(&asked, PACKAGE) {
        let words = "Dagdeck can’t write to its own folder";
        return vec![
            Finding::warning(FindingKey::ONLY, words, "The index was not asked.")
                .seen(error.to_string()),
        ];
    }
    // Nothing that is in it is believed, but without one uv leaves a temporary one behind where the question is given up.
    let cache = facts.folder.join("asked-of-index");
    let command = CommandLine::new(uv, &facts.folder)
        .args(["pip", "compile", "--refresh", "--no-deps", "--universal"])
        .arg("--cache-dir")
        .arg(cache.to_string_lossy())
        .args(["--no-header", "--quiet", "--python-version", "3.12"])
        .arg(asked.to_string_lossy())
        .arg("--no-python-downloads")
        .env("UV_HTTP_RETRIES", "1")
        .env("UV_HTTP_TIMEOUT", "15");
    let ran = facts.table.run(&command, None, LIMIT, &facts.ended).await;
    let told =
        |why: &str| Finding::warning(FindingKey::ONLY, "The package index can’t be reached", why);
    let usual = "What is cached still installs; new packages wait. Check the network, the proxy, and the index that \
                 uv’s settings name.";
    match ran {
        Ok(finished) if finished.exit.success() => Vec::new(),
        Ok(finished) if finished.stderr_text().contains("No interpreter found") => {
            let why = "uv asks it with a Python, and there is none here yet.";
            vec![Finding::note(
                FindingKey::ONLY,
                "The package index was not asked",
                why,
            )]
        }
        Ok(finished) => {
            let said = finished.stderr_text();
            let explained = explain_uv(&said);
            let finding = told(explained.explanation.as_deref().unwrap_or(usual));
            let lines = said.lines().map(str::trim).filter(|line| !line.is_empty());
            vec![lines.take(6).fold(finding, Finding::seen)]
        }
        Err(error) => vec![told(usual).seen(error.to_string())],
    }
}
