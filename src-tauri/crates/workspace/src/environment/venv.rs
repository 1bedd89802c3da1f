//! One environment folder: interpreter, pyvenv.cfg, site-packages. Owns what its files say; refuses to choose.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::{BrokenReason, EnvironmentState, Installed, is_half_made};

/// What the files of an environment say.
#[derive(Debug)]
pub(crate) struct Venv {
    pub(crate) state: EnvironmentState,
    pub(crate) interpreter: Option<PathBuf>,
    pub(crate) python: Option<String>,
    pub(crate) python_source: Option<String>,
    pub(crate) packages: Option<u32>,
    pub(crate) installed: Installed,
    pub(crate) watched: Vec<PathBuf>,
}

#[cfg(windows)]
const INTERPRETER: [&str; 2] = ["Scripts", "python.exe"];
#[cfg(not(windows))]
const INTERPRETER: [&str; 2] = ["bin", "python"];

/// Where an environment's interpreter is.
pub(crate) fn interpreter_of(folder: &Path) -> PathBuf {
    folder.join(INTERPRETER[0]).join(INTERPRETER[1])
}

/// The environment folder that an interpreter belongs to.
pub(crate) fn folder_of(interpreter: &Path) -> PathBuf {
    interpreter
        .parent()
        .and_then(Path::parent)
        .unwrap_or(interpreter)
        .to_path_buf()
}

/// Reads an environment. `interpreter` is the one to use; `made_by_tool` says that the folder should be a venv.
pub(crate) fn read_venv(folder: &Path, interpreter: PathBuf, made_by_tool: bool) -> Venv {
    let mut venv = Venv {
        state: EnvironmentState::Missing,
        interpreter: None,
        python: None,
        python_source: None,
        packages: None,
        installed: Installed::default(),
        watched: Vec::new(),
    };
    let config = folder.join("pyvenv.cfg");
    let config_text = match std::fs::read_to_string(&config) {
        Ok(text) if made_by_tool && text.trim().is_empty() && is_half_made(folder) => {
            venv.state = broken(BrokenReason::HalfMade);
            venv.watched.push(folder.to_path_buf());
            return venv;
        }
        Ok(text) => Some(text),
        Err(error) => {
            if let Some(state) = state_without_config(folder, &error, made_by_tool, &interpreter) {
                venv.state = state;
                if folder.is_dir() {
                    venv.watched.push(folder.to_path_buf());
                }
                return venv;
            }
            None
        }
    };
    venv.watched.push(folder.to_path_buf());
    if let Some(text) = &config_text {
        venv.python = version_in(text);
        venv.python_source = venv.python.is_some().then(|| config.display().to_string());
    }
    let packages = site_packages(folder, venv.python.as_deref(), config_text.is_some());
    if let Some(packages) = &packages {
        venv.watched.push(packages.folder.clone());
        venv.packages = Some(packages.count);
        venv.installed = packages.installed.clone();
        if venv.python.is_none() {
            venv.python.clone_from(&packages.python);
            venv.python_source = venv
                .python
                .is_some()
                .then(|| packages.folder.display().to_string());
        }
    }
    venv.state = match interpreter_fault(&interpreter) {
        Some(reason) => EnvironmentState::Broken { reason },
        None => {
            venv.interpreter = Some(interpreter);
            match (&config_text, &packages) {
                (None, _) => EnvironmentState::Unknown,
                (Some(_), None) => broken(BrokenReason::Empty),
                (Some(text), Some(packages)) => {
                    if packages.count == 0 && !flag(text, "include-system-site-packages") {
                        broken(BrokenReason::Empty)
                    } else if let Some(from) = moved_from(folder, text) {
                        broken(BrokenReason::Moved { from })
                    } else {
                        EnvironmentState::Ready
                    }
                }
            }
        }
    };
    venv
}

fn broken(reason: BrokenReason) -> EnvironmentState {
    EnvironmentState::Broken { reason }
}

