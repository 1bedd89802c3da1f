//! Compilers for systems that this machine is not: Debian's Rust for Rust, MinGW and zig for C.

use std::path::PathBuf;

use anyhow::Result;

use crate::places;
use crate::program::Program;
use crate::setup::tools::ZIG;

/// A system to compile for.
pub(super) struct System {
    triple: &'static str,
    /// Writes what compiles its C, and answers the variables that name it.
    c_compiler: fn() -> Result<Vec<(&'static str, PathBuf)>>,
}

/// MinGW's names are those that crates look for.
pub(super) const WINDOWS: System = System {
    triple: "x86_64-pc-windows-gnu",
    c_compiler: || Ok(Vec::new()),
};
pub(super) const MACOS: System = System {
    triple: "aarch64-apple-darwin",
    c_compiler: zig,
};

/// Debian's own, which comes with the source of the standard library and with all that this needs.
const CARGO: &str = "/usr/bin/cargo";
const RUSTC: &str = "/usr/bin/rustc";

/// What crates say to Apple's compiler and zig's does not take: it is told once for which system it compiles.
const FOR_APPLE: &str = r#"for word; do
  shift
  if [ -n "$drops" ]; then
    drops=
    continue
  fi
  case $word in
    -arch | -isysroot) drops=next ;;
    --target=* | -mmacosx-version-min=*) ;;
    *) set -- "$@" "$word" ;;
  esac
done
"#;

/// Cargo with a command for another system, any warning of ours an error.
pub(super) fn cargo(command: &str, system: &System) -> Result<Program> {
    let cargo = Program::new(CARGO)
        .args([command, "--locked", "--quiet", "--target", system.triple])
        .args(["-Zbuild-std=std,panic_abort,panic_unwind", "-Zwarnings"])
        .args(["--config", "build.warnings='deny'"])
        // That of the Rust that xtask runs in.
        .without("LD_LIBRARY_PATH")
        .env("RUSTC", RUSTC)
        // What builds a standard library is not stable.
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_TARGET_DIR", folder())
        .env("CARGO_INCREMENTAL", "0")
        .env("CARGO_PROFILE_DEV_DEBUG", "0");
    let variables = (system.c_compiler)()?.into_iter();
    Ok(variables.fold(cargo, |cargo, (name, program)| cargo.env(name, program)))
}

/// Where programs for a system are put.
pub(super) fn built(system: &System) -> PathBuf {
    folder().join(system.triple).join("debug")
}

/// A target folder of its own: the compiler is another.
pub(super) fn folder() -> PathBuf {
    places::target().join("platforms")
}

/// Writes the scripts by which zig compiles for macOS.
fn zig() -> Result<Vec<(&'static str, PathBuf)>> {
    let zig = ZIG.program();
    let cache = folder().join("zig");
    fs_err::create_dir_all(&cache)?;
    let script = |name: &str, before: &str, words: &str| -> Result<PathBuf> {
        let file = folder().join(name);
        let text = format!(
            "#!/bin/sh\n{before}export ZIG_GLOBAL_CACHE_DIR='{}'\nexec '{}' {words} \"$@\"\n",
            cache.display(),
            zig.display()
        );
        fs_err::write(&file, text)?;
        #[cfg(unix)]
        fs_err::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
        Ok(file)
    };
    Ok(vec![
        (
            "CC_aarch64_apple_darwin",
            script("zig-cc", FOR_APPLE, "cc -target aarch64-macos")?,
        ),
        ("AR_aarch64_apple_darwin", script("zig-ar", "", "ar")?),
    ])
}
