//! Words for a POSIX shell.

use crate::Environment;

pub(crate) fn quote(word: &str) -> String {
    // Bare where shlex would be careful: `--index=https://…` is easier to read so, and no shell minds.
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:=,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    match shlex::try_quote(word) {
        Ok(quoted) => quoted.into_owned(),
        // A NUL is the only thing that it refuses.
        Err(_) => format!("'{}'", word.replace(['\0', '\''], "\u{fffd}")),
    }
}

pub(crate) fn with(environment: Environment<'_>, command: &str) -> String {
    let removed = environment.removed.iter();
    let removed = removed.map(|name| format!("-u {}", quote(name)));
    let added = environment.added.iter();
    let added = added.map(|(name, value)| quote(&format!("{name}={value}")));
    let words: Vec<String> = removed.chain(added).collect();
    if words.is_empty() {
        return command.to_owned();
    }
    format!("env {} {command}", words.join(" "))
}

#[cfg(all(test, unix))]
mod tests {
    use std::collections::BTreeMap;

    use crate::{Environment, Shell};

    /// What `sh` prints for a script.
    #[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
    fn said(script: &str) -> String {
        #[expect(
            clippy::disallowed_methods,
            reason = "asks the shell itself what it read"
        )]
        let said = std::process::Command::new("sh")
            .args(["-c", script])
            .output()
            .unwrap();
        String::from_utf8(said.stdout).unwrap()
    }

    #[test]
    fn a_shell_reads_each_word_as_it_was() {
        for word in [
            "",
            "plain",
            "a b",
            "it's",
            "'\"",
            "$HOME `id` \\ !x",
            "two\nlines",
            "~/x",
            "--index=https://a.b/c?d=e&f",
            "a*[b]{c,d}#;|<>()",
            "\u{e4}\u{1b}[1m\u{7f}\t",
            "-",
            "^",
        ] {
            let script = format!("printf %s {}", Shell::Posix.quote(word));
            assert_eq!(said(&script), word, "{script}");
        }
    }

    #[test]
    fn a_word_that_needs_no_quotes_has_none_and_a_nul_is_shown() {
        for word in ["--index=https://a.b/c", "pkg==1.2", "a,b@c%d+e"] {
            assert_eq!(Shell::Posix.quote(word), word);
        }
        assert_eq!(Shell::Posix.quote("a\0b"), "'a\u{fffd}b'");
    }

    #[test]
    fn a_command_runs_in_its_folder_with_its_variables() {
        let added = BTreeMap::from([("ONE".to_owned(), "it's".to_owned())]);
        let environment = Environment {
            added: &added,
            removed: &["HOME".to_owned()],
        };
        let argv = ["sh", "-c", "pwd; echo $ONE ${HOME-none}"].map(str::to_owned);
        let line = Shell::Posix.with(environment, &Shell::Posix.call(&argv));
        assert_eq!(said(&Shell::Posix.within("/", &line)), "/\nit's none\n");
        assert_eq!(
            said(&Shell::Posix.within("/no such folder", &line)),
            "",
            "nothing runs elsewhere"
        );
    }

    #[test]
    fn lines_are_added_to_a_file() {
        let lines = ["A=", "B=$x"].map(str::to_owned);
        let line = Shell::Posix.append(&lines, "/dev/stdout");
        assert_eq!(said(&line), "A=\nB=$x\n");
    }
}
