//! uv: the person's own where there is one, else one under target/tools.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::places;
use crate::program::{self, Program};

/// The version that tests use, and that is installed when there is none.
pub(crate) const VERSION: &str = "0.13.8";

/// Finds uv on the PATH or where set-up put it.
pub(crate) fn find() -> Option<PathBuf> {
    program::find("uv").filter(|uv| Program::new(uv).arg("--version").succeeds())
}

/// Whether an environment for uv has to be made: always for tests, which take no person's own.
pub(super) fn has_to_be_installed(any_will_do: bool) -> bool {
    let there = any_will_do && find().is_some();
    !there && !ours().is_file()
}

/// Where set-up puts it.
pub(crate) fn ours() -> PathBuf {
    places::tools().join("uv/bin/uv")
}

/// Whether `python3 -m venv` can work; on Debian it can't without python3-venv.
pub(super) fn python_makes_environments() -> bool {
    Program::new("python3")
        .args(["-c", "import ensurepip, venv"])
        .succeeds()
}

/// Installs uv into an environment of its own when there is none.
pub(super) fn install() -> Result<String> {
    if let Some(uv) = find() {
        let version = Program::new(&uv).arg("--version").read()?;
        return Ok(format!("{} ({})", version.trim(), uv.display()));
    }
    install_from(&[])
}

/// Installs the version that tests use, whatever else this machine has, from its wheel that was fetched.
pub(super) fn install_exactly() -> Result<String> {
    let program = ours();
    let there = program.is_file()
        && Program::new(&program)
            .arg("--version")
            .read()
            .is_ok_and(|said| said.trim().starts_with(&format!("uv {VERSION}")));
    if there {
        return Ok(format!("{VERSION} is there"));
    }
    let wheels = places::wheels().display().to_string();
    // A person's settings for pip are none of it.
    install_from(&["--isolated", "--no-index", "--find-links", &wheels])
}

fn install_from(options: &[&str]) -> Result<String> {
    let folder = places::tools().join("uv");
    println!("  uv {VERSION} is installed into {}", folder.display());
    if folder.exists() {
        fs_err::remove_dir_all(&folder)?;
    }
    // pip's own environment lies elsewhere, for its Python is none of the machine's.
    let environment = places::tools().join("pip");
    Program::new("python3")
        .args(["-m", "venv", "--clear"])
        .arg(&environment)
        .run()
        .context("uv is missing, and Python could not make an environment to install it from")?;
    Program::new(environment.join("bin/python"))
        .args(["-m", "pip", "install", "--quiet"])
        .arg("--disable-pip-version-check")
        .args(options)
        .arg("--target")
        .arg(&folder)
        .arg(format!("uv=={VERSION}"))
        .run()?;
    Program::new(ours())
        .arg("--version")
        .read()
        .context("uv was installed and still does not run")?;
    Ok(format!("{VERSION} installed"))
}
