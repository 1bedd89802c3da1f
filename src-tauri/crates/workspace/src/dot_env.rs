//! `.env` files, read as Dagster reads them: quotes, `export`, comments, `${NAME}` and `${NAME:-default}`.
//! Owns the grammar; refuses to change any environment.
//!
//! A line that is no binding is told with its place and left out; the rest counts. A variable that stands there twice has
//! its last value, as for Dagster, and references see the values above them.

use std::collections::BTreeMap;
use std::path::Path;

use crate::model::DotEnv;
use crate::problem::{Problem, ProblemCode, Severity};
use crate::source::Source;

/// Reads a folder's `.env`; `None` if there is none. References are answered from `environment` first where it
/// has no newer value from the file itself.
#[must_use]
pub fn read_dot_env(
    folder: &Path,
    environment: &BTreeMap<String, String>,
) -> (Option<DotEnv>, Vec<Problem>) {
    let path = folder.join(".env");
    match Source::read(&path) {
        Ok(None) => (None, Vec::new()),
        Ok(Some(source)) => {
            let (found, problems) = parse_source(&source, environment);
            (Some(found), problems)
        }
        Err(mut problem) => {
            // Without its `.env` a project still loads, if perhaps not as meant.
            problem.severity = Severity::Warning;
            (None, vec![*problem])
        }
    }
}

/// Parses the text of a `.env` file; `path` only names it in problems.
#[must_use]
pub fn parse_dot_env(
    path: &Path,
    text: &str,
    environment: &BTreeMap<String, String>,
) -> (DotEnv, Vec<Problem>) {
    let source = Source::new(path.to_path_buf(), text.into());
    parse_source(&source, environment)
}

/// Reads all bindings in their order. Values are interpolated with what the environment and the lines before hold.
fn parse_source(source: &Source, environment: &BTreeMap<String, String>) -> (DotEnv, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut values: Vec<(String, Option<String>)> = Vec::new();
    let mut names: Vec<String> = Vec::new();
    let mut known: BTreeMap<String, Option<String>> = environment
        .iter()
        .map(|(name, value)| (name.clone(), Some(value.clone())))
        .collect();
    let mut reader = Reader {
        text: &source.text,
        at: 0,
    };
    loop {
        reader.skip(char::is_whitespace);
        if reader.rest().is_empty() {
            break;
        }
        let start = reader.at;
        match reader.binding() {
            Some(None) => {}
            Some(Some((name, raw))) => {
                let value = raw.map(|raw| interpolate(&raw, &known));
                known.insert(name.clone(), value.clone());
                if !names.contains(&name) {
                    names.push(name.clone());
                }
                values.push((name, value));
            }
            None => {
                reader.skip(|c| c != '\n' && c != '\r');
                let place = source.place(start);
                problems.push(
                    Problem::new(
                        ProblemCode::DotEnvLine,
                        Severity::Warning,
                        &source.path,
                        format!(
                            "Line {} of .env is not NAME=value; it is left out.",
                            place.line
                        ),
                    )
                    .at(Some(place)),
                );
            }
        }
    }
    let found = DotEnv {
        path: source.path.clone(),
        values,
        names,
    };
    (found, problems)
}

