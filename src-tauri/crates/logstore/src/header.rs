//! The shapes in which programs begin a log entry: Dagster, structlog, JSON, uvicorn, uv, Python's own and a few more.
//!
//! Owns the recognition of one line without escape codes. Refuses to look at the lines around it.
//!
//! A line that names no level begins no entry: it is an entry's next line, or one of its own at Info. Shapes are told apart
//! by their first byte, for this runs over every line that is printed.

use std::borrow::Cow;

use crate::row::Level;

/// What the beginning of an entry says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Header<'a> {
    /// The level.
    pub(crate) level: Level,
    /// The logger, if one is named.
    pub(crate) logger: Option<Cow<'a, str>>,
    /// What is left to show.
    pub(crate) body: Body,
}

/// The text that is left of a line when date, level and logger stand in their own columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Body {
    /// The bytes from..to of the line without escape codes.
    Range(usize, usize),
    /// Text that was unpacked.
    Text(String),
}

/// Reads the beginning of an entry; none for a line that names no level.
pub(crate) fn read(line: &[u8]) -> Option<Header<'_>> {
    match *line.first()? {
        b'0'..=b'9' => dated(line),
        b'{' => json(line),
        b'[' => bracketed(line),
        b'A'..=b'Z' => worded(line)
            .or_else(|| google(line))
            .or_else(|| python_warning(line)),
        b'e' | b'w' => uv(line).or_else(|| python_warning(line)),
        b' ' => no_solution(line),
        _ => python_warning(line),
    }
}

/// Bytes as text; what is no UTF-8 is replaced.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

/// Where `what` is, at most `within` bytes on from `from`: a header is short, and a line may be long.
fn find(line: &[u8], from: usize, what: &[u8], within: usize) -> Option<usize> {
    let end = line.len().min(from + within);
    memchr::memmem::find(line.get(from..end)?, what).map(|at| from + at)
}

/// Measures a date and time at the start: `2026-11-20 20:25:21`, `T` or a blank between, fraction and zone optional.
fn date(line: &[u8]) -> Option<usize> {
    let shape = b"0000-00-00 00:00:00";
    let start = line.get(..shape.len())?;
    let fits = start.iter().zip(shape).all(|(byte, model)| match model {
        b'0' => byte.is_ascii_digit(),
        b' ' => matches!(byte, b' ' | b'T'),
        _ => byte == model,
    });
    if !fits {
        return None;
    }
    let digits = |at: usize| {
        line[at..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count()
    };
    let mut at = shape.len();
    if matches!(line.get(at), Some(b',' | b'.')) {
        at += 1 + digits(at + 1);
    }
    match line.get(at..) {
        Some([b'Z', ..]) => at += 1,
        Some([b'+' | b'-', rest @ ..]) if rest.first().is_some_and(u8::is_ascii_digit) => {
            at += 1 + rest
                .iter()
                .take_while(|byte| byte.is_ascii_digit() || **byte == b':')
                .count();
        }
        Some([b' ', b'+' | b'-', rest @ ..]) if rest.first().is_some_and(u8::is_ascii_digit) => {
            at += 2 + rest
                .iter()
                .take_while(|byte| byte.is_ascii_digit() || **byte == b':')
                .count();
        }
        _ => {}
    }
    Some(at)
}

/// The time that an entry names, in milliseconds since the epoch. Costs more than all the rest, so it is asked for only
/// where the time of arrival is not known.
pub(crate) fn time(line: &[u8]) -> Option<i64> {
    if line.first() == Some(&b'{') {
        let entry: serde_json::Value = serde_json::from_slice(line).ok()?;
        let stamp = ["timestamp", "time"]
            .iter()
            .find_map(|name| entry.get(*name)?.as_str())?;
        return printed_time(stamp.as_bytes());
    }
    printed_time(&line[..date(line)?])
}

/// The printed time; only where it names a zone, as anything else would be a guess.
fn printed_time(date: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(date).ok()?.replace(',', ".");
    let stamp: Result<jiff::Timestamp, _> = if text.ends_with('Z') {
        text.parse()
    } else {
        jiff::fmt::strtime::parse("%Y-%m-%d %H:%M:%S%.f %z", &text)
            .and_then(|parsed| parsed.to_timestamp())
    };
    stamp.ok().map(jiff::Timestamp::as_millisecond)
}

/// `DATE - logger - LEVEL - text`, `DATE [level    ] text [logger]`, `DATE | LEVEL | text`, `DATE LEVEL text`.
fn dated(line: &[u8]) -> Option<Header<'_>> {
    let end = date(line)?;
    let rest = &line[end..];
    if rest.starts_with(b" - ") {
        let logger_at = end + 3;
        let logger_end = find(line, logger_at, b" - ", 200)?;
        let level_at = logger_end + 3;
        let level_end = find(line, level_at, b" - ", 12).or_else(|| {
            line.ends_with(b" -")
                .then(|| line.len() - 2)
                .filter(|end| *end >= level_at)
        })?;
        let level = Level::from_word(&line[level_at..level_end])?;
        let body = Body::Range((level_end + 3).min(line.len()), line.len());
        let logger = Some(text(&line[logger_at..logger_end]));
        return Some(Header {
            level,
            logger,
            body,
        });
    }
    let (open, close): (&[u8], u8) = match rest {
        [b' ', b'[', ..] => (b" [", b']'),
        [b' ', b'|', b' ', ..] => (b" | ", b'|'),
        [b' ', ..] => (b" ", b' '),
        _ => return None,
    };
    let level_at = end + open.len();
    let level_end = level_at
        + line[level_at..]
            .iter()
            .take(12)
            .position(|byte| *byte == close)?;
    let level = Level::from_word(line[level_at..level_end].trim_ascii())?;
    let mut body_at = level_end + usize::from(close != b' ');
    while line.get(body_at) == Some(&b' ') {
        body_at += 1;
    }
    let mut body_end = line.len();
    let mut logger = None;
    if close == b']' && line.ends_with(b"]") {
        // structlog pads the message and puts the logger behind it.
        if let Some(at) = line[body_at..].iter().rposition(|byte| *byte == b'[') {
            let name = &line[body_at + at + 1..line.len() - 1];
            if !name.is_empty()
                && name
                    .iter()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(byte))
            {
                logger = Some(text(name));
                body_end = body_at + line[body_at..body_at + at].trim_ascii_end().len();
            }
        }
    }
    Some(Header {
        level,
        logger,
        body: Body::Range(body_at, body_end),
    })
}

