//! Debian's and Ubuntu's packages: what WebKitGTK and the tests need.

use anyhow::{Context, Result, bail};

use super::{agree, uv};
use crate::program::{self, Program};

/// To build and open the app.
pub(super) const FOR_RUNNING: &[&str] = &[
    "build-essential",
    "libayatana-appindicator3-dev",
    "libgtk-3-dev",
    "librsvg2-dev",
    "libssl-dev",
    "libwebkit2gtk-4.1-dev",
    "libxdo-dev",
    "pkg-config",
];

/// To drive its window without a screen, to mount a share, and to take the network away.
pub(super) const FOR_TESTING: &[&str] = &[
    "dbus",
    "iproute2",
    "openbox",
    "openssh-sftp-server",
    "sshfs",
    "webkit2gtk-driver",
    "xauth",
    "xvfb",
];

/// To compile for Windows and macOS, and to run what is for Windows.
pub(super) const FOR_PLATFORMS: &[&str] = &[
    "cargo-web",
    "g++-mingw-w64-x86-64",
    "gcc-mingw-w64-x86-64",
    "rust-web-src",
    "rustc-web",
    "wine64",
];

/// Those of `wanted` that are missing, once the person has agreed; elsewhere than on Debian there are none.
pub(super) fn agreed(wanted: &[&str]) -> Result<Vec<String>> {
    if program::find("apt-get").is_none() {
        println!("  no apt-get here, so system packages are yours to install (see README)");
        return Ok(Vec::new());
    }
    let mut missing = missing(wanted);
    // A bare Debian Python can't make the environment that uv is installed from.
    if uv::has_to_be_installed(wanted == FOR_RUNNING) && !uv::python_makes_environments() {
        missing.push("python3-venv".to_owned());
    }
    if !missing.is_empty() {
        agree(&format!("apt-get installs {}", missing.join(" ")))?;
    }
    Ok(missing)
}

/// Installs one of the missing ones before all others; answers the others.
pub(super) fn first(missing: Vec<String>, name: &str) -> Result<Vec<String>> {
    let (now, later): (Vec<String>, Vec<String>) = missing.into_iter().partition(|one| one == name);
    install(&now)?;
    Ok(later)
}

/// Installs packages.
pub(super) fn install(missing: &[String]) -> Result<String> {
    if missing.is_empty() {
        return Ok("all there".to_owned());
    }
    apt(&["update", "-qq"])?;
    apt(&[
        &["install", "-y", "--no-install-recommends", "-qq"],
        &refs(missing)[..],
    ]
    .concat())
    .context("apt-get could not install what is missing")?;
    Ok(format!("{} installed", missing.len()))
}

fn missing(wanted: &[&str]) -> Vec<String> {
    wanted
        .iter()
        .filter(|name| {
            let status = Program::new("dpkg-query")
                .args(["-W", "-f", "${Status}", name])
                .read();
            !status.is_ok_and(|status| status.ends_with(" installed"))
        })
        .map(|name| (*name).to_owned())
        .collect()
}

fn apt(arguments: &[&str]) -> Result<()> {
    let root = Program::new("id").arg("-u").read()?.trim() == "0";
    let program = if root {
        Program::new("apt-get")
    } else if program::find("sudo").is_some() {
        // sudo asks for the password itself.
        return Program::new("sudo")
            .args(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"])
            .args(arguments)
            .hand_over();
    } else {
        bail!(
            "system packages are missing and there is no sudo; as root run: apt-get {}",
            arguments.join(" ")
        );
    };
    program
        .env("DEBIAN_FRONTEND", "noninteractive")
        .args(arguments)
        .run()
}

fn refs(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}
