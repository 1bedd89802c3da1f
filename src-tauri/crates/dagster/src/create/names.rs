//! Names of workspaces and projects, judged before anything is written.
//!
//! create-dagster accepts most of what is refused here and fails later: at its own check of the settings it has just
//! written, at `uv sync` (a package name must be ASCII, and begin and end with a letter or a digit), or when the code
//! is imported (a keyword, or a module that is found first).

use std::fmt;

/// The module names of Python 3.10 to 3.14 (`sys.stdlib_module_names`; of 3.14 what its documentation lists as new).
const STANDARD_LIBRARY: &str = include_str!("standard_library.txt");

/// What a project's environment holds once it is made (Dagster 1.12 and 1.13: names of packages and of their modules), and
/// Dagster's own integrations, which a project may want later.
const PACKAGES: &str = include_str!("packages.txt");

/// Python's keywords. The soft ones (`match`, `case`, `type`) can be imported.
const KEYWORDS: [&str; 35] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue",
    "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import",
    "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while",
    "with", "yield",
];

/// The longest name; file systems end at 255 bytes, and suffixes are added.
const LONGEST: usize = 100;

/// Why a name can't be used. Its text is a plain sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NameFault {
    /// Nothing was typed.
    Empty,
    /// `.` or `..`: a place, not a name.
    Place(String),
    /// A folder of the path or the name is longer than file systems take.
    TooLong,
    /// It holds a character that can't be in it.
    Character(char),
    /// It begins with something else than it may.
    Begins {
        /// What it begins with.
        with: char,
        /// Whether a digit would do.
        digits: bool,
    },
    /// It ends with something else than a letter or a digit.
    Ends(char),
    /// It is a word of Python's grammar.
    Keyword(String),
    /// It is the name of a module that comes with Python.
    StandardLibrary(String),
    /// It is the name of a package that is in the environment of every project, or of one of Dagster's own.
    Package(String),
    /// It is the name of the project's own folder of tests.
    Tests(String),
}

impl fmt::Display for NameFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("Type a name."),
            Self::Place(name) => write!(f, "\"{name}\" is a place, not a name. Type a name."),
            Self::TooLong => write!(f, "Use {LONGEST} characters or fewer."),
            Self::Character(' ') => f.write_str("A name can't hold a space."),
            Self::Character(one) => write!(
                f,
                "A name can't hold \"{one}\": Python packages take the letters a to z, digits, - and _."
            ),
            Self::Begins { with, digits: true } => {
                write!(
                    f,
                    "A name begins with a letter or a digit, not with \"{with}\"."
                )
            }
            Self::Begins {
                with,
                digits: false,
            } => write!(
                f,
                "A name begins with a letter, not with \"{with}\": it is also the name of a Python package."
            ),
            Self::Ends(with) => write!(
                f,
                "A name ends with a letter or a digit, not with \"{with}\"."
            ),
            Self::Keyword(name) => write!(
                f,
                "\"{name}\" is a word of the Python language, so no code could import it."
            ),
            Self::StandardLibrary(name) => write!(
                f,
                "\"{name}\" comes with Python. A project of this name would stand in its way."
            ),
            Self::Package(name) => write!(
                f,
                "\"{name}\" is a package that Dagster projects use. A project of this name would stand in its way."
            ),
            Self::Tests(name) => {
                write!(f, "\"{name}\" is the name of a project's folder of tests.")
            }
        }
    }
}

/// The Python package that the scaffolder makes for a folder's name.
#[must_use]
pub fn package_of(folder: &str) -> String {
    folder.replace('-', "_")
}

/// Judges the name of a project's folder.
///
/// # Errors
/// With the first thing that keeps it from being used.
pub fn check_project(name: &str) -> Result<(), NameFault> {
    plain(name)?;
    if let Some(other) = name
        .chars()
        .find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_')))
    {
        return Err(NameFault::Character(other));
    }
    ends(name, false)?;
    let package = package_of(name);
    let taken = |list: &str| list.lines().any(|line| line == package);
    if KEYWORDS.contains(&package.as_str()) {
        Err(NameFault::Keyword(package))
    } else if matches!(package.as_str(), "test" | "tests") {
        Err(NameFault::Tests(package))
    } else if taken(STANDARD_LIBRARY) {
        Err(NameFault::StandardLibrary(package))
    } else if is_package(&package) {
        Err(NameFault::Package(package))
    } else {
        Ok(())
    }
}

