//! A command line, as it is shown.

use std::path::Path;

use api::CommandView;
use api::protocol::environment::may_be_secret;
use process::CommandLine;
use terminal::Shell;

/// Options that say where and how a program talks, each with a value: nobody chooses them, and nobody reads them.
const MUTE: [&str; 10] = [
    "--socket",
    "--location-name",
    "--fixed-server-id",
    "--instance-ref",
    "--workspace",
    "--log-level",
    "--dagster-log-level",
    "--log-format",
    "--live-data-poll-rate",
    "--output-format",
];
/// The same without a value.
const MUTE_ALONE: [&str; 4] = [
    "--lazy-load-user-code",
    "--use-python-environment-entry-point",
    "--inject-env-vars-from-instance",
    "--no-python-downloads",
];
/// The option whose value is a program.
const PROGRAM: &str = "--python";
/// Longer words, and those of several lines, are scripts: that there is one is all that a line can tell.
const LONGEST: usize = 72;

/// A command as shown: values whose names speak of secrets are masked.
pub(crate) fn command_view(command: &CommandLine) -> CommandView {
    let masked = CommandLine {
        environment: command
            .environment
            .iter()
            .map(|(name, value)| (name.clone(), mask(name, value)))
            .collect(),
        ..command.clone()
    };
    CommandView {
        line: command.line(),
        short: short(command),
        folder: command.folder.display().to_string(),
        shell: masked.shell_line(),
        environment: masked.environment.into_iter().collect(),
    }
}

/// Hides every value but of the variables by which Dagster, uv and Python are told what to do, and of those what may be a secret:
/// a person's `.env` may hold DAGSTER_CLOUD_API_TOKEN or UV_INDEX_WORK_PASSWORD.
fn mask(name: &str, value: &str) -> String {
    const SHOWN: [&str; 6] = [
        "DAGSTER_",
        "UV_",
        "VIRTUAL_ENV",
        "PATH",
        "PYTHON",
        "DAGDECK_",
    ];
    let ours = SHOWN.iter().any(|prefix| name.starts_with(prefix));
    if ours && !may_be_secret(name, value) {
        value.to_owned()
    } else {
        "••••".to_owned()
    }
}

/// A command to read at a glance: programs by their names, paths as seen from its folder, without what only programs need.
pub(crate) fn short(command: &CommandLine) -> String {
    let mut words = vec![Shell::HERE.quote(&name(&command.program))];
    let mut arguments = command.arguments.iter();
    while let Some(argument) = arguments.next() {
        let argument = argument.as_str();
        if MUTE.contains(&argument) {
            arguments.next();
        } else if argument == PROGRAM {
            words.push(argument.to_owned());
            let program = arguments.next();
            words.extend(program.map(|program| Shell::HERE.quote(&name(Path::new(program)))));
        } else if !MUTE_ALONE.contains(&argument) {
            words.push(word(argument, &command.folder));
        }
    }
    words.join(" ")
}

/// The name of a program that is given by its path.
fn name(program: &Path) -> String {
    let name = program.file_name().unwrap_or(program.as_os_str());
    let name = name.to_string_lossy();
    name.strip_suffix(".exe").unwrap_or(&name).to_owned()
}

/// One argument to read; a path as seen from the folder, or its last part where it leads elsewhere.
fn word(argument: &str, folder: &Path) -> String {
    if argument.contains('\n') || argument.chars().count() > LONGEST && argument.contains(' ') {
        return "…".to_owned();
    }
    let path = Path::new(argument);
    if !path.is_absolute() {
        return Shell::HERE.quote(argument);
    }
    match path.strip_prefix(folder) {
        Ok(inside) if inside.as_os_str().is_empty() => ".".to_owned(),
        Ok(inside) => Shell::HERE.quote(&inside.to_string_lossy()),
        Err(_) => format!("…/{}", Shell::HERE.quote(&name(path))),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shown(program: &str, arguments: &[&str]) -> String {
        let command = CommandLine::new(program, "/w/acme").args(arguments.iter().copied());
        let view = command_view(&command);
        assert_eq!(view.line, command.line(), "what is copied stays whole");
        view.short
    }

    #[test]
    fn programs_are_named_and_what_they_run_stays() {
        assert_eq!(
            shown("/opt/tools/uv", &["sync", "--compile-bytecode"]),
            "uv sync --compile-bytecode"
        );
        assert_eq!(
            shown("/opt/uv", &["sync", "--python", "/py/3.13/bin/python3.13"]),
            "uv sync --python python3.13"
        );
        assert_eq!(
            shown("uv", &["sync", "--python", "3.13"]),
            "uv sync --python 3.13"
        );
    }

    #[test]
    fn a_code_server_says_what_it_loads_and_nothing_of_how_it_talks() {
        let arguments = [
            "-m",
            "dagster",
            "api",
            "grpc",
            "--lazy-load-user-code",
            "--socket",
            "/run/x.sock",
            "--location-name",
            "etl",
            "--fixed-server-id",
            "1",
            "--use-python-environment-entry-point",
            "--inject-env-vars-from-instance",
            "--log-level",
            "info",
            "--log-format",
            "colored",
            "-m",
            "etl.definitions",
            "-d",
            "/w/acme/projects/etl/src",
        ];
        assert_eq!(
            shown("/w/acme/projects/etl/.venv/bin/python", &arguments),
            "python -m dagster api grpc -m etl.definitions -d projects/etl/src"
        );
    }

    #[test]
    fn paths_are_seen_from_the_folder_and_scripts_are_only_hinted_at() {
        assert_eq!(
            shown(
                "uv",
                &["venv", "/w/acme/a b/.venv", "/w/acme", "/elsewhere/x.yaml"]
            ),
            "uv venv 'a b/.venv' . …/x.yaml"
        );
        assert_eq!(
            shown("python", &["-c", "import a\nimport b"]),
            "python -c …"
        );
        assert_eq!(
            shown("python", &["-c", "import a; print(1)"]),
            "python -c 'import a; print(1)'"
        );
    }

    #[test]
    fn an_option_at_the_end_without_its_value_is_no_fault() {
        assert_eq!(shown("uv", &["sync", "--python"]), "uv sync --python");
        assert_eq!(shown("uv", &["sync", "--socket"]), "uv sync");
    }
}
