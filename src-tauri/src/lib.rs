//! The desktop shell: window, tray, dialogs, and one adapter per command.
//!
//! Owns everything that touches `tauri`. Decides nothing about workspaces: it hands requests to [`dagdeck::Deck`] and events
//! to the window.

mod adapters;
mod closing;
mod detached;
mod folder;
pub mod graphics;
mod guarded;
mod host;
mod instance;
mod outside;
mod painted;
mod signals;
mod stream;
mod tray;
mod window;
mod words;

use tauri::{Manager, RunEvent, WindowEvent};
use tauri_plugin_window_state::StateFlags;

use host::Host;

/// Runs the app until it ends; returns the code to exit with.
#[must_use]
pub fn run() -> i32 {
    guarded::install_hook();
    let state_folder = host::chosen_state_folder();
    let mut builder = tauri::Builder::default();
    // First of all plugins: a second start has to end before anything else of it begins. Runs that bring a state
    // folder of their own (tests, mostly) live beside each other.
    if state_folder.is_none() {
        for plugin in instance::plugins() {
            builder = builder.plugin(plugin);
        }
    }
    let mut window_state = tauri_plugin_window_state::Builder::default()
        .with_state_flags(StateFlags::all() & !(StateFlags::VISIBLE | StateFlags::DECORATIONS));
    if let Some(folder) = &state_folder {
        window_state = window_state.with_filename(folder.join("window.json").to_string_lossy());
    }
    let app = builder
        .plugin(window_state.build())
        .plugin(
            tauri_plugin_opener::Builder::new()
                .open_js_links_on_click(false)
                .build(),
        )
        .invoke_handler(adapters::handler())
        .on_window_event(|window, event| {
            if let WindowEvent::CloseRequested { api, .. } = event {
                api.prevent_close();
                closing::asked(window.app_handle());
            }
        })
        .setup(move |app| {
            let named = host::named_folder();
            app.manage(Host::start(app.handle(), named));
            window::open(app.handle(), state_folder.as_deref())?;
            signals::listen(app.handle());
            tray::prepare(app.handle());
            Ok(())
        })
        .build(tauri::generate_context!());
    let app = match app {
        Ok(app) => app,
        Err(error) => {
            say(&format!("Dagdeck can't open its window: {error}"));
            return 1;
        }
    };
    app.run_return(|app, event| match event {
        RunEvent::ExitRequested { api, .. } if !closing::is_over(app) => {
            api.prevent_exit();
            closing::leave(app);
        }
        #[cfg(target_os = "macos")]
        RunEvent::Reopen { .. } => window::show(app),
        _ => {}
    })
}

/// The only words this program prints: why it can't be a window.
#[expect(clippy::print_stderr, reason = "there is no window to say it in")]
fn say(words: &str) {
    eprintln!("{words}");
}