/// What a folder without a readable pyvenv.cfg is; `None` where an interpreter alone will do.
fn state_without_config(
    folder: &Path,
    error: &std::io::Error,
    made_by_tool: bool,
    interpreter: &Path,
) -> Option<EnvironmentState> {
    if error.kind() == std::io::ErrorKind::NotADirectory {
        return Some(broken(BrokenReason::NotAFolder));
    }
    if error.kind() == std::io::ErrorKind::PermissionDenied {
        let cause = error.to_string();
        return Some(broken(BrokenReason::Unreadable { cause }));
    }
    let Ok(metadata) = std::fs::symlink_metadata(folder) else {
        return Some(EnvironmentState::Missing);
    };
    if metadata.is_symlink() && !folder.exists() {
        let target = std::fs::read_link(folder).unwrap_or_default();
        return Some(broken(BrokenReason::DanglingInterpreter { target }));
    }
    if !folder.is_dir() {
        return Some(broken(BrokenReason::NotAFolder));
    }
    if made_by_tool {
        return Some(broken(match is_half_made(folder) {
            true => BrokenReason::HalfMade,
            false => BrokenReason::NotAnEnvironment,
        }));
    }
    interpreter_fault(interpreter).map(broken)
}

/// Why an interpreter can't be started, as files tell: none where it is a file at the end of its links. Links are followed
/// sixteen deep, to name the place that is missing.
fn interpreter_fault(interpreter: &Path) -> Option<BrokenReason> {
    if std::fs::metadata(interpreter).is_ok_and(|metadata| metadata.is_file()) {
        return None;
    }
    // The last link of the chain that still exists tells where it leads.
    let mut at = interpreter.to_path_buf();
    let mut target = None;
    for _ in 0..16 {
        let Ok(next) = std::fs::read_link(&at) else {
            break;
        };
        at = at.parent().unwrap_or(&at).join(next);
        target = Some(at.clone());
    }
    Some(match target {
        Some(target) => BrokenReason::DanglingInterpreter { target },
        None => BrokenReason::NoInterpreter,
    })
}

/// A value in a pyvenv.cfg. Names are in any case, as Python reads them.
fn setting<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    text.lines().find_map(|line| {
        let (name, value) = line.split_once('=')?;
        name.trim().eq_ignore_ascii_case(key).then(|| value.trim())
    })
}

fn flag(text: &str, key: &str) -> bool {
    setting(text, key).is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

/// The version in a pyvenv.cfg: uv and virtualenv write `version_info`, Python's own venv writes `version`.
fn version_in(text: &str) -> Option<String> {
    let value = setting(text, "version_info").or_else(|| setting(text, "version"))?;
    // virtualenv writes `3.12.1.final.0`.
    let numbers: Vec<&str> = value
        .split('.')
        .take_while(|part| part.starts_with(|c: char| c.is_ascii_digit()))
        .take(3)
        .collect();
    (numbers.len() >= 2).then(|| numbers.join("."))
}

/// What is installed, as the names of the dist-info folders tell.
struct Packages {
    folder: PathBuf,
    count: u32,
    installed: Installed,
    python: Option<String>,
}

/// Where packages are and what they are: in the folder of the version that pyvenv.cfg names, else in the one that is there.
/// Of a system's own prefix only where it holds one Python: which of several is meant can't be told.
fn site_packages(folder: &Path, python: Option<&str>, is_venv: bool) -> Option<Packages> {
    let short = |version: &str| version.split('.').take(2).collect::<Vec<_>>().join(".");
    let mut guess = Vec::new();
    if cfg!(windows) {
        guess.push((folder.join("Lib").join("site-packages"), None));
    }
    if let Some(version) = python {
        let name = format!("python{}", short(version));
        guess.push((folder.join("lib").join(name).join("site-packages"), None));
    }
    if let Some(found) = guess
        .into_iter()
        .find_map(|(path, python)| scan(&path, python))
    {
        return Some(found);
    }
    // The named folder is not there, or no version is named: take what is there.
    let mut names: Vec<String> = std::fs::read_dir(folder.join("lib"))
        .ok()?
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with("python3"))
        .collect();
    names.sort();
    // A system prefix holds several versions; which one is meant can't be told there.
    if !is_venv && names.len() != 1 {
        return None;
    }
    names.into_iter().rev().find_map(|name| {
        let version = name.trim_start_matches("python").to_owned();
        scan(
            &folder.join("lib").join(&name).join("site-packages"),
            Some(version),
        )
    })
}

