//! The `dagdeck` command: the same API as the window's, for terminals, scripts and CI.
//!
//! Owns arguments, printing and exit codes. Decides nothing about workspaces.

mod add;
mod arguments;
mod doctor;
mod down;
mod end;
mod hand;
mod new;
mod open;
mod reached;
mod status;
mod stop;
mod sync;
mod trust;
mod up;

use std::process::ExitCode;

use clap::Parser;
use dagdeck::own_log::{self, Role};

use arguments::{Arguments, Command};
use end::End;

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
        Command::Sync(what) => sync::run(&what),
        Command::Open(what) => open::run(&what),
        Command::New(what) => new::run(&what),
        Command::Add(what) => add::run(&what),
        Command::Doctor(what) => doctor::run(&what),
    };
    if let Err(end) = &end {
        end.say();
    }
    ExitCode::from(end.map_or_else(|end| end.code(), |()| 0))
}

/// The environment this process was started with.
fn environment() -> std::collections::BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// Where the output goes was closed (`dagdeck status | head`): nothing is left to say, and that is no fault.
fn piped<T>(written: std::io::Result<T>) -> Result<(), End> {
    match written {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Err(End::Quiet),
        Err(error) => Err(End::Failed(format!("can't print: {error}"))),
    }
}
