//! What can be said on the command line.
//!
//! Owns its grammar, its help with an example for each command, and what is made from both: completions and man pages.

mod making;
pub(crate) mod manual;
mod running;
mod since;
mod whole;

use clap::{Parser, Subcommand};

pub(crate) use making::{Add, Make, New, Sync};
pub(crate) use manual::{Completions, Manual};
pub(crate) use running::{Explain, Gravity, Logs, Start, Stop, Ui, Wait, WaitFor};
pub(crate) use whole::{Doctor, Down, Open, Status, Up};

/// Runs a folder of Dagster projects on this machine.
///
/// Exit codes of all commands: 0 done, or ready. 1 a location failed or can't start, which is explained, or it could not be done.
/// 2 no workspace, an unknown name, or bad arguments. 3 time over. 130 ended by Ctrl-C before it was done.
#[derive(Debug, Parser)]
#[command(name = "dagdeck", version, disable_help_subcommand = true)]
#[command(
    after_help = "Example:\n  dagdeck up          launches the workspace of the current folder; Ctrl-C stops it"
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Shows what is in a workspace, what state it is in and what of it runs. Runs nothing.
    ///
    /// Exits with 0 even where there are problems, with 2 where the folder is no workspace.
    #[command(after_help = "Example:\n  dagdeck status work/acme --json")]
    Status(Status),
    /// Launches a workspace: its code locations, the Dagster webserver and the daemon.
    ///
    /// Prints their logs, and one line "ready URL, N of M locations, T s" when all have settled. Ctrl-C stops everything,
    /// unless something of it ran already or a window shows it: then this one only leaves. With --detach it ends once all have
    /// settled, and leaves everything running.
    /// Exits with 1 where no location could be served, with 2 where the folder is no workspace.
    #[command(
        after_help = "Examples:\n  dagdeck up\n  dagdeck up . etl --port 3010\n  dagdeck up work/acme --detach"
    )]
    Up(Up),
    /// Stops all that runs in a workspace, whoever started it: another terminal, a window, or a Dagdeck of another version.
    ///
    /// Answers when nothing of it is left. Where nothing runs it says so, and exits with 0 all the same.
    #[command(after_help = "Example:\n  dagdeck down work/acme")]
    Down(Down),
    /// Launches what is stopped, or starts single locations, and leaves it running.
    ///
    /// Without a location this is Launch, on the port that was in use. Answers once all have settled: with 1 where one of those
    /// that were named, or all of them, can't be served, and says why.
    #[command(after_help = "Examples:\n  dagdeck start\n  dagdeck start etl --workspace work/acme")]
    Start(Start),
    /// Stops everything, or single locations.
    ///
    /// Without a location the webserver and the daemon are stopped too; who shows the workspace stays. Runs under way in what is
    /// stopped end with it. Answers when it is stopped.
    #[command(after_help = "Examples:\n  dagdeck stop\n  dagdeck stop etl")]
    Stop(Stop),
    /// Stops and starts everything that runs, or single locations.
    ///
    /// Runs under way in them end; `reload` lets them go on. Answers once they have settled, as `start` does.
    #[command(after_help = "Examples:\n  dagdeck restart\n  dagdeck restart etl")]
    Restart(Start),
    /// Loads code again without a gap: of all that runs, or of single locations.
    ///
    /// The old code is served until the new one is loaded, and goes on being served where that fails. Answers once it is known.
    #[command(after_help = "Examples:\n  dagdeck reload\n  dagdeck reload etl")]
    Reload(Start),
    /// Waits until what was saved before it was asked is loaded, and says what keeps it from being.
    ///
    /// Compares Python and YAML files, `.env` and settings with what was loaded from them, so it never answers too early. Other files
    /// that code reads while it loads are not looked at: after one of those, `dagdeck reload`. Ends at the first failure with 1 and
    /// explains it; with 3 when the time is over.
    #[command(
        after_help = "Examples:\n  dagdeck wait\n  dagdeck wait etl --timeout 60\n  dagdeck wait --for settled --json"
    )]
    Wait(Wait),
    /// Says in plain words why a location's code does not load, and where in one's own code that is.
    ///
    /// Exits with 0 where there is nothing to explain, with 1 where something was.
    #[command(after_help = "Examples:\n  dagdeck explain\n  dagdeck explain etl --json")]
    Explain(Explain),
    /// Prints what locations, the webserver and the daemon printed.
    ///
    /// Without --since everything since the last launch, reloads included. Works after everything was stopped, too.
    #[command(
        after_help = "Examples:\n  dagdeck logs etl -f\n  dagdeck logs --level error --since 15m\n  dagdeck logs --grep 'timed? out' --json"
    )]
    Logs(Logs),
    /// Opens the Dagster UI of what runs in the browser, and prints its address.
    #[command(after_help = "Examples:\n  dagdeck ui\n  dagdeck ui --print")]
    Ui(Ui),
    /// Makes environments answer their lockfiles, with `uv sync`, or says what that would change.
    ///
    /// Without a location, every environment that differs from its lockfile. With --python one environment is made anew with
    /// another Python. Exits with 1 where one of them failed, with 2 where the folder is no workspace or that Python can't be
    /// used.
    #[command(
        after_help = "Examples:\n  dagdeck sync --dry-run\n  dagdeck sync . etl --python 3.12"
    )]
    Sync(Sync),
    /// Opens a workspace in the Dagdeck window.
    #[command(after_help = "Example:\n  dagdeck open work/acme")]
    Open(Open),
    /// Makes a workspace or a project: files, environments, packages.
    ///
    /// Exits with 1 where a step failed, with 2 where the answers can't be used; then nothing was written.
    #[command(subcommand)]
    #[command(
        after_help = "Examples:\n  dagdeck new workspace acme --project etl\n  dagdeck new project projects/sales --dry-run"
    )]
    New(New),
    /// Adds existing projects to a workspace: lists them in its dg.toml, after showing the change.
    ///
    /// Writes that one file and moves nothing. A project that is listed already is left as it is.
    #[command(after_help = "Example:\n  dagdeck add ../etl --dry-run")]
    Add(Add),
    /// Checks the health of machine, workspace and projects, and says what puts each finding right.
    ///
    /// Exits with 1 where something can't start or serves nothing, with 2 where the folder is no workspace.
    #[command(
        after_help = "Examples:\n  dagdeck doctor\n  dagdeck doctor --fix-safe\n  dagdeck doctor --report"
    )]
    Doctor(Doctor),
    /// Prints what makes a shell complete this command's words.
    #[command(
        after_help = "Examples:\n  dagdeck completions bash > ~/.local/share/bash-completion/completions/dagdeck\n  dagdeck completions powershell"
    )]
    Completions(Completions),
    /// Writes the man pages of all commands into a folder.
    #[command(after_help = "Example:\n  dagdeck man ~/.local/share/man/man1")]
    Man(Manual),
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use clap::CommandFactory;

    use super::*;

    fn up(words: &[&str]) -> Up {
        let all = ["dagdeck", "up"].into_iter().chain(words.iter().copied());
        match Arguments::try_parse_from(all).map(|arguments| arguments.command) {
            Ok(Command::Up(up)) => up,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_whole_grammar_holds_together() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn the_first_word_is_the_folder_and_the_rest_are_locations() {
        let up = up(&[
            "work/acme",
            "marketing",
            "sales",
            "--port",
            "3100",
            "--json",
            "--trust",
        ]);
        assert_eq!(up.path, PathBuf::from("work/acme"));
        assert_eq!(up.locations, ["marketing", "sales"]);
        assert_eq!((up.port, up.json, up.trust), (Some(3100), true, true));
    }

    #[test]
    fn alone_it_means_this_folder() {
        let up = up(&[]);
        assert_eq!(
            (up.path, up.locations.len(), up.port),
            (PathBuf::from("."), 0, None)
        );
    }

    #[test]
    fn a_port_is_a_port() {
        assert!(Arguments::try_parse_from(["dagdeck", "up", "--port", "0"]).is_err());
        assert!(Arguments::try_parse_from(["dagdeck", "up", "--port", "70000"]).is_err());
    }

    /// The lines of a command's help that show how it is called.
    fn examples(command: &clap::Command) -> Vec<String> {
        let help = command.get_after_help().map(ToString::to_string);
        let lines = help.unwrap_or_default();
        let calls = lines.lines().filter(|line| line.starts_with("  dagdeck "));
        calls.map(str::to_owned).collect()
    }

    fn visit(command: &clap::Command, look: &mut impl FnMut(&clap::Command)) {
        look(command);
        command.get_subcommands().for_each(|one| visit(one, look));
    }

    #[test]
    fn each_help_page_has_an_example_that_is_understood() {
        visit(&Arguments::command(), &mut |command| {
            let name = command.get_name();
            let examples = examples(command);
            assert!(!examples.is_empty(), "{name} has none");
            for example in examples {
                // What a shell does with the answer, and what is said of it, is not said to the command.
                let call = example.split(" > ").next().unwrap();
                let call = call.split("      ").next().unwrap();
                let words = shlex::split(call).unwrap();
                let understood = Arguments::try_parse_from(&words);
                assert!(understood.is_ok(), "{example}: {}", understood.unwrap_err());
                let names = words.contains(&name.to_owned());
                assert!(names, "{name}: {example} is of another command");
            }
        });
    }

    #[test]
    fn the_exit_codes_are_told_once_for_all() {
        let help = Arguments::command().render_long_help().to_string();
        for code in [
            "0 done",
            "1 a location failed",
            "2 no workspace",
            "3 time over",
            "130 ",
        ] {
            assert!(help.contains(code), "{code}: {help}");
        }
    }
}
