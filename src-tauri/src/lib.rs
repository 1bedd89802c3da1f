//! The desktop shell: window, tray, dialogs, and one adapter per command.
//!
//! Owns everything that touches `tauri`. Decides nothing about workspaces: each window's requests go to the owner of the
//! workspace that it shows, or to [`dagdeck::Deck`] where it shows none, and events come back.
//!
//! Plugins are three: one instance, the window's state, the opener. The page may call none of them (`capabilities`); what
//! it wants of the desktop goes through `outside`.

mod adapters;
mod closing;
mod detached;
mod door;
mod folder;
pub mod graphics;
mod host;
mod instance;
mod once;
mod opening;
mod outside;
mod painted;
mod pane;
mod signals;
mod start;
mod stream;
mod title;
mod tray;
mod turns;
mod welcome;
mod window;
mod words;

use dagdeck::own_log::{self, Role};
use tauri::{Manager, RunEvent, WindowEvent};
use tauri_plugin_window_state::StateFlags;

use closing::Leaving;
use host::Host;

/// Runs the app until it ends; returns the code to exit with.
#[must_use]
pub fn run() -> i32 {
    // A folder that can't hold it can't hold the state either, and that is shown.
    let _told_by_the_state = own_log::begin(Role::Window);
    dagdeck::guarded::install_hook();
    let state_folder = start::chosen_state_folder();
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
        .on_window_event(|window, event| match event {
            WindowEvent::CloseRequested { api, .. } => {
                api.prevent_close();
                closing::asked(window.app_handle(), window.label());
            }
            WindowEvent::DragDrop(drag) => {
                if let Some(pane) = window.state::<Host>().pane(window.label()) {
                    pane.dragged(drag);
                }
            }
            WindowEvent::Focused(true) => window.state::<Host>().focused(window.label()),
            _ => {}
        })
        .setup(|app| {
            let named = start::named_folder();
            app.manage(Host::new());
            app.manage(welcome::Welcome::default());
            app.manage(closing::LeaveProgress::default());
            app.manage(tray::running::Held::default());
            app.manage(outside::Clipboard::default());
            opening::find_first(app.handle(), named);
            window::open(app.handle(), host::MAIN, None)?;
            signals::listen(app.handle());
            tray::prepare(app.handle());
            Ok(())
        })
        .build(tauri::generate_context!());
    let app = match app {
        Ok(app) => app,
        Err(error) => {
            print_error(&format!("Dagdeck can't open its window: {error}"));
            return 1;
        }
    };
    app.run_return(|app, event| match event {
        RunEvent::ExitRequested { api, .. } if !closing::is_over(app) => {
            api.prevent_exit();
            closing::leave(app, Leaving::Told);
        }
        #[cfg(target_os = "macos")]
        RunEvent::Reopen { .. } => window::show_all(app),
        _ => {}
    })
}

/// The only words this program prints: why it can't be a window.
#[expect(clippy::print_stderr, reason = "there is no window to say it in")]
fn print_error(words: &str) {
    eprintln!("{words}");
}
