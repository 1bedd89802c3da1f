//! The workspace that tests copy: made once by the real scaffolder, with two Pythons and two Dagsters.
//!
//! Made anew when its recipe, its lockfiles, the index's address or the Pythons differ from what it was made of, and when a
//! test changed what all copies share. A lock beside it keeps two runs apart: many may use it, one may make it.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::TryLockError;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use super::{python, uv};
use crate::places;
use crate::prepared::USUAL_ADDRESS;
use crate::program::Program;

/// Counted up when the recipe below changes, so that an older workspace is made again.
const RECIPE: u32 = 9;

pub(crate) const SCAFFOLDER: &str = "create-dagster@1.13.27";
pub(crate) const NEWER: &str = "dagster==1.13.27";
pub(crate) const OLDER: &str = "dagster==1.12.22";

/// In the test workspace: what it was made of and by.
const STAMP: &str = ".made-by-xtask";
/// In the test workspace: what is in it, as it was made.
const MADE: &str = ".files-by-xtask";

const ORDERS: &str = include_str!("workspace/orders.py");
const RUNS: &str = include_str!("workspace/runs.py");
const FORECAST: &str = include_str!("workspace/forecast.py");

/// The environments of the test workspace: the folder, and under what name its lockfile is kept in tests/index.
const LOCKED: [(&str, &str); 3] = [
    ("deployments/local", "local.lock"),
    ("projects/data-science", "data-science.lock"),
    ("projects/data-engineering", "data-engineering.lock"),
];

/// Makes target/test-workspace unless it is there in this recipe: by the real scaffolder, from the lockfiles that are kept.
pub(crate) fn make() -> Result<String> {
    let folder = places::test_workspace();
    let uv = uv::find().context("uv is missing")?;
    let (newer, older) = python::two(&uv)?;
    let index = address()?;
    let mut made_of = DefaultHasher::new();
    for (_, kept) in LOCKED {
        fs_err::read(places::recording().join(kept))?.hash(&mut made_of);
    }
    [SCAFFOLDER, NEWER, OLDER, ORDERS, RUNS, FORECAST].hash(&mut made_of);
    let pythons = [&newer, &older].map(|python| python.display().to_string());
    let stamp = format!(
        "recipe {RECIPE}\n{}\n{index}\nmade of {:x}\n",
        pythons.join("\n"),
        made_of.finish()
    );
    let lock = Lock::open()?;
    if lock.nobody_else()? {
        // What tests left that were ended by hand.
        let copies = places::test_copies();
        if copies.exists() {
            fs_err::remove_dir_all(copies)?;
        }
    }
    let mut made = false;
    while !lock.shared_if(|| is_there(&stamp))? {
        lock.alone()?;
        if !is_there(&stamp) {
            make_anew(&uv, &newer, &older, &index)?;
            fs_err::write(folder.join(STAMP), &stamp)?;
            made = true;
        }
    }
    lock.keep();
    Ok(if made { "made" } else { "is there" }.to_owned())
}

/// Whether it is there as this stamp says. A run that was ended by hand has not looked what its tests left.
fn is_there(stamp: &str) -> bool {
    let found = fs_err::read_to_string(places::test_workspace().join(STAMP));
    found.is_ok_and(|found| found == stamp) && spoilt().is_ok_and(|spoilt| spoilt.is_none())
}

/// Who uses the test workspace: many at once, or one who makes it. Held until the program ends.
struct Lock(std::fs::File);

impl Lock {
    fn open() -> Result<Lock> {
        fs_err::create_dir_all(places::target())?;
        let file = fs_err::File::create(places::test_workspace().with_extension("lock"))?;
        Ok(Lock(file.into_file()))
    }

