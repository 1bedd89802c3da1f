//! The desktop program. As `guard` it is the small process that ends what an owner ran, as `owner` the process
//! that runs a workspace; otherwise it is the app.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() {
    let mut arguments = std::env::args_os().skip(1);
    match arguments.next() {
        Some(first) if first == "guard" => process::guard_main(arguments),
        Some(first) if first == serve::OWNER => serve::owner_main(arguments),
        _ => {}
    }
    // No thread runs yet: the last moment at which the environment may be changed.
    dagdeck_desktop::graphics::prepare();
    std::process::exit(dagdeck_desktop::run());
}
