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

/// To drive its window without a screen, and to mount a share.
pub(super) const FOR_TESTING: &[&str] = &[
    "dbus",
    "openbox",
    "openssh-sftp-server",
    "sshfs",
    "webkit2gtk-driver",
    "xauth",
    "xvfb",
];

/// Installs those of `wanted` that are missing; elsewhere than on Debian it does nothing.
pub(super) fn install(wanted: &[&str]) -> Result<String> {
    if program::find("apt-get").is_none() {
        return Ok("no apt-get here, so they are yours to install (see README)".to_owned());
    }
    let mut missing = missing(wanted);
    // A bare Debian Python can't make the environment that uv is installed into.
    if uv::find().is_none() && !uv::python_makes_environments() {
        missing.push("python3-venv".to_owned());
    }
    if missing.is_empty() {
        return Ok("all there".to_owned());
    }
    agree(&format!("apt-get installs {}", missing.join(" ")))?;
    apt(&["update", "-qq"])?;
    apt(&[
        &["install", "-y", "--no-install-recommends", "-qq"],
        &refs(&missing)[..],
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