    /// Whether nobody else uses it now; then it is ours alone.
    fn nobody_else(&self) -> Result<bool> {
        match self.0.try_lock() {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }

    /// Waits until nobody makes it, and holds it with others if it is as it should be then.
    fn shared_if(&self, fine: impl FnOnce() -> bool) -> Result<bool> {
        self.0.unlock()?;
        self.0.lock_shared()?;
        Ok(fine())
    }

    /// Waits until nobody else uses it.
    fn alone(&self) -> Result<()> {
        self.0.unlock()?;
        if !self.nobody_else()? {
            println!(
                "  another run uses the test workspace, and it has to be made anew: waiting for that run's end"
            );
            self.0.lock()?;
        }
        Ok(())
    }

    /// Holds it until the program ends.
    fn keep(self) {
        std::mem::forget(self.0);
    }
}

/// Scaffolds, puts the kept lockfiles in, and fills the environments twice: once for uv's cache, and again from what was
/// compiled there.
fn make_anew(uv: &Path, newer: &Path, older: &Path, index: &str) -> Result<()> {
    let folder = places::test_workspace();
    scaffolded(uv, newer)?;
    for (at, kept) in LOCKED {
        let lockfile = fs_err::read_to_string(places::recording().join(kept))?;
        let lockfile = lockfile.replace(USUAL_ADDRESS, index);
        fs_err::write(folder.join(at).join("uv.lock"), lockfile)?;
    }
    let maker = Maker {
        uv: uv.to_path_buf(),
        folder: folder.clone(),
    };
    let environments = LOCKED.map(|(at, _)| {
        let older = at.ends_with("data-engineering").then_some(older);
        (at, older.unwrap_or(newer))
    });
    // Once to fill uv's cache, and once to link what was compiled there.
    maker.sync_all(&environments, &[])?;
    for (at, python) in environments {
        compile_cache(&folder.join(at), python)?;
    }
    for (at, _) in environments {
        fs_err::remove_dir_all(folder.join(at).join(".venv"))?;
    }
    maker.sync_all(&environments, &["--compile-bytecode"])?;
    fs_err::write(folder.join(MADE), serde_json::to_string(&entries()?)?)?;
    Ok(())
}

/// Makes sure that no test changed what all copies of the test workspace share.
pub(crate) fn ensure_unspoilt() -> Result<()> {
    let outcome = spoilt();
    if matches!(outcome, Ok(None)) {
        return Ok(());
    }
    // It is made again next time.
    match fs_err::remove_file(places::test_workspace().join(STAMP)) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    match outcome.context("the test workspace that all tests share can't be read any more")? {
        None => Ok(()),
        Some(package) => bail!(
            "a test changed {package} of the test workspace, which all tests share: it needs \
             TestWorkspace::own_packages, or edits a file in place"
        ),
    }
}

/// What in the test workspace is no longer as it was made.
fn spoilt() -> Result<Option<String>> {
    let kept = fs_err::read_to_string(places::test_workspace().join(MADE))?;
    let was: Vec<SourceFile> = serde_json::from_str(&kept)?;
    let is = entries()?;
    Ok(difference(&was, &is).map(|path| path.display().to_string()))
}

/// The first file or folder that is gone, new, or of other files. A Python may add bytecode of its own.
fn difference<'a>(was: &'a [SourceFile], is: &'a [SourceFile]) -> Option<&'a Path> {
    let find = |all: &'a [SourceFile], path: &Path| all.iter().find(|entry| entry.path == path);
    let changed = was.iter().find(|was| {
        find(is, &was.path).is_none_or(|is| {
            (is.files, is.sum) != (was.files, was.sum) || is.bytecode < was.bytecode
        })
    });
    let added = || {
        let mut added = is.iter().filter(|is| find(was, &is.path).is_none());
        added.find(|is| is.files > 0)
    };
    changed.or_else(added).map(|entry| entry.path.as_path())
}

/// One file or folder of the workspace's sources, of an environment's own, or of its installed packages.
#[derive(Default, Serialize, Deserialize)]
struct SourceFile {
    path: PathBuf,
    /// How many files it is of, less bytecode.
    files: u64,
    /// Of these: which they are, how long, and when they were written. Hard links to them change none of it.
    sum: u64,
    /// How many files of bytecode.
    bytecode: u64,
}

/// What stands in the workspace, folder by folder; packages as one entry each.
fn entries() -> Result<Vec<SourceFile>> {
    let workspace = places::test_workspace();
    let mut folders = vec![
        workspace.clone(),
        workspace.join("deployments"),
        workspace.join("projects"),
    ];
    for (at, _) in LOCKED {
        let environment = workspace.join(at).join(".venv");
        folders.push(workspace.join(at));
        folders.push(environment.clone());
        for library in fs_err::read_dir(environment.join("lib"))? {
            folders.push(library?.path().join("site-packages"));
        }
    }
    // What is looked into by itself, and what set-up writes of it.
    let apart = |path: &Path| {
        path.ends_with("lib64")
            || path.ends_with(STAMP)
            || path.ends_with(MADE)
            || folders.iter().any(|folder| folder.starts_with(path))
    };
    let mut entries = Vec::new();
    for folder in &folders {
        for path in fs_err::read_dir(folder)? {
            let path = path?.path();
            if apart(&path) {
                continue;
            }
            let mut entry = SourceFile::default();
            measure(&path, &mut entry)?;
            entries.push(SourceFile { path, ..entry });
        }
    }
    Ok(entries)
}

/// Adds a file, or all that is in a folder, to an entry.
fn measure(path: &Path, entry: &mut SourceFile) -> Result<()> {
    let metadata = match fs_err::symlink_metadata(path) {
        Ok(metadata) => metadata,
        // Gone since its folder was listed, as what a Python writes before it is named.
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    if metadata.is_dir() {
        for inside in fs_err::read_dir(path)? {
            measure(&inside?.path(), entry)?;
        }
    } else if path.extension().is_some_and(|end| end == "pyc") {
        entry.bytecode += 1;
    // What a Python was writing when it was ended.
    } else if path
        .parent()
        .is_none_or(|folder| !folder.ends_with("__pycache__"))
    {
        let mut hasher = DefaultHasher::new();
        (path, metadata.len(), metadata.modified()?).hash(&mut hasher);
        entry.files += 1;
        entry.sum = entry.sum.wrapping_add(hasher.finish());
    }
    Ok(())
}

/// Compiles what uv unpacked into its cache for this project's environment, so that an environment is linked with its
/// bytecode: compiling it takes more than all else in most tests, and `uv sync --compile-bytecode` compiles what is not there
/// or not current all the same.
fn compile_cache(project: &Path, python: &Path) -> Result<()> {
    let mut installed = BTreeSet::new();
    for library in fs_err::read_dir(project.join(".venv/lib"))? {
        installed.extend(metadata_in(&library?.path().join("site-packages"))?);
    }
    let mut packages = Vec::new();
    for unpacked in fs_err::read_dir(places::uv_cache().join("archive-v0"))? {
        let unpacked = unpacked?.path();
        let names = metadata_in(&unpacked)?;
        if !names.is_empty() && names.is_subset(&installed) {
            packages.push(unpacked);
        }
    }
    let compiled = Program::new(python)
        .args(["-m", "compileall", "-q", "-j", "2"])
        .args(&packages);
    // It fails where one file is no Python of this version, as some packages' templates are; so its work is looked for.
    let _some_are_templates = compiled.succeeds();
    let tag = "import sys; print(sys.implementation.cache_tag)";
    let tag = Program::new(python).args(["-c", tag]).read()?;
    let file = format!("dagster/__pycache__/__init__.{}.pyc", tag.trim());
    anyhow::ensure!(
        packages.iter().any(|package| package.join(&file).is_file()),
        "{} compiled nothing of what {} needs",
        python.display(),
        project.display()
    );
    Ok(())
}

/// The names of the folders that say which packages these files are of.
fn metadata_in(folder: &Path) -> Result<BTreeSet<OsString>> {
    let mut names = BTreeSet::new();
    for entry in fs_err::read_dir(folder)? {
        let name = entry?.file_name();
        if Path::new(&name)
            .extension()
            .is_some_and(|end| end == "dist-info")
        {
            names.insert(name);
        }
    }
    Ok(names)
}

/// Locks the test workspace's environments anew and keeps their lockfiles, after the recording has changed.
pub(crate) fn lock() -> Result<()> {
    let uv = uv::find().context("uv is missing")?;
    let (newer, _) = python::two(&uv)?;
    let lock = Lock::open()?;
    lock.alone()?;
    scaffolded(&uv, &newer)?;
    let index = address()?;
    for (at, kept) in LOCKED {
        let folder = places::test_workspace().join(at);
        Program::new(&uv)
            .args(["lock", "--quiet", "--python"])
            .arg(&newer)
            .folder(&folder)
            .run()?;
        let lockfile = fs_err::read_to_string(folder.join("uv.lock"))?;
        let lockfile = lockfile.replace(&index, USUAL_ADDRESS);
        fs_err::write(places::recording().join(kept), lockfile)?;
    }
    Ok(())
}

/// The files of the test workspace, without environments.
fn scaffolded(uv: &Path, python: &Path) -> Result<()> {
    let folder = places::test_workspace();
    if folder.exists() {
        fs_err::remove_dir_all(&folder)?;
    }
    let parent = folder.parent().context("target has a parent")?;
    fs_err::create_dir_all(parent)?;
    let maker = Maker {
        uv: uv.to_path_buf(),
        folder,
    };
    maker.scaffold(
        python,
        &["projects/data-engineering", "projects/data-science"],
    )?;
    maker.write_code()
}

/// The scheme, host and port of the index that is up.
fn address() -> Result<String> {
    let index = std::env::var("UV_DEFAULT_INDEX").context("the tests' own index is not up")?;
    Ok(index.trim_end_matches("/simple").to_owned())
}

/// Makes a workspace of these projects with the scaffolder at the newer Dagster, all synced.
pub(crate) fn scaffold(folder: &Path, projects: &[String]) -> Result<()> {
    if folder.exists() {
        fs_err::remove_dir_all(folder)?;
    }
    fs_err::create_dir_all(folder.parent().context("a workspace has a parent")?)?;
    let uv = uv::find().context("uv is missing")?;
    let (python, _) = python::two(&uv)?;
    let maker = Maker {
        uv,
        folder: folder.to_path_buf(),
    };
    let paths: Vec<String> = projects
        .iter()
        .map(|project| format!("projects/{project}"))
        .collect();
    maker.scaffold(&python, &paths)?;
    let options = ["--compile-bytecode"];
    maker.sync("deployments/local", &python, &options)?;
    paths
        .iter()
        .try_for_each(|path| maker.sync(path, &python, &options))
}

struct Maker {
    uv: PathBuf,
    folder: PathBuf,
}

impl Maker {
    fn scaffold(&self, python: &Path, projects: &[impl AsRef<str>]) -> Result<()> {
        let parent = self.folder.parent().context("target has a parent")?;
        self.scaffolder(python, parent)
            .arg("workspace")
            .arg(self.folder.file_name().context("a folder has a name")?)
            .arg("--no-uv-sync")
            .run()?;
        for project in projects {
            self.scaffolder(python, &self.folder)
                .args(["project", project.as_ref(), "--no-uv-sync"])
                .run()?;
        }
        Ok(())
    }

    fn scaffolder(&self, python: &Path, folder: &Path) -> Program {
        Program::new(&self.uv)
            .args(["tool", "run", "--quiet", "--python"])
            .arg(python)
            .arg(SCAFFOLDER)
            .env("DAGSTER_DG_UPDATE_CHECK_ENABLED", "0")
            .folder(folder)
    }

    /// One asset in each project, the second on the first, a run that never ends by itself and one that takes 8 s.
    fn write_code(&self) -> Result<()> {
        let engineering = self.folder.join("projects/data-engineering");
        let project = engineering.join("pyproject.toml");
        let text = fs_err::read_to_string(&project)?;
        anyhow::ensure!(
            text.contains(NEWER),
            "{SCAFFOLDER} no longer pins {NEWER} in {}",
            project.display()
        );
        fs_err::write(&project, text.replace(NEWER, OLDER))?;
        let defs = engineering.join("src/data_engineering/defs");
        fs_err::write(defs.join("orders.py"), ORDERS)?;
        fs_err::write(defs.join("runs.py"), RUNS)?;
        let defs = self
            .folder
            .join("projects/data-science/src/data_science/defs");
        fs_err::write(defs.join("forecast.py"), FORECAST)?;
        Ok(())
    }

    /// Side by side: each waits for the disk at times.
    fn sync_all(&self, environments: &[(&str, &Path)], options: &[&str]) -> Result<()> {
        std::thread::scope(|scope| {
            let running: Vec<_> = environments
                .iter()
                .map(|(at, python)| {
                    let options = [&["--locked"], options].concat();
                    scope.spawn(move || self.sync(at, python, &options))
                })
                .collect();
            running.into_iter().try_for_each(|thread| {
                let panicked = |_| Err(anyhow::anyhow!("a sync panicked"));
                thread.join().unwrap_or_else(panicked)
            })
        })
    }

    fn sync(&self, folder: &str, python: &Path, options: &[&str]) -> Result<()> {
        Program::new(&self.uv)
            .args(["sync", "--quiet", "--python"])
            .arg(python)
            .args(options)
            .folder(&self.folder.join(folder))
            .run()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: &str, files: u64, sum: u64, bytecode: u64) -> SourceFile {
        SourceFile {
            path: path.into(),
            files,
            sum,
            bytecode,
        }
    }

    #[test]
    fn what_is_gone_new_or_changed_is_found_and_bytecode_may_come() {
        let was = [entry("a", 2, 7, 1), entry("b.py", 1, 3, 0)];
        let same = [
            entry("b.py", 1, 3, 0),
            entry("a", 2, 7, 4),
            entry("__pycache__", 0, 0, 1),
        ];
        assert_eq!(difference(&was, &same), None);
        let gone = [entry("a", 2, 7, 1)];
        assert_eq!(difference(&was, &gone), Some(Path::new("b.py")));
        for changed in [
            entry("a", 3, 7, 1),
            entry("a", 2, 8, 1),
            entry("a", 2, 7, 0),
        ] {
            let is = [changed, entry("b.py", 1, 3, 0)];
            assert_eq!(difference(&was, &is), Some(Path::new("a")));
        }
        let new = [
            entry("c", 1, 1, 0),
            entry("a", 2, 7, 1),
            entry("b.py", 1, 3, 0),
        ];
        assert_eq!(difference(&was, &new), Some(Path::new("c")));
    }

    #[test]
    fn a_file_that_is_written_changes_its_entry_and_bytecode_counts_apart() {
        let folder = tempfile::tempdir().unwrap();
        let package = folder.path().join("one");
        let measured = || {
            let mut entry = SourceFile::default();
            measure(&package, &mut entry).unwrap();
            (entry.files, entry.sum, entry.bytecode)
        };
        assert_eq!(measured(), (0, 0, 0), "what is not there is of no files");
        fs_err::create_dir_all(package.join("__pycache__")).unwrap();
        fs_err::write(package.join("code.py"), "1").unwrap();
        let before = measured();
        fs_err::hard_link(package.join("code.py"), folder.path().join("copy")).unwrap();
        fs_err::write(package.join("__pycache__/code.cpython-313.pyc.42"), "").unwrap();
        assert_eq!(measured(), before);
        fs_err::write(package.join("__pycache__/code.cpython-313.pyc"), "").unwrap();
        assert_eq!(measured(), (before.0, before.1, 1));
        fs_err::write(folder.path().join("copy"), "22").unwrap();
        assert_ne!(measured().1, before.1, "written through a link");
    }
}
