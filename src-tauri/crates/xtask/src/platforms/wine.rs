//! The command for Windows, run under Debian's Wine over small workspaces: its stories, and what each has to say.
//!
//! Owns a Windows of its own (`target/platforms/wine`) with uv in it and no Python. Refuses to ask anybody: uv is offline.

use std::path::{Path, PathBuf};
use std::process::{Child, Output, Stdio};

use anyhow::{Context, Result, bail, ensure};

use super::compiler::folder;
use crate::places;
use crate::program::{Failed, Program};
use crate::setup::tools::UV_FOR_WINDOWS;
use crate::test_report::{Counts, TestReport};

const WINE: &str = "/usr/lib/wine/wine64";
const SERVER: &str = "/usr/lib/wine/wineserver64";
/// How long one answer may take, in seconds; the first one makes the Windows.
const LIMIT: &str = "120";
/// Debian's Wine lacks the one function of this library, from which Rust's hash maps have their seeds.
const RANDOM: &str = r"#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID buffer, ULONG length);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE buffer, SIZE_T length)
{ return SystemFunction036(buffer, (ULONG)length); }
";

/// What is asked of the command, and how it has to answer.
struct Story {
    name: &'static str,
    asked: &'static [&'static str],
    /// Whether it finds uv.
    uv: bool,
    code: i32,
    says: &'static [&'static str],
}

const STORIES: &[Story] = &[
    Story {
        name: "status_tells_projects_and_their_faults",
        asked: &["status", "scaffolded"],
        uv: false,
        code: 0,
        says: &[
            "data-engineering  no environment",
            r"\scaffolded\projects\data-engineering\.venv (environment-missing)",
            "deployments/local  no environment",
        ],
    },
    Story {
        name: "status_for_scripts_has_the_same_places",
        asked: &["status", "globs", "--json"],
        uv: false,
        code: 0,
        says: &[
            r#""root": "Z:\\"#,
            r#""path": "projects/a""#,
            "project-entry-is-glob",
        ],
    },
    Story {
        name: "what_is_not_there_is_said",
        asked: &["status", "nowhere"],
        uv: false,
        code: 2,
        says: &[r"\nowhere is not there."],
    },
    Story {
        name: "down_where_nothing_runs",
        asked: &["down", "scaffolded"],
        uv: false,
        code: 0,
        says: &["nothing of Z:", r"\scaffolded runs"],
    },
    Story {
        name: "doctor_says_commands_that_powershell_reads",
        asked: &["doctor", "scaffolded"],
        uv: false,
        code: 1,
        says: &[
            "uv isn\u{2019}t installed",
            "$ Set-Location -LiteralPath Z:",
            r"\scaffolded\deployments\local -ErrorAction Stop; uv sync --compile-bytecode",
        ],
    },
    Story {
        name: "doctor_finds_uv_and_hears_of_no_python",
        asked: &["doctor", "scaffolded"],
        uv: true,
        code: 1,
        says: &["No Python here is one that a project accepts"],
    },
    Story {
        name: "without_uv_nothing_can_be_made",
        asked: &["new", "workspace", "acme", "--project", "etl", "--dry-run"],
        uv: false,
        code: 1,
        says: &["uv isn't installed"],
    },
    Story {
        name: "a_workspace_that_would_be_made_is_shown",
        asked: &[
            "new",
            "workspace",
            "acme",
            "--project",
            "etl",
            "--python",
            "3.12",
            "--dagster",
            "1.13.27",
            "--dry-run",
        ],
        uv: true,
        code: 0,
        says: &[
            "$env:DAGSTER_DISABLE_TELEMETRY = '1'; ",
            "uv.exe tool run --python ",
            "create-dagster workspace acme --no-uv-sync",
            r"\acme\deployments\local -ErrorAction Stop; ",
            "acme/projects/etl/src/etl/definitions.py",
            "Nothing has been written.",
        ],
    },
    Story {
        name: "a_project_in_a_workspace_without_trust_is_refused",
        asked: &[
            "new",
            "project",
            "scaffolded/projects/sales",
            "--python",
            "3.12",
            "--dagster",
            "1.13.27",
            "--dry-run",
        ],
        uv: true,
        code: 2,
        says: &["until you trust it"],
    },
];

/// Has the command answer each story; all are told.
pub(super) fn stories(program: &Path) -> Result<Counts> {
    let windows = Windows::make(program)?;
    let mut told = TestReport::default();
    let mut tell = |name: &str, outcome: Result<()>| {
        match &outcome {
            Ok(()) => told.counts.passed += 1,
            Err(_) => told.counts.failed += 1,
        }
        let word = outcome.map_or_else(|error| format!("FAILED\n{error:#}"), |()| "ok".to_owned());
        println!("  wine::{name} ... {word}");
    };
    for story in STORIES {
        tell(story.name, windows.answers(story));
    }
    tell(
        "a_reader_who_is_gone_is_no_fault",
        windows.forgives_a_reader(),
    );
    tell("nothing_was_written", windows.is_untouched());
    windows.end()?;
    if told.counts.failed == 0 {
        return Ok(told.counts);
    }
    let line = program.display().to_string();
    Err(Failed { line, told }.into())
}

