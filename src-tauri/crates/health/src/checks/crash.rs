//! A process that ended by itself, as a finding.

use dagster::explain::{Origin, explain_tool};

use crate::facts::Crash;
use crate::finding::{FilePlace, Finding, FindingKey, Level};

/// How many of its last lines are shown.
const LINES: usize = 4;

/// A process that is gone: a blocker once nobody tries it again. `what` begins the title: "The webserver"; `origin` tells the
/// person's own frames from a library's. An end that no rule knows shows a line to search for.
pub(super) fn finding(
    key: FindingKey,
    what: &str,
    crash: &Crash,
    origin: Option<&Origin>,
    dagster: Option<&str>,
) -> Finding {
    let level = if crash.retried {
        Level::Warning
    } else {
        Level::Blocker
    };
    let text = crash.last_lines.join("\n");
    let explained = explain_tool(&text, origin, dagster);
    let known = explained.explanation.map(|why| match explained.hint {
        Some(hint) => format!("{} {hint}", sentence(&why)),
        None => why,
    });
    let silent = text.trim().is_empty();
    let search = (known.is_none() && !silent).then_some(explained.search);
    let why = known.unwrap_or_else(|| {
        if silent {
            "It printed nothing. Where a system has little memory, it ends processes without a word.".to_owned()
        } else {
            "Dagdeck has no rule for this. The last line below is what to search for.".to_owned()
        }
    });
    let mut finding = Finding::new(key, level, format!("{what} {}", crash.reason), why);
    finding.place = explained
        .place
        .map(|frame| FilePlace::line(frame.path, frame.line));
    let lines = crash
        .last_lines
        .iter()
        .filter(|line| !line.trim().is_empty());
    let lines: Vec<&String> = lines.collect();
    let last = lines.len().saturating_sub(LINES);
    let last = lines[last..].iter().map(|line| line.trim_end().to_owned());
    last.chain(search).fold(finding, Finding::seen)
}

/// A text that ends as sentences do.
fn sentence(text: &str) -> String {
    let ends = text.ends_with(['.', '!', '?']);
    if ends {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crash(lines: &[&str]) -> Crash {
        Crash {
            reason: "ended with code 1".into(),
            retried: false,
            last_lines: lines.iter().map(|&line| line.to_owned()).collect(),
        }
    }

    #[test]
    fn it_tells_what_it_printed_last_and_what_that_means() {
        let said = [
            "",
            "b",
            "c",
            "Traceback (most recent call last):",
            "  File \"/w/etl/defs.py\", line 3, in run",
            "ValueError: odd",
        ];
        let given_up = finding(
            FindingKey::ONLY,
            "The daemon",
            &crash(&said),
            None,
            Some("1.13.27"),
        );
        assert_eq!(given_up.level, Level::Blocker);
        assert_eq!(given_up.title, "The daemon ended with code 1");
        let search = "ValueError: odd (Dagster 1.13.27)";
        assert_eq!(given_up.evidence, [&said[2..], &[search]].concat());
        assert_eq!(given_up.place, Some(FilePlace::line("/w/etl/defs.py", 3)));
        assert!(given_up.why.contains("no rule"), "{given_up:?}");
        let retried = Crash {
            retried: true,
            ..crash(&[])
        };
        let retried = finding(FindingKey::ONLY, "The daemon", &retried, None, None);
        assert_eq!(retried.level, Level::Warning);
        assert!(retried.why.contains("printed nothing"), "{retried:?}");
    }
}
