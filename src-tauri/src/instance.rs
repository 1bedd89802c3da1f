//! One app at a time: a second start hands its folder to the first and ends.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tauri::plugin::TauriPlugin;
use tauri::{AppHandle, Manager, Wry};

use crate::host::Host;
use crate::once::Switch;
use crate::{folder, print_error, window};

/// How long a second start waits for the first to answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(8);
/// The exit code of a second start that got no answer.
const NO_ANSWER: i32 = 75;

/// The plugins that see to it, in the order they must run: one starts a clock, one asks the first app, one stops the clock.
///
/// The clock is for a first app that hangs: it holds its name but answers nobody, and every later start would hang too.
pub(crate) fn plugins() -> Vec<TauriPlugin<Wry>> {
    let answered = Arc::new(Switch::default());
    let clock = Arc::clone(&answered);
    let begin = tauri::plugin::Builder::new("instance-clock")
        .setup(move |_, _| {
            std::thread::spawn(move || {
                std::thread::sleep(ANSWER_LIMIT);
                if !clock.thrown() {
                    print_error("Dagdeck is open already but does not answer. End it (its process is dagdeck-desktop), then start it again.");
                    std::process::exit(NO_ANSWER);
                }
            });
            Ok(())
        })
        .build();
    let ask = tauri_plugin_single_instance::init(|app, arguments, current| {
        second_start(app, &arguments, &current);
    });
    let end = tauri::plugin::Builder::new("instance-answered")
        .setup(move |_, _| {
            answered.first();
            Ok(())
        })
        .build();
    vec![begin, ask, end]
}

/// What the first app does for a second start. Returns at once, since the second waits for it.
fn second_start(app: &AppHandle, arguments: &[String], current: &str) {
    let named = folder::named(arguments.iter().map(String::as_str), Path::new(current));
    window::show_all(app);
    // The window that the person was at last opens it, and says so where it can't be opened.
    let host = app.state::<Host>();
    if let (Some(folder), Some(last)) = (named, host.pane(&host.last())) {
        last.open(&folder);
    }
}