/// Judges the name of a workspace's folder: the package name of its deployment environment is made from it.
///
/// # Errors
/// With the first thing that keeps it from being used.
pub fn check_workspace(name: &str) -> Result<(), NameFault> {
    plain(name)?;
    if let Some(other) = name
        .chars()
        .find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')))
    {
        return Err(NameFault::Character(other));
    }
    ends(name, true)
}

/// Judges a folder on the way to a project.
///
/// # Errors
/// Where it is no plain folder name.
pub fn check_folder(name: &str) -> Result<(), NameFault> {
    plain(name)?;
    match name
        .chars()
        .find(|c| c.is_control() || "\\:*?\"<>|".contains(*c))
    {
        Some(other) => Err(NameFault::Character(other)),
        None => Ok(()),
    }
}

/// A name near one that can't be used; none where nothing of it is left.
#[must_use]
pub fn near(name: &str, judge: fn(&str) -> Result<(), NameFault>) -> Option<String> {
    let mut folded = String::new();
    for one in name.chars() {
        match one {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '_' => folded.push(one),
            other => folded.push_str(ascii(other).unwrap_or("-")),
        }
    }
    let parts: Vec<&str> = folded.split('-').filter(|part| !part.is_empty()).collect();
    let folded = parts.join("-");
    let mut near: String = folded
        .trim_matches(['-', '_'])
        .chars()
        .take(LONGEST)
        .collect();
    if near.is_empty() {
        return None;
    }
    if judge(&near).is_err() && near.starts_with(|c: char| c.is_ascii_digit()) {
        near = format!("project-{near}");
    }
    if judge(&near).is_err() {
        near = format!("{near}-project");
    }
    (near != name && judge(&near).is_ok()).then_some(near)
}

fn is_package(package: &str) -> bool {
    // uv does not tell upper from lower case in package names.
    let lower = package.to_ascii_lowercase();
    PACKAGES.lines().any(|line| line == lower)
}

fn plain(name: &str) -> Result<(), NameFault> {
    match name {
        "" => Err(NameFault::Empty),
        "." | ".." => Err(NameFault::Place(name.to_owned())),
        _ if name.len() > LONGEST => Err(NameFault::TooLong),
        _ => Ok(()),
    }
}

fn ends(name: &str, digits: bool) -> Result<(), NameFault> {
    let may_begin = |c: char| c.is_ascii_alphabetic() || (digits && c.is_ascii_digit());
    if let Some(with) = name.chars().next().filter(|c| !may_begin(*c)) {
        return Err(NameFault::Begins { with, digits });
    }
    match name.chars().last().filter(|c| !c.is_ascii_alphanumeric()) {
        Some(with) => Err(NameFault::Ends(with)),
        None => Ok(()),
    }
}

