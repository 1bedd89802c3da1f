//! Facts for tests of checks: of real folders, read as the app reads them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use dagster::instance;
use workspace::{ReadOptions, read};

use crate::check::{Check, Judge};
use crate::facts::{Elsewhere, Facts, MachineFacts, Port, WorkspaceFacts};
use crate::finding::Finding;
use crate::fix::FixAction;
use crate::machine::{Tool, ToolState};

/// Facts of no workspace; Dagdeck's own folder is `state`.
pub(crate) fn machine(state: &Path) -> Facts {
    let guard = process::GuardProgram {
        program: "true".into(),
        arguments: Vec::new(),
    };
    let (table, _) = process::Table::open(state, guard).unwrap();
    Facts {
        table: Arc::new(table),
        ended: process::CancellationToken::new(),
        folder: state.to_owned(),
        machine: MachineFacts::default(),
        workspace: None,
    }
}

/// Facts of the workspace in a folder as it is on disk now, with an instance beside it.
pub(crate) fn of(folder: &Path, state: &Path) -> Facts {
    of_with(folder, state, &[])
}

/// The same where Dagdeck was started with some variables.
pub(crate) fn of_with(folder: &Path, state: &Path, variables: &[(&str, &str)]) -> Facts {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let variables: BTreeMap<String, String> = variables.iter().map(owned).collect();
    let options = ReadOptions {
        user_config: Some(state.join("no-user-config.toml")),
        environment: variables.clone(),
        lock_freshness: true,
        ..ReadOptions::default()
    };
    let reading = Arc::new(read(folder, &options));
    let named = variables.get("DAGSTER_HOME").map(String::as_str);
    let dot_env = reading.dot_env.as_ref();
    let dot_env = dot_env.and_then(|file| file.get("DAGSTER_HOME"));
    let mut facts = machine(state);
    facts.machine.variables.clone_from(&variables);
    facts.workspace = Some(WorkspaceFacts {
        instance: instance::choose(named, dot_env, &state.join("instance")),
        trusted: true,
        folder: state.to_owned(),
        port: Port::default(),
        elsewhere: Elsewhere::Nobody,
        pids: Vec::new(),
        watched: (0, None),
        deployment_check: None,
        crashes: Vec::new(),
        projects: BTreeMap::new(),
        reading,
    });
    facts
}

/// uv as the machine's look finds it.
pub(crate) fn uv(path: &Path, version: &str) -> Tool {
    Tool {
        name: "uv",
        state: ToolState::Ready,
        version: Some(version.to_owned()),
        path: Some(path.to_owned()),
        purpose: "",
        install: None,
    }
}

/// What a check of machine or workspace finds that only reads.
pub(crate) fn found(check: &Check, facts: &Facts) -> Vec<Finding> {
    match check.judge {
        Judge::Machine(judge) => judge(facts),
        Judge::Workspace(judge) => {
            let workspace = facts.workspace.as_ref();
            workspace.map_or_else(Vec::new, |workspace| judge(facts, workspace))
        }
        Judge::Project(_) | Judge::Asking { .. } => unreachable!("{} asks", check.id),
    }
}

/// The only thing that a check finds.
pub(crate) fn the_finding(check: &Check, facts: &Facts) -> Finding {
    let mut all = found(check, facts);
    assert_eq!(all.len(), 1, "{}: {all:?}", check.id);
    all.remove(0)
}

/// Runs one test of this program again after a line of shell made the fault for it alone. The line gets the first
/// variable's value as `$1`.
#[cfg(target_os = "linux")]
pub(crate) fn again_in(fault: &str, test: &str, variables: &[(&str, &Path)]) {
    again(&[], fault, test, variables);
}

/// The same where it is root and mounts disks of its own, which some systems allow nobody: there it says so.
#[cfg(target_os = "linux")]
pub(crate) fn again_alone(fault: &str, test: &str, variables: &[(&str, &Path)]) {
    let alone = ["unshare", "--user", "--map-root-user", "--mount"];
    let allowed = command(alone[0]).args(&alone[1..]).arg("true").status();
    if allowed.is_ok_and(|status| status.success()) {
        again(&alone, fault, test, variables);
    } else {
        testkit::skipped("this system lets no program mount a disk for itself");
    }
}

#[cfg(target_os = "linux")]
#[expect(clippy::disallowed_methods, reason = "a test runs itself, and waits")]
fn command(program: &str) -> std::process::Command {
    std::process::Command::new(program)
}

