//! A virtual display of our own, so that tests never open windows on a person's screen.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use anyhow::{Context, Result, bail};

use crate::program::{self, Program};

/// A running Xvfb with a small window manager; ends with the value.
pub(crate) struct Display {
    name: String,
    programs: Vec<Child>,
}

impl Display {
    /// Starts one and answers when it takes clients.
    pub(crate) fn open() -> Result<Display> {
        let mut command = Program::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1600x1000x24"])
            .args(["-nolisten", "tcp", "-noreset"])
            .into_command();
        let mut server = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("could not run Xvfb")?;
        let mut number = String::new();
        let output = server.stdout.take().context("no standard output")?;
        BufReader::new(output).read_line(&mut number)?;
        let number = number.trim();
        if number.is_empty() {
            let _ = server.kill();
            bail!("Xvfb ended before it took clients: {}", server.wait()?);
        }
        let mut display = Display {
            name: format!(":{number}"),
            programs: vec![server],
        };
        // Without a window manager a window never gets the keyboard by itself.
        if program::find("openbox").is_some() {
            let manager = display
                .within(Program::new("openbox").arg("--sm-disable"))
                .into_command()
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()?;
            display.programs.push(manager);
        }
        println!("  display {} (Xvfb)", display.name);
        Ok(display)
    }

    /// The same program, shown on this display.
    pub(crate) fn within(&self, program: Program) -> Program {
        program
            .env("DISPLAY", &self.name)
            .env("WAYLAND_DISPLAY", "")
            .env("GDK_BACKEND", "x11")
            .env("NO_AT_BRIDGE", "1")
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        for program in self.programs.iter_mut().rev() {
            let _ = program.kill();
            let _ = program.wait();
        }
    }
}
