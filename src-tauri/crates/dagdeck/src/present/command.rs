//! A command line, as it is shown.

use api::CommandView;
use process::CommandLine;

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
        folder: command.folder.display().to_string(),
        shell: masked.shell_line(),
        environment: masked.environment.into_iter().collect(),
    }
}

/// Hides values that came from `.env` files or whose names speak of secrets.
fn mask(name: &str, value: &str) -> String {
    const SHOWN: [&str; 6] = [
        "DAGSTER_",
        "UV_",
        "VIRTUAL_ENV",
        "PATH",
        "PYTHON",
        "DAGDECK_",
    ];
    if SHOWN.iter().any(|prefix| name.starts_with(prefix)) {
        value.to_owned()
    } else {
        "••••".to_owned()
    }
}
