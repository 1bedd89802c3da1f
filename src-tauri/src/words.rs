//! The person's editor command, cut into the words of a program's start. No shell ever sees it.

/// Cuts a command into words as a shell would: blanks part words, quotes keep them together, a backslash keeps the next
/// character outside single quotes. A Windows path needs quotes only if it has blanks, so there the backslash is plain.
pub(crate) fn split(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut begun = false;
    let mut quote = None;
    let mut letters = command.chars();
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (Some(open), _) if letter == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(letter);
                begun = true;
            }
            (None | Some('"'), '\\') if !cfg!(windows) => {
                word.extend(letters.next());
                begun = true;
            }
            (None, _) if letter.is_whitespace() => {
                if std::mem::take(&mut begun) {
                    words.push(std::mem::take(&mut word));
                }
            }
            _ => {
                word.push(letter);
                begun = true;
            }
        }
    }
    if begun {
        words.push(word);
    }
    words
}

/// The words that open `file` at `line`: `{file}` and `{line}` are filled in, and a command without `{file}` gets the file
/// as its last word. None for an empty command.
pub(crate) fn editor(command: &str, file: &str, line: Option<u32>) -> Option<Vec<String>> {
    let mut words = split(command);
    if words.is_empty() {
        return None;
    }
    if !words.iter().any(|word| word.contains("{file}")) {
        words.push("{file}".to_owned());
    }
    let line = line.unwrap_or(1).to_string();
    // The line first: a file's name may hold "{line}" itself.
    Some(
        words
            .into_iter()
            .map(|word| word.replace("{line}", &line).replace("{file}", file))
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_keep_words_together() {
        assert_eq!(
            split(r#"  "/opt/my editor/bin" -g 'a b'"c" "" "#),
            ["/opt/my editor/bin", "-g", "a bc", ""]
        );
    }

    #[test]
    fn file_and_line_are_filled_in() {
        let words = editor("code -g {file}:{line}", "/w/a b.py", Some(7));
        assert_eq!(words.unwrap_or_default(), ["code", "-g", "/w/a b.py:7"]);
    }

    #[test]
    fn a_bare_command_gets_the_file() {
        assert_eq!(
            editor("kate", "/w/a.py", None).unwrap_or_default(),
            ["kate", "/w/a.py"]
        );
    }

    #[test]
    fn a_file_is_never_more_than_one_word() {
        let words = editor("code {file}", "/w/a; rm -r $HOME {line}", None);
        assert_eq!(
            words.unwrap_or_default(),
            ["code", "/w/a; rm -r $HOME {line}"]
        );
    }

    #[test]
    fn nothing_is_no_editor() {
        assert_eq!(editor("  ", "/w/a.py", None), None);
    }
}
