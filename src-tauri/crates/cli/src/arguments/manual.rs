//! Completions for shells, and man pages: both made from the grammar, so that neither can say what is not so.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::Arguments;
use crate::error::{CliError, piped};

#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}

#[derive(Debug, Args)]
pub(crate) struct Manual {
    /// The folder, which is made where there is none
    pub(crate) folder: PathBuf,
}

/// Prints the completions for a shell.
///
/// # Errors
/// When nobody reads it, or it can't be printed.
pub(crate) fn complete(what: &Completions) -> Result<(), CliError> {
    let mut text = Vec::new();
    clap_complete::generate(what.shell, &mut Arguments::command(), "dagdeck", &mut text);
    piped(std::io::stdout().lock().write_all(&text))
}

/// Writes a man page for each command, and says where.
///
/// # Errors
/// When the folder can't be made, or a page can't be written.
pub(crate) fn write(what: &Manual) -> Result<(), CliError> {
    let folder = &what.folder;
    let failed = |error: std::io::Error| {
        let folder = folder.display();
        CliError::Failed(format!("{folder} can't be written: {error}"))
    };
    let pages = pages(folder).map_err(failed)?;
    let told = format!("{pages} man pages are in {}", folder.display());
    piped(writeln!(anstream::stdout().lock(), "{told}"))
}

fn pages(folder: &Path) -> std::io::Result<usize> {
    std::fs::create_dir_all(folder)?;
    let mut command = Arguments::command();
    command.build();
    clap_mangen::generate_to(command.clone(), folder)?;
    Ok(count(&command))
}

fn count(command: &clap::Command) -> usize {
    1 + command.get_subcommands().map(count).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_a_man_page_with_its_example() {
        let folder = tempfile::tempdir().unwrap();
        pages(folder.path()).unwrap();
        let page = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
        assert!(page("dagdeck-wait.1").contains("dagdeck wait etl"));
        assert!(page("dagdeck-new-project.1").contains("dry\\-run"));
        for command in Arguments::command().get_subcommands() {
            page(&format!("dagdeck-{}.1", command.get_name()));
        }
    }

    #[test]
    fn each_shell_completes_every_command() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::PowerShell] {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "dagdeck", &mut text);
            let text = String::from_utf8(text).unwrap();
            for command in Arguments::command().get_subcommands() {
                let name = command.get_name();
                assert!(text.contains(name), "{shell}: {name}");
            }
        }
    }
}