#[cfg(target_os = "linux")]
fn again(alone: &[&str], fault: &str, test: &str, variables: &[(&str, &Path)]) {
    let script = format!("{fault} && shift && exec \"$@\"");
    let first = variables.first().map_or(Path::new(""), |(_, value)| value);
    let words = alone.iter().copied().chain(["sh", "-c", &script, "sh"]);
    let words: Vec<&str> = words.collect();
    let output = command(words[0])
        .args(&words[1..])
        .arg(first)
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}{complained}"
    );
}

/// A workspace made for one test, with a folder for Dagdeck beside it.
pub(crate) struct Trial {
    _folder: tempfile::TempDir,
    pub(crate) root: std::path::PathBuf,
    pub(crate) state: std::path::PathBuf,
}

impl Trial {
    /// A dg workspace that lists some projects, each in `projects/`.
    pub(crate) fn workspace(projects: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let real = fs_err::canonicalize(folder.path()).unwrap();
        let trial = Self {
            _folder: folder,
            root: real.join("acme"),
            state: real.join("state"),
        };
        fs_err::create_dir_all(trial.root.join("projects")).unwrap();
        let settings = "directory_type = \"workspace\"\n\n[workspace]\n";
        fs_err::write(trial.root.join("dg.toml"), settings).unwrap();
        for name in projects {
            let path = format!("projects/{name}");
            trial.project(&path);
            trial.list(&path);
        }
        trial
    }

    /// Writes a project's files.
    pub(crate) fn project(&self, path: &str) {
        let folder = self.root.join(path);
        let name = folder
            .file_name()
            .unwrap()
            .to_string_lossy()
            .replace('-', "_");
        let source = folder.join("src").join(&name);
        fs_err::create_dir_all(&source).unwrap();
        fs_err::write(source.join("definitions.py"), "").unwrap();
        let text = format!(
            "[project]\nname = \"{name}\"\nversion = \"0.1.0\"\nrequires-python = \">=3.10\"\n\n\
             [tool.dg]\ndirectory_type = \"project\"\n\n[tool.dg.project]\nroot_module = \"{name}\"\n"
        );
        fs_err::write(folder.join("pyproject.toml"), text).unwrap();
    }

    /// Lists a path in dg.toml, whether it is listed or not.
    pub(crate) fn list(&self, path: &str) {
        let config = self.root.join("dg.toml");
        let text = fs_err::read_to_string(&config).unwrap();
        let entry = format!("\n[[workspace.projects]]\npath = \"{path}\"\n");
        fs_err::write(&config, text + &entry).unwrap();
    }

    /// The paths that dg.toml lists.
    pub(crate) fn listed(&self) -> Vec<String> {
        let text = fs_err::read_to_string(self.root.join("dg.toml")).unwrap();
        let paths = text.lines().filter_map(|line| line.strip_prefix("path = "));
        paths
            .map(|path| path.trim_matches('"').to_owned())
            .collect()
    }

    /// What is there now.
    pub(crate) fn facts(&self) -> Facts {
        of(&self.root, &self.state)
    }

    /// FixAction to files what a finding's fix does.
    pub(crate) fn fix(&self, finding: &Finding) {
        match finding.fix.as_ref().map(|fix| &fix.action) {
            Some(FixAction::Change(edit)) => edit.write().unwrap(),
            Some(FixAction::Write { path, text }) => {
                assert!(!path.exists());
                fs_err::write(path, text).unwrap();
            }
            Some(FixAction::MakeFolder(path)) => fs_err::create_dir_all(path).unwrap(),
            other => unreachable!("{other:?} changes no file"),
        }
    }
}

/// The same facts where Git was found.
pub(crate) fn with_git(mut facts: Facts) -> Facts {
    facts.machine.tools = vec![Tool {
        name: "git",
        ..uv(Path::new("/usr/bin/git"), "2")
    }];
    facts
}

/// Runs Git in a folder.
#[cfg(unix)]
#[expect(
    clippy::disallowed_methods,
    reason = "a test makes what it needs, and waits"
)]
pub(crate) fn git(folder: &Path, arguments: &[&str]) {
    let git = std::process::Command::new("git")
        .args(arguments)
        .current_dir(folder)
        .output();
    assert!(git.unwrap().status.success());
}
