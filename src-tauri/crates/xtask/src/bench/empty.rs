//! The peer of (c): the least Tauri app there can be, with the same Tauri and the same profile.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::workspaces;
use crate::places;
use crate::program::Program;

const MANIFEST: &str = r#"[package]
name = "empty-window"
version = "0.0.0"
edition = "2024"

[dependencies]
tauri = { version = "2.12", features = ["custom-protocol"] }

[build-dependencies]
tauri-build = "2.7"

[profile.release]
lto = "thin"
codegen-units = 4
strip = true

[workspace]
"#;

const MAIN: &str = r#"use std::io::Write;

#[tauri::command]
fn window_painted(screen: String) {
    let path = std::env::var_os("DAGDECK_TELL_PAINTED").expect("a file to tell");
    let mut file = std::fs::File::create(path).expect("it can be made");
    writeln!(file, "{screen}").expect("it can be written");
}

fn main() {
    tauri::Builder::default()
        .invoke_handler(tauri::generate_handler![window_painted])
        .run(tauri::generate_context!())
        .expect("a window");
}
"#;

const CONFIG: &str = r#"{
  "productName": "Empty",
  "identifier": "io.dagdeck.empty",
  "build": { "frontendDist": "dist" },
  "app": { "windows": [{ "title": "Empty", "width": 1280, "height": 820 }] },
  "bundle": { "active": false, "icon": ["icons/icon.png"] }
}
"#;

const PAGE: &str = r#"<!doctype html>
<meta charset="utf-8" />
<title>Empty</title>
<p>Empty</p>
<script src="painted.js"></script>
"#;

const SCRIPT: &str = "const tell = () => \
window.__TAURI_INTERNALS__.invoke('window_painted', { screen: 'empty' });
requestAnimationFrame(() => requestAnimationFrame(tell));
";

/// Builds it and answers where it is.
pub(super) fn build() -> Result<PathBuf> {
    let folder = workspaces::folder().join("empty");
    let write = |name: &str, text: &str| -> Result<()> {
        let path = folder.join(name);
        fs_err::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
        Ok(fs_err::write(path, text)?)
    };
    write("Cargo.toml", MANIFEST)?;
    write("build.rs", "fn main() {\n    tauri_build::build();\n}\n")?;
    write("src/main.rs", MAIN)?;
    write("tauri.conf.json", CONFIG)?;
    write("dist/index.html", PAGE)?;
    write("dist/painted.js", SCRIPT)?;
    fs_err::create_dir_all(folder.join("icons"))?;
    fs_err::copy(
        places::root().join("icons/icon.png"),
        folder.join("icons/icon.png"),
    )?;
    // The same versions as ours, as far as it has them.
    fs_err::copy(places::root().join("Cargo.lock"), folder.join("Cargo.lock"))?;
    Program::new("cargo")
        .args(["build", "--release", "--quiet"])
        .folder(&folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .run()?;
    Ok(folder.join("target/release/empty-window"))
}