fn json(line: &[u8]) -> Option<Header<'_>> {
    if !line.starts_with(b"{\"") || !line.ends_with(b"}") {
        return None;
    }
    let entry: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(line).ok()?;
    let string = |names: &[&str]| {
        names
            .iter()
            .find_map(|name| entry.get(*name).and_then(|value| value.as_str()))
    };
    let level = Level::from_word(string(&["level", "levelname", "severity"])?.as_bytes())?;
    let mut body = string(&["event", "message", "msg"])?.to_owned();
    const KNOWN: [&str; 11] = [
        "level",
        "levelname",
        "severity",
        "event",
        "message",
        "msg",
        "logger",
        "name",
        "timestamp",
        "time",
        "exception",
    ];
    for (name, value) in entry
        .iter()
        .filter(|(name, _)| !KNOWN.contains(&name.as_str()))
    {
        body.push(' ');
        body.push_str(name);
        body.push('=');
        match value.as_str() {
            Some(plain) => body.push_str(plain),
            None => body.push_str(&value.to_string()),
        }
    }
    if let Some(exception) = entry.get("exception").and_then(|value| value.as_str()) {
        body.push(' ');
        body.push_str(exception);
    }
    Some(Header {
        level,
        logger: string(&["logger", "name"]).map(|name| Cow::Owned(name.to_owned())),
        body: Body::Text(body),
    })
}

/// `[LEVEL] text`.
fn bracketed(line: &[u8]) -> Option<Header<'_>> {
    let end = line.iter().take(12).position(|byte| *byte == b']')?;
    let level = Level::from_word(line[1..end].trim_ascii())?;
    let at = end + 1 + usize::from(line.get(end + 1) == Some(&b' '));
    Some(Header {
        level,
        logger: None,
        body: Body::Range(at, line.len()),
    })
}

/// `INFO:     text` of uvicorn and `WARNING:logger:text` of Python's basic configuration.
fn worded(line: &[u8]) -> Option<Header<'_>> {
    let end = line.iter().take(10).position(|byte| *byte == b':')?;
    let word = &line[..end];
    if !word.iter().all(u8::is_ascii_uppercase) {
        return None;
    }
    let level = Level::from_word(word)?;
    let mut at = end + 1;
    let mut logger = None;
    if line.get(at) == Some(&b' ') {
        while line.get(at) == Some(&b' ') {
            at += 1;
        }
    } else if let Some(length) = line[at..].iter().take(100).position(|byte| *byte == b':') {
        let name = &line[at..at + length];
        if !name.is_empty() && !name.contains(&b' ') {
            logger = Some(text(name));
            at += length + 1;
        }
    }
    Some(Header {
        level,
        logger,
        body: Body::Range(at, line.len()),
    })
}

/// `E1120 20:37:52.459132   31914 add_port.cc:83] text`, as gRPC prints.
fn google(line: &[u8]) -> Option<Header<'_>> {
    let level = match line[0] {
        b'I' => Level::Info,
        b'W' => Level::Warning,
        b'E' | b'F' => Level::Error,
        _ => return None,
    };
    let shape = b"0000 00:00:00.";
    let fits = line
        .get(1..15)?
        .iter()
        .zip(shape)
        .all(|(byte, model)| match model {
            b'0' => byte.is_ascii_digit(),
            _ => byte == model,
        });
    let close = fits.then(|| find(line, 15, b"] ", 100)).flatten()?;
    let place_at = line[..close].iter().rposition(|byte| *byte == b' ')? + 1;
    Some(Header {
        level,
        logger: Some(text(&line[place_at..close])),
        body: Body::Range(close + 2, line.len()),
    })
}