/// Where reading stands in the text, as a byte offset.
struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn take(&mut self, keep: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c| !keep(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn skip(&mut self, keep: impl Fn(char) -> bool) {
        self.take(keep);
    }

    fn blanks(&mut self) -> &'a str {
        self.take(|c| c.is_whitespace() && c != '\n' && c != '\r')
    }

    /// One binding or comment line: `None` for a fault, `Some(None)` for a comment.
    #[allow(
        clippy::option_option,
        reason = "a fault and a comment are different answers of one small private reader"
    )]
    fn binding(&mut self) -> Option<Option<(String, Option<String>)>> {
        if let Some(after) = self.rest().strip_prefix("export")
            && after.starts_with([' ', '\t'])
        {
            self.at += "export".len();
            self.blanks();
        }
        let name = match self.peek() {
            Some('#') => None,
            Some('\'') => Some(self.quoted('\'')?),
            _ => {
                let name = self.take(|c| c != '=' && c != '#' && !c.is_whitespace());
                if name.is_empty() {
                    return None;
                }
                Some(name.to_owned())
            }
        };
        self.blanks();
        let mut value = None;
        if name.is_some() && self.peek() == Some('=') {
            self.at += 1;
            let gap = !self.blanks().is_empty();
            value = Some(match self.peek() {
                Some('#') if gap => String::new(),
                Some(quote @ ('\'' | '"')) => self.quoted(quote)?,
                None | Some('\n' | '\r') => String::new(),
                Some(_) => self.plain(),
            });
        }
        self.blanks();
        if self.peek() == Some('#') {
            self.skip(|c| c != '\n' && c != '\r');
        }
        if !matches!(self.peek(), None | Some('\n' | '\r')) {
            return None;
        }
        Some(name.map(|name| (name, value)))
    }

    /// A value without quotes: to the end of the line, or to a `#` with a blank before it, without blanks at its end.
    fn plain(&mut self) -> String {
        let line = self.take(|c| c != '\n' && c != '\r');
        let mut end = line.len();
        let mut blank_before = false;
        for (at, c) in line.char_indices() {
            if c == '#' && blank_before {
                end = at;
                break;
            }
            blank_before = c.is_whitespace();
        }
        line[..end].trim_end().to_owned()
    }

    /// A value in quotes, over several lines too, with its escapes resolved: in single quotes only `\\` and `\'`. None
    /// where the quote is not closed.
    fn quoted(&mut self, quote: char) -> Option<String> {
        let rest = &self.rest()[1..];
        let mut out = String::new();
        let mut chars = rest.char_indices();
        while let Some((at, c)) = chars.next() {
            if c == quote {
                self.at += 1 + at + 1;
                return Some(out);
            }
            if c != '\\' {
                out.push(c);
                continue;
            }
            let (_, escaped) = chars.next()?;
            match (quote, escaped) {
                (_, '\\' | '\'') => out.push(escaped),
                ('"', '"') => out.push('"'),
                ('"', 'n') => out.push('\n'),
                ('"', 'r') => out.push('\r'),
                ('"', 't') => out.push('\t'),
                ('"', 'a') => out.push('\u{7}'),
                ('"', 'b') => out.push('\u{8}'),
                ('"', 'f') => out.push('\u{c}'),
                ('"', 'v') => out.push('\u{b}'),
                _ => out.extend(['\\', escaped]),
            }
        }
        None
    }
}

/// Puts values in the place of `${NAME}` and `${NAME:-default}`. What is not set is empty, and a `${` without its `}` stays
/// as written.
fn interpolate(raw: &str, known: &BTreeMap<String, Option<String>>) -> String {
    let mut out = String::new();
    let mut rest = raw;
    while let Some(start) = rest.find("${") {
        let Some(end) = rest[start..].find('}') else {
            break;
        };
        let inside = &rest[start + 2..start + end];
        let (name, default) = inside.split_once(":-").unwrap_or((inside, ""));
        out.push_str(&rest[..start]);
        match known.get(name) {
            Some(value) => out.push_str(value.as_deref().unwrap_or_default()),
            None => out.push_str(default),
        }
        rest = &rest[start + end + 1..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> (DotEnv, Vec<Problem>) {
        let environment = BTreeMap::from([("HOME".to_owned(), "/home/me".to_owned())]);
        parse_dot_env(Path::new(".env"), text, &environment)
    }

    #[test]
    fn reads_what_dagster_reads() {
        let (found, problems) = parse(
            "# top\nexport A=1\nB = two words # note\nC=#kept\nD= # empty\nE=\"a\\nb\" # c\nF='x\\ny'\r\nG\nH=${HOME}/x\nI=${NOPE:-d}${A}\nJ=\"two\nlines\"\n",
        );
        assert_eq!(problems, vec![]);
        let get = |name| found.get(name);
        assert_eq!(get("A"), Some("1"));
        assert_eq!(get("B"), Some("two words"));
        assert_eq!(get("C"), Some("#kept"));
        assert_eq!(get("D"), Some(""));
        assert_eq!(get("E"), Some("a\nb"));
        assert_eq!(get("F"), Some("x\\ny"));
        assert_eq!(get("G"), None);
        assert_eq!(get("H"), Some("/home/me/x"));
        assert_eq!(get("I"), Some("d1"));
        assert_eq!(get("J"), Some("two\nlines"));
        assert!(!found.variables().contains_key("G"));
    }

    #[test]
    fn a_faulty_line_is_named_and_the_rest_counts() {
        let (found, problems) = parse("A=1\n=oops\nB=\"open\nC=3\n");
        assert_eq!(found.get("A"), Some("1"));
        assert_eq!(found.get("C"), Some("3"));
        assert_eq!(
            problems.iter().map(|p| p.line).collect::<Vec<_>>(),
            vec![Some(2), Some(3)]
        );
    }

    #[test]
    fn the_last_of_a_name_counts() {
        let (found, _) = parse("A=1\nA=2\n");
        assert_eq!(found.get("A"), Some("2"));
        assert_eq!(found.names, vec!["A"]);
    }
}
