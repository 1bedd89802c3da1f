//! The `dagdeck` command: the same API as the window's, for terminals, scripts and CI.
//!
//! Owns arguments, printing and exit codes. Decides nothing about workspaces.

mod add;
mod arguments;
mod control;
mod doctor;
mod down;
mod environment;
mod error;
mod expected;
mod explain;
mod hand;
mod json;
mod location_line;
mod logs;
mod names;
mod new;
mod open;
mod reached;
mod report;
mod runtime;
#[cfg(test)]
mod schemas;
mod settling;
mod status;
mod stop;
mod sync;
mod trust;
mod ui;
mod up;
mod wait;

use std::process::ExitCode;

use clap::Parser;
use dagdeck::own_log::{self, Role};

use arguments::{Arguments, Command};

fn main() -> ExitCode {
    let mut words = std::env::args_os().skip(1);
    match words.next() {
        Some(first) if first == "guard" => process::guard_main(words),
        Some(first) if first == serve::OWNER => serve::owner_main(words),
        _ => {}
    }
    let arguments = Arguments::parse();
    // A folder that can't hold it can't hold the state either, and that is said.
    let _told_by_the_state = own_log::begin(Role::Terminal);
    let end = match arguments.command {
        Command::Status(what) => status::run(&what),
        Command::Up(what) => up::run(what),
        Command::Down(what) => down::run(&what),
        Command::Start(what) => control::start(&what),
        Command::Stop(what) => control::stop(&what),
        Command::Restart(what) => control::restart(&what),
        Command::Reload(what) => control::reload(&what),
        Command::Wait(what) => wait::run(&what),
        Command::Explain(what) => explain::run(&what),
        Command::Logs(what) => logs::run(&what),
        Command::Ui(what) => ui::run(&what),
        Command::Sync(what) => sync::run(&what),
        Command::Open(what) => open::run(&what),
        Command::New(what) => new::run(&what),
        Command::Add(what) => add::run(&what),
        Command::Doctor(what) => doctor::run(&what),
        Command::Completions(what) => arguments::manual::complete(&what),
        Command::Man(what) => arguments::manual::write(&what),
    };
    if let Err(end) = &end {
        end.print();
    }
    ExitCode::from(end.map_or_else(|end| end.code(), |()| 0))
}