/// A Windows with the command in it, and a folder of workspaces.
struct Windows {
    prefix: PathBuf,
    program: PathBuf,
    work: PathBuf,
}

impl Windows {
    /// What stands in the folder of workspaces.
    const FIXTURES: [&'static str; 2] = ["globs", "scaffolded"];

    fn make(program: &Path) -> Result<Windows> {
        let folder = folder().join("wine");
        let (bin, work) = (folder.join("bin"), folder.join("work"));
        for made in [&bin, &work] {
            if made.exists() {
                fs_err::remove_dir_all(made)?;
            }
            fs_err::create_dir_all(made)?;
        }
        let random = bin.join("random.c");
        fs_err::write(&random, RANDOM)?;
        let library = bin.join("bcryptprimitives.dll");
        Program::new("x86_64-w64-mingw32-gcc")
            .args(["-shared", "-o"])
            .args([&library, &random])
            .arg("-ladvapi32")
            .run()?;
        let own = bin.join("dagdeck.exe");
        fs_err::copy(program, &own)?;
        let uv = bin.join("uv");
        fs_err::create_dir_all(&uv)?;
        fs_err::copy(&library, uv.join("bcryptprimitives.dll"))?;
        fs_err::copy(UV_FOR_WINDOWS.program(), uv.join("uv.exe"))?;
        for name in Windows::FIXTURES {
            Program::new("cp")
                .arg("-R")
                .arg(places::root().join("tests/fixtures/workspaces").join(name))
                .arg(&work)
                .run()?;
        }
        Ok(Windows {
            prefix: folder.join("prefix"),
            program: own,
            work,
        })
    }

    /// The command, as it is started there.
    fn command(&self, asked: &[&str], uv: bool) -> std::process::Command {
        let bin = self.program.with_file_name("uv");
        let state = self.prefix.with_file_name("state");
        let command = Program::new("timeout")
            .args(["--kill-after", "5", LIMIT, WINE])
            .arg(&self.program)
            .args(asked)
            .folder(&self.work)
            .env("WINEPREFIX", &self.prefix)
            .env("WINEDEBUG", "-all")
            .env(
                "WINEPATH",
                if uv { within_wine(&bin) } else { String::new() },
            )
            .env("DAGDECK_STATE", within_wine(&state))
            .env("UV_OFFLINE", "1");
        let mut command = command.into_command();
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn answers(&self, story: &Story) -> Result<()> {
        let output = self.command(story.asked, story.uv).output()?;
        let said = said(&output);
        let code = output.status.code();
        ensure!(
            code == Some(story.code),
            "ended with {code:?}, not {}:\n{said}",
            story.code
        );
        let missing: Vec<_> = story
            .says
            .iter()
            .filter(|words| !said.contains(**words))
            .collect();
        ensure!(missing.is_empty(), "does not say {missing:?}:\n{said}");
        Ok(())
    }

    /// As `dagdeck doctor | head` is, once head has gone.
    fn forgives_a_reader(&self) -> Result<()> {
        let mut child: Child = self.command(&["doctor", "scaffolded"], false).spawn()?;
        drop(child.stdout.take());
        let output = child.wait_with_output()?;
        let (code, said) = (output.status.code(), said(&output));
        ensure!(
            code == Some(0) && said.is_empty(),
            "ended with {code:?}:\n{said}"
        );
        Ok(())
    }

    /// What only showed what it would do left all as it was.
    fn is_untouched(&self) -> Result<()> {
        let mut there = Vec::new();
        for entry in fs_err::read_dir(&self.work)? {
            there.push(entry?.file_name().to_string_lossy().into_owned());
        }
        there.sort();
        if there != Windows::FIXTURES {
            bail!("in {} there are {there:?}", self.work.display());
        }
        Ok(())
    }

    /// Waits until the Windows has ended by itself, and ends it where it does not.
    fn end(&self) -> Result<()> {
        let ended = Program::new("timeout")
            .args(["30", SERVER, "--wait"])
            .env("WINEPREFIX", &self.prefix)
            .succeeds();
        if ended {
            return Ok(());
        }
        Program::new(SERVER)
            .arg("--kill")
            .env("WINEPREFIX", &self.prefix)
            .run()
            .context("Wine does not end")
    }
}

fn said(output: &Output) -> String {
    let all = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8_lossy(&all).replace('\r', "")
}

/// A path as Wine shows it to what runs in it.
fn within_wine(path: &Path) -> String {
    format!("Z:{}", path.display()).replace('/', "\\")
}
