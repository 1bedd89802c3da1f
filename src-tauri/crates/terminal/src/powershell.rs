//! Words for PowerShell, as its help tells them (about_Quoting_Rules, about_Parsing, about_Environment_Variables).
//!
//! One thing can't be written for all its versions: before 7.3 it hands a program's argument on without the double quotes
//! in it, and leaves an empty one out. What is written here is right from 7.3 on.

use crate::Environment;

/// It takes the typographic ones for quotes too.
const QUOTES: [char; 5] = ['\'', '\u{2018}', '\u{2019}', '\u{201a}', '\u{201b}'];

pub(crate) fn quote(word: &str) -> String {
    if is_bare(word) {
        return word.to_owned();
    }
    text(word)
}

/// A word in quotes, whatever it is: where an expression is expected.
pub(crate) fn text(word: &str) -> String {
    let mut quoted = String::from("'");
    for letter in word.replace('\0', "\u{fffd}").chars() {
        if QUOTES.contains(&letter) {
            quoted.push(letter);
        }
        quoted.push(letter);
    }
    quoted.push('\'');
    quoted
}

/// Whether a word is read as it stands. A first digit would make it a number; behind a first `-` a full stop or a colon
/// makes two words of it.
fn is_bare(word: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-=".contains(c);
    let of_a_path = |c: char| plain(c) || ".:/\\+".contains(c);
    match word.chars().next() {
        Some('-') => word.chars().all(plain),
        Some(first) if first.is_ascii_alphabetic() => word.chars().all(of_a_path),
        _ => false,
    }
}

pub(crate) fn with(environment: Environment<'_>, command: &str) -> String {
    let mut line = String::new();
    for name in environment.removed {
        line.push_str(&format!("{} = $null; ", variable(name)));
    }
    for (name, value) in environment.added {
        line.push_str(&format!("{} = {}; ", variable(name), text(value)));
    }
    line.push_str(command);
    line
}

/// A variable of the environment by name; braces hold what is no plain name, as `ProgramFiles(x86)`.
fn variable(name: &str) -> String {
    if name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return format!("$env:{name}");
    }
    let mut braced = String::new();
    for letter in name.chars() {
        if "{}`".contains(letter) {
            braced.push('`');
        }
        braced.push(letter);
    }
    format!("${{env:{braced}}}")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::{Environment, Shell};

    const SHELL: Shell = Shell::PowerShell;

    #[test]
    fn a_word_is_bare_only_where_it_is_read_as_it_stands() {
        for word in ["sync", r"C:\opt\uv.exe", "--check", "--index=x", "a/b+c"] {
            assert_eq!(SHELL.quote(word), word);
        }
        for (word, quoted) in [
            ("", "''"),
            ("a b", "'a b'"),
            ("$HOME `x`", "'$HOME `x`'"),
            ("it's", "'it''s'"),
            ("it\u{2019}s", "'it\u{2019}\u{2019}s'"),
            ("a\0b", "'a\u{fffd}b'"),
            ("two\nlines", "'two\nlines'"),
            // A number, an array, two words, a splat, a comment, a call.
            ("3.10", "'3.10'"),
            ("a,b", "'a,b'"),
            ("-DV=1.2", "'-DV=1.2'"),
            ("--index=https://a", "'--index=https://a'"),
            ("@x", "'@x'"),
            ("#x", "'#x'"),
            ("&", "'&'"),
            (r"\\host\share", r"'\\host\share'"),
        ] {
            assert_eq!(SHELL.quote(word), quoted);
        }
    }

    #[test]
    fn a_quoted_program_is_called() {
        let argv = [r"C:\Program Files\uv.exe", "sync"].map(str::to_owned);
        assert_eq!(SHELL.call(&argv), r"& 'C:\Program Files\uv.exe' sync");
        let argv = ["uv", "pip"].map(str::to_owned);
        assert_eq!(SHELL.call(&argv), "uv pip");
    }

    #[test]
    fn folder_and_variables_come_before_the_command() {
        let added = BTreeMap::from([
            ("DAGSTER_HOME".to_owned(), "C:\\x".to_owned()),
            ("odd{}(x86)".to_owned(), "it's".to_owned()),
        ]);
        let environment = Environment {
            added: &added,
            removed: &["VIRTUAL_ENV".to_owned()],
        };
        let line = SHELL.within(r"C:\My work", &SHELL.with(environment, "uv sync"));
        assert_eq!(
            line,
            "Set-Location -LiteralPath 'C:\\My work' -ErrorAction Stop; $env:VIRTUAL_ENV = $null; \
             $env:DAGSTER_HOME = 'C:\\x'; ${env:odd`{`}(x86)} = 'it''s'; uv sync"
        );
    }

    #[test]
    fn what_every_shell_spells_otherwise() {
        assert_eq!(SHELL.kill(7), "Stop-Process -Id 7 -Force");
        assert_eq!(SHELL.ask_to_end(7), None);
        let lines = ["A=", "B="].map(str::to_owned);
        assert_eq!(
            SHELL.append(&lines, r"C:\My work\.env"),
            r"Add-Content -LiteralPath 'C:\My work\.env' -Value 'A=', 'B='"
        );
        let files = ["C:\\a", "C:\\b c"].map(str::to_owned);
        assert_eq!(
            SHELL.touch(&files),
            "Get-Item -Force -LiteralPath 'C:\\a', 'C:\\b c' | ForEach-Object { $_.LastWriteTime = Get-Date }"
        );
    }
}