/// `error: text` and `warning: text` of uv.
fn uv(line: &[u8]) -> Option<Header<'_>> {
    let (level, at) = match line {
        [b'e', b'r', b'r', b'o', b'r', b':', b' ', ..] => (Level::Error, 7),
        [b'w', b'a', b'r', b'n', b'i', b'n', b'g', b':', b' ', ..] => (Level::Warning, 9),
        _ => return None,
    };
    Some(Header {
        level,
        logger: None,
        body: Body::Range(at, line.len()),
    })
}

/// `  × No solution found`, the head of uv's and miette's reports.
fn no_solution(line: &[u8]) -> Option<Header<'_>> {
    line.starts_with("  × ".as_bytes()).then_some(Header {
        level: Level::Error,
        logger: None,
        body: Body::Range(0, line.len()),
    })
}

/// `/path/to/file.py:12: DeprecationWarning: text`.
fn python_warning(line: &[u8]) -> Option<Header<'_>> {
    let at = find(line, 0, b"Warning: ", 600)?;
    let name_at = line[..at]
        .iter()
        .rposition(|byte| !byte.is_ascii_alphanumeric())
        .map(|at| at + 1)?;
    let before = line[..name_at].strip_suffix(b": ")?;
    let colon = before.iter().rposition(|byte| *byte == b':')?;
    let number = &before[colon + 1..];
    (!number.is_empty() && number.iter().all(u8::is_ascii_digit)).then_some(Header {
        level: Level::Warning,
        logger: None,
        body: Body::Range(0, line.len()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(line: &str) -> (Level, String, String) {
        let header = read(line.as_bytes()).unwrap_or_else(|| panic!("not recognised: {line}"));
        let body = match header.body {
            Body::Range(from, to) => line[from..to].to_owned(),
            Body::Text(text) => text,
        };
        (
            header.level,
            header.logger.unwrap_or_default().into_owned(),
            body,
        )
    }

    #[test]
    fn reads_the_shapes() {
        let cases = [
            (
                "2026-11-20 20:25:21 +0000 - dagster.code_server - INFO - Up",
                Level::Info,
                "dagster.code_server",
                "Up",
            ),
            (
                "2026-11-20 20:25:21,123 - my.logger - WARNING - Slow - very",
                Level::Warning,
                "my.logger",
                "Slow - very",
            ),
            (
                "2026-11-20T20:38:44.424897Z [info     ] Up and on     [dagster]",
                Level::Info,
                "dagster",
                "Up and on",
            ),
            (
                "2026-11-20 20:38:44.424 | ERROR    | mod:f:1 - bad",
                Level::Error,
                "",
                "mod:f:1 - bad",
            ),
            (
                r#"{"event": "Up", "logger": "dagster", "level": "warning", "n": 3}"#,
                Level::Warning,
                "dagster",
                "Up n=3",
            ),
            (
                "INFO:     127.0.0.1 - ok",
                Level::Info,
                "",
                "127.0.0.1 - ok",
            ),
            ("ERROR:root:bad: thing", Level::Error, "root", "bad: thing"),
            (
                "error: No `project` table",
                Level::Error,
                "",
                "No `project` table",
            ),
            ("[WARN] careful", Level::Warning, "", "careful"),
            (
                "E1120 20:37:52.459132   31914 add_port.cc:83] Failed",
                Level::Error,
                "add_port.cc:83",
                "Failed",
            ),
            (
                "/a/b.py:12: UserWarning: old",
                Level::Warning,
                "",
                "/a/b.py:12: UserWarning: old",
            ),
        ];
        for (line, level, logger, body) in cases {
            assert_eq!(
                shown(line),
                (level, logger.to_owned(), body.to_owned()),
                "{line}"
            );
        }
    }

    #[test]
    fn leaves_other_lines_alone() {
        for line in [
            "",
            "hello",
            "2026-11-20 was a day",
            "{\"a\": 1}",
            "[1, 2]",
            "error",
            "Error: x",
            "hint: y",
            "Warning: z",
        ] {
            assert_eq!(read(line.as_bytes()), None, "{line}");
        }
    }

    #[test]
    fn reads_the_printed_time() {
        let of = |line: &str| time(line.as_bytes());
        assert_eq!(
            of("2026-11-20 20:25:21 +0000 - a - INFO - b"),
            Some(1_795_206_321_000)
        );
        assert_eq!(
            of("2026-11-20T20:25:21.250Z [info] b"),
            Some(1_795_206_321_250)
        );
        assert_eq!(of("2026-11-20 20:25:21 - a - INFO - b"), None);
    }
}
