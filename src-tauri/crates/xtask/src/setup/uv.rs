//! uv: the person's own where there is one, else one under target/tools.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::places;
use crate::program::{self, Program};

/// The version that is installed when there is none.
const VERSION: &str = "0.13.8";

/// Finds uv on the PATH or where set-up put it.
pub(crate) fn find() -> Option<PathBuf> {
    program::find("uv").filter(|uv| Program::new(uv).arg("--version").succeeds())
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
    let folder = places::tools().join("uv");
    println!("  uv {VERSION} is installed into {}", folder.display());
    fs_err::create_dir_all(places::tools())?;
    Program::new("python3")
        .args(["-m", "venv", "--clear"])
        .arg(&folder)
        .run()
        .context("uv is missing, and Python could not make an environment to install it into")?;
    Program::new(folder.join("bin/python"))
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ])
        .arg(format!("uv=={VERSION}"))
        .run()?;
    find().context("uv was installed and still does not run")?;
    Ok(format!("{VERSION} installed"))
}
