//! Bakes the window's configuration and what it may ask for into the shell.

fn main() {
    println!("cargo:rerun-if-changed=src-tauri/capabilities");
    let attributes =
        tauri_build::Attributes::new().capabilities_path_pattern("./src-tauri/capabilities/**/*");
    if let Err(error) = tauri_build::try_build(attributes) {
        panic!("tauri.conf.json or src-tauri/capabilities can't be used: {error:#}");
    }
}
