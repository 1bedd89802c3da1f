//! A command line, as it is shown.

use api::CommandView;
use api::protocol::environment::may_be_secret;
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
