//! A process that ended by itself, as a finding.

use dagster::explain::explain_tool;

use crate::facts::Crash;
use crate::finding::{Finding, Level};

/// How many of its last lines are shown.
const LINES: usize = 4;

/// A process that is gone: a blocker once nobody tries it again. `what` begins the title: "The webserver".
pub(super) fn finding(what: &str, crash: &Crash, dagster: Option<&str>) -> Finding {
    let level = if crash.retried {
        Level::Warning
    } else {
        Level::Blocker
    };
    let text = crash.last_lines.join("\n");
    let explained = explain_tool(&text, None, dagster);
    let known = explained.explanation.map(|why| match explained.hint {
        Some(hint) => format!("{} {hint}", sentence(&why)),
        None => why,
    });
    let silent = text.trim().is_empty();
    let why = known.unwrap_or_else(|| {
        if silent {
            "It printed nothing. Where a system has little memory, it ends processes without a word.".to_owned()
        } else {
            "Dagdeck has no rule for what it printed last. Its log tells what it did before.".to_owned()
        }
    });
    let finding = Finding::new(level, format!("{what} {}", crash.reason), why);
    let lines = crash
        .last_lines
        .iter()
        .filter(|line| !line.trim().is_empty());
    let lines: Vec<&String> = lines.collect();
    let last = lines.len().saturating_sub(LINES);
    lines[last..]
        .iter()
        .fold(finding, |finding, line| finding.seen(line.trim_end()))
}

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
            "a",
            "b",
            "c",
            "Traceback (most recent call last):",
            "ValueError: odd",
        ];
        let given_up = finding("The daemon", &crash(&said), None);
        assert_eq!(given_up.level, Level::Blocker);
        assert_eq!(given_up.title, "The daemon ended with code 1");
        assert_eq!(given_up.evidence, said[2..]);
        assert!(given_up.why.contains("no rule"), "{given_up:?}");
        let retried = Crash {
            retried: true,
            ..crash(&[])
        };
        let retried = finding("The daemon", &retried, None);
        assert_eq!(retried.level, Level::Warning);
        assert!(retried.why.contains("printed nothing"), "{retried:?}");
    }
}