/// The folder that an environment's packages are in.
pub(super) fn packages_folder(folder: &Path) -> Option<PathBuf> {
    let config = std::fs::read_to_string(folder.join("pyvenv.cfg")).ok();
    let python = config.as_deref().and_then(version_in);
    site_packages(folder, python.as_deref(), config.is_some()).map(|packages| packages.folder)
}

/// Counts the packages in a folder and notes those of Dagster; none where it can't be listed. Opens no file.
fn scan(folder: &Path, python: Option<String>) -> Option<Packages> {
    let mut count = 0;
    let mut installed = Installed::default();
    for entry in std::fs::read_dir(folder).ok()?.flatten() {
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        let Some(stem) = name
            .strip_suffix(".dist-info")
            .or_else(|| name.strip_suffix(".egg-info"))
        else {
            continue;
        };
        count += 1;
        if !stem.starts_with("dagster") {
            continue;
        }
        let Some((package, version)) = stem.split_once('-') else {
            continue;
        };
        let slot = match package {
            "dagster" => &mut installed.dagster,
            "dagster_webserver" => &mut installed.webserver,
            "dagster_dg_cli" => &mut installed.dg_cli,
            _ => continue,
        };
        *slot = Some(version.to_owned());
    }
    Some(Packages {
        folder: folder.to_path_buf(),
        count,
        installed,
        python,
    })
}

/// The folder that an environment's scripts were made for, if that is another one.
fn moved_from(folder: &Path, config: &str) -> Option<PathBuf> {
    if flag(config, "relocatable") || cfg!(windows) {
        return None;
    }
    let scripts = folder.join(INTERPRETER[0]);
    let named = ["dagster", "dg", "dagster-webserver"]
        .iter()
        .find_map(|name| read_start(&scripts.join(name)))
        .and_then(|start| interpreter_in(&start))?;
    let made_for = folder_of(Path::new(&named));
    if made_for == folder || !Path::new(&named).is_absolute() {
        return None;
    }
    // The same folder may be reached by another path, through a link.
    match (
        std::fs::canonicalize(&made_for),
        std::fs::canonicalize(folder),
    ) {
        (Ok(there), Ok(here)) if there == here => None,
        _ => Some(made_for),
    }
}

/// The first kilobyte of a file, in which a script names its interpreter.
fn read_start(path: &Path) -> Option<String> {
    let mut start = Vec::with_capacity(1024);
    std::fs::File::open(path)
        .ok()?
        .take(1024)
        .read_to_end(&mut start)
        .ok()?;
    Some(String::from_utf8_lossy(&start).into_owned())
}

/// The interpreter that a script names in its first line, or in the `exec` line that stands in for a long or spaced path.
fn interpreter_in(start: &str) -> Option<String> {
    let mut lines = start.lines();
    let first = lines.next()?.strip_prefix("#!")?.trim();
    if first != "/bin/sh" {
        return Some(first.to_owned());
    }
    let second = lines.next()?.strip_prefix("'''exec'")?.trim_start();
    let quote = second.chars().next().filter(|c| matches!(c, '\'' | '"'));
    let path = match quote {
        Some(quote) => second[1..].split(quote).next(),
        None => second.split(' ').next(),
    };
    path.map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_name_their_interpreter_in_three_ways() {
        let plain = interpreter_in("#!/a/.venv/bin/python\nimport sys\n");
        assert_eq!(plain.as_deref(), Some("/a/.venv/bin/python"));
        let spaced = interpreter_in("#!/bin/sh\n'''exec' '/a b/.venv/bin/python' \"$0\" \"$@\"\n");
        assert_eq!(spaced.as_deref(), Some("/a b/.venv/bin/python"));
        let long = interpreter_in("#!/bin/sh\n'''exec' /long/.venv/bin/python \"$0\" \"$@\"\n");
        assert_eq!(long.as_deref(), Some("/long/.venv/bin/python"));
    }

    #[test]
    fn versions_of_three_tools() {
        assert_eq!(
            version_in("version_info = 3.12.1").as_deref(),
            Some("3.12.1")
        );
        assert_eq!(version_in("version = 3.11.7").as_deref(), Some("3.11.7"));
        assert_eq!(
            version_in("version_info = 3.10.13.final.0").as_deref(),
            Some("3.10.13")
        );
        assert_eq!(version_in("home = /usr/bin"), None);
    }
}