/// The plain letters of a Latin one with marks.
fn ascii(letter: char) -> Option<&'static str> {
    const FOLDED: [(&str, &str); 18] = [
        ("àáâãåāăą", "a"),
        ("ÀÁÂÃÅĀĂĄ", "A"),
        ("äæ", "ae"),
        ("çćč", "c"),
        ("ďđ", "d"),
        ("èéêëēęě", "e"),
        ("ÈÉÊËĒĘĚ", "E"),
        ("ğ", "g"),
        ("ìíîïīı", "i"),
        ("łľ", "l"),
        ("ñńň", "n"),
        ("òóôõøō", "o"),
        ("öœ", "oe"),
        ("ř", "r"),
        ("śšş", "s"),
        ("ß", "ss"),
        ("ùúûūů", "u"),
        ("ü", "ue"),
    ];
    let found = FOLDED.iter().find(|(letters, _)| letters.contains(letter));
    found.map(|(_, plain)| *plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each name, what is said (none: it can be used), and what is offered instead.
    const PROJECTS: &[(&str, Option<&str>, Option<&str>)] = &[
        ("inventory", None, None),
        ("data-engineering", None, None),
        ("Data_2", None, None),
        ("match", None, None),
        ("dagster-quickstart", None, None),
        ("", Some("Type a name."), None),
        (".", Some("is a place"), None),
        ("..", Some("is a place"), None),
        ("bad name", Some("can't hold a space"), Some("bad-name")),
        ("we!rd$", Some("can't hold \"!\""), Some("we-rd")),
        ("a/b", Some("can't hold \"/\""), Some("a-b")),
        ("été", Some("can't hold \"é\""), Some("ete")),
        ("日本", Some("can't hold \"日\""), None),
        ("a.b", Some("can't hold \".\""), Some("a-b")),
        (
            "123abc",
            Some("begins with a letter"),
            Some("project-123abc"),
        ),
        ("_private", Some("begins with a letter"), Some("private")),
        ("-x", Some("begins with a letter"), Some("x")),
        (
            "trailing_",
            Some("ends with a letter or a digit"),
            Some("trailing"),
        ),
        (
            "class",
            Some("word of the Python language"),
            Some("class-project"),
        ),
        (
            "None",
            Some("word of the Python language"),
            Some("None-project"),
        ),
        ("json", Some("comes with Python"), Some("json-project")),
        (
            "compression",
            Some("comes with Python"),
            Some("compression-project"),
        ),
        ("tests", Some("folder of tests"), Some("tests-project")),
        (
            "dagster",
            Some("a package that Dagster projects use"),
            Some("dagster-project"),
        ),
        (
            "dagster-dg-cli",
            Some("a package that Dagster projects use"),
            Some("dagster-dg-cli-project"),
        ),
        (
            "PyYAML",
            Some("a package that Dagster projects use"),
            Some("PyYAML-project"),
        ),
        (
            "yaml",
            Some("a package that Dagster projects use"),
            Some("yaml-project"),
        ),
        (
            "dagster_dbt",
            Some("a package that Dagster projects use"),
            Some("dagster_dbt-project"),
        ),
    ];

    const WORKSPACES: &[(&str, Option<&str>, Option<&str>)] = &[
        ("acme", None, None),
        ("123abc", None, None),
        ("a.b", None, None),
        ("json", None, None),
        (
            "my workspace",
            Some("can't hold a space"),
            Some("my-workspace"),
        ),
        ("été", Some("can't hold \"é\""), Some("ete")),
        ("_w", Some("letter or a digit"), Some("w")),
        ("acme-", Some("ends with"), Some("acme")),
        ("-x", Some("begins with a letter or a digit"), Some("x")),
        ("", Some("Type a name."), None),
    ];

    fn hold(rows: &[(&str, Option<&str>, Option<&str>)], judge: fn(&str) -> Result<(), NameFault>) {
        for (name, said, instead) in rows {
            let fault = judge(name).err();
            let words = fault.as_ref().map(ToString::to_string);
            match said {
                None => assert_eq!(words, None, "{name}"),
                Some(said) => assert!(
                    words.as_ref().is_some_and(|words| words.contains(said)),
                    "{name}: {words:?}"
                ),
            }
            let near = fault.and_then(|_| near(name, judge));
            assert_eq!(near.as_deref(), *instead, "{name}");
        }
    }

    #[test]
    fn project_names_are_judged_before_anything_is_written() {
        hold(PROJECTS, check_project);
    }

    #[test]
    fn workspace_names_may_be_more() {
        hold(WORKSPACES, check_workspace);
    }

    #[test]
    fn what_is_too_long_is_cut() {
        let name = "a".repeat(300);
        assert_eq!(check_project(&name), Err(NameFault::TooLong));
        assert_eq!(near(&name, check_project), Some("a".repeat(100)));
    }

    #[test]
    fn the_lists_are_whole() {
        for name in [
            "json",
            "typing",
            "asyncio",
            "tomllib",
            "distutils",
            "zoneinfo",
        ] {
            assert!(STANDARD_LIBRARY.lines().any(|line| line == name), "{name}");
        }
        for name in [
            "dagster",
            "dagster_webserver",
            "grpc",
            "sqlalchemy",
            "pyyaml",
        ] {
            assert!(PACKAGES.lines().any(|line| line == name), "{name}");
        }
    }

    #[test]
    fn folders_on_the_way_are_plain_names() {
        assert_eq!(check_folder("my team"), Ok(()));
        assert_eq!(check_folder(".."), Err(NameFault::Place("..".into())));
        assert_eq!(check_folder("a:b"), Err(NameFault::Character(':')));
    }
}
