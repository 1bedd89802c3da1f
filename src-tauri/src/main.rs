//! The desktop program. As `guard` it is the small process that ends what the app ran; otherwise it is the app.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().is_some_and(|first| first == "guard") {
        process::guard_main(arguments);
    }
    // No thread runs yet: the last moment at which the environment may be changed.
    dagdeck_desktop::graphics::prepare();
    std::process::exit(dagdeck_desktop::run());
}
