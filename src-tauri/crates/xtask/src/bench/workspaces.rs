//! The workspaces that are measured, made once under target/bench.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};

use super::build::Build;
use super::code;
use super::measure::{MeasuredProcess, wait};
use crate::program::Program;
use crate::{places, setup};

/// How long a launch may take to begin.
const LIMIT: Duration = Duration::from_secs(60);

/// The folder that all of them are in.
pub(super) fn folder() -> PathBuf {
    places::target().join("bench")
}

/// A state folder of Dagdeck's, made anew.
pub(super) fn fresh_state(name: &str) -> Result<PathBuf> {
    let state = folder().join("state").join(name);
    if state.exists() {
        fs_err::remove_dir_all(&state)?;
    }
    fs_err::create_dir_all(&state)?;
    Ok(state)
}

/// A state folder in which a workspace is trusted: it was launched once and stopped again.
pub(super) fn trusted_state(build: &Build, name: &str, root: &Path) -> Result<PathBuf> {
    let state = fresh_state(name)?;
    let port = super::web::free_port()?.to_string();
    let program = build
        .dagdeck(&state)
        .arg("up")
        .arg(root)
        .args(["--trust", "--port", &port]);
    let running = MeasuredProcess::start(program)?;
    // Trust is on disk before anything that is logged runs.
    wait("the workspace is trusted", LIMIT, || logs_anything(&state))?;
    drop(running);
    Ok(state)
}

/// Whether any workspace of a state folder has a log.
fn logs_anything(state: &Path) -> bool {
    let within = |folder: &Path| fs_err::read_dir(folder).into_iter().flatten().flatten();
    within(&state.join("workspaces"))
        .any(|workspace| within(&workspace.path().join("logs")).next().is_some())
}

/// Dagster's own command line, from the test workspace's deployment environment.
pub(super) fn dg() -> PathBuf {
    places::test_workspace().join("deployments/local/.venv/bin/dg")
}

/// A workspace of this many projects, each with an environment of a real one's packages (their records, not their code)
/// and a real lockfile. Files that are never written are hard links to one of their kind.
pub(super) fn many(count: usize) -> Result<PathBuf> {
    let root = folder().join(format!("many-{count}"));
    let made = root.join(".made-by-xtask");
    if made.is_file() {
        return Ok(root);
    }
    if root.exists() {
        fs_err::remove_dir_all(&root)?;
    }
    println!("  making {count} projects in {}", root.display());
    let model = Model::read()?;
    let mut config = String::from("directory_type = \"workspace\"\n\n[workspace]\n");
    for number in 0..count {
        // The lockfile stays in the order of names, in which uv writes it.
        let name = format!("data-science-{number:04}");
        model.write(&root.join("projects").join(&name), &name)?;
        config += &format!("\n[[workspace.projects]]\npath = \"projects/{name}\"\n");
    }
    fs_err::write(root.join("dg.toml"), config)?;
    fs_err::write(made, "")?;
    Ok(root)
}

/// A project of the test workspace to make others after.
struct Model {
    project: PathBuf,
    pyproject: String,
    library: PathBuf,
    records: Vec<PathBuf>,
}

impl Model {
    fn read() -> Result<Model> {
        let project = places::test_workspace().join("projects/data-science");
        let library = fs_err::read_dir(project.join(".venv/lib"))?
            .flatten()
            .map(|entry| entry.path().join("site-packages"))
            .find(|packages| packages.is_dir())
            .context("the model has no site-packages")?;
        let records = fs_err::read_dir(&library)?
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "dist-info"))
            .collect();
        Ok(Model {
            pyproject: fs_err::read_to_string(project.join("pyproject.toml"))?,
            library,
            records,
            project,
        })
    }

    fn write(&self, folder: &Path, name: &str) -> Result<()> {
        let module = name.replace('-', "_");
        let named = |text: &str| text.replace("data_science", &module);
        let source = folder.join("src").join(&module);
        fs_err::create_dir_all(source.join("defs"))?;
        fs_err::write(folder.join("pyproject.toml"), named(&self.pyproject))?;
        fs_err::write(source.join("__init__.py"), "")?;
        fs_err::write(source.join("defs/__init__.py"), "")?;
        fs_err::write(source.join("defs/asset.py"), code::asset(&module))?;
        let lock = fs_err::read_to_string(self.project.join("uv.lock"))?;
        let lock = lock.replace("name = \"data-science\"", &format!("name = \"{name}\""));
        fs_err::write(folder.join("uv.lock"), lock)?;
        let (from, to) = (self.project.join(".venv"), folder.join(".venv"));
        fs_err::create_dir_all(to.join("bin"))?;
        fs_err::hard_link(from.join("pyvenv.cfg"), to.join("pyvenv.cfg"))?;
        let python = fs_err::read_link(from.join("bin/python"))?;
        std::os::unix::fs::symlink(python, to.join("bin/python"))?;
        let packages = to.join(self.library.strip_prefix(&from)?);
        for record in &self.records {
            let name = record.file_name().context("a record has a name")?;
            fs_err::create_dir_all(packages.join(name))?;
            fs_err::hard_link(
                record.join("METADATA"),
                packages.join(name).join("METADATA"),
            )?;
        }
        Ok(())
    }
}

/// A workspace of this many projects that all work: each is a copy of a real one, its environment in hard links.
pub(super) fn copies(count: usize) -> Result<PathBuf> {
    let root = folder().join(format!("copies-{count}"));
    let made = root.join(".made-by-xtask");
    if made.is_file() {
        return Ok(root);
    }
    if root.exists() {
        fs_err::remove_dir_all(&root)?;
    }
    let model = launchable(2)?;
    println!("  making {count} projects in {}", root.display());
    fs_err::create_dir_all(root.join("projects"))?;
    link(&model.join("deployments"), &root.join("deployments"))?;
    readdress(&root.join("deployments/local/.venv"), &model, &root)?;
    let mut config = String::from("directory_type = \"workspace\"\n\n[workspace]\n");
    for number in 1..=count {
        let name = format!("location-{number}");
        copy(&model, &root, &name)?;
        config += &format!("\n[[workspace.projects]]\npath = \"projects/{name}\"\n");
    }
    fs_err::write(root.join("dg.toml"), config)?;
    fs_err::write(made, "")?;
    Ok(root)
}

/// Copies the model's first project under another name, and has uv put the project itself into its environment.
fn copy(model: &Path, root: &Path, name: &str) -> Result<()> {
    const MODEL: &str = "location-1";
    let folder = root.join("projects").join(name);
    let (old, new) = (MODEL.replace('-', "_"), name.replace('-', "_"));
    link(&model.join("projects").join(MODEL), &folder)?;
    let from = model.join("projects").join(MODEL);
    readdress(&folder.join(".venv"), &from, &folder)?;
    if old != new {
        fs_err::rename(folder.join("src").join(&old), folder.join("src").join(&new))?;
    }
    let mut files = vec![folder.join("pyproject.toml"), folder.join("uv.lock")];
    files.push(folder.join("src").join(&new).join("defs/asset.py"));
    for file in files {
        let text = fs_err::read_to_string(&file)?;
        let text = text.replace(&old, &new).replace(
            &format!("name = \"{MODEL}\""),
            &format!("name = \"{name}\""),
        );
        renew(&file, &text)?;
    }
    let uv = setup::uv::find().context("uv is missing")?;
    Program::new(uv)
        .args(["sync", "--quiet", "--offline"])
        .folder(&folder)
        .run()
}

/// A tree of hard links.
fn link(from: &Path, to: &Path) -> Result<()> {
    Program::new("cp").arg("-al").arg(from).arg(to).run()
}

/// Has the scripts of an environment name the folder that it was copied to.
fn readdress(environment: &Path, from: &Path, to: &Path) -> Result<()> {
    let (from, to) = (from.display().to_string(), to.display().to_string());
    for entry in fs_err::read_dir(environment.join("bin"))?.flatten() {
        let path = entry.path();
        if entry.file_type()?.is_file()
            && let Ok(text) = std::fs::read_to_string(&path)
            && text.contains(&from)
        {
            renew(&path, &text.replace(&from, &to))?;
        }
    }
    Ok(())
}

/// Writes a new file in the place of a hard link, with its rights.
fn renew(path: &Path, text: &str) -> Result<()> {
    let rights = fs_err::metadata(path)?.permissions();
    fs_err::remove_file(path)?;
    fs_err::write(path, text)?;
    fs_err::set_permissions(path, rights)?;
    Ok(())
}

/// A workspace of this many projects with one asset each, made by the scaffolder and synced, ready to launch.
pub(super) fn launchable(count: usize) -> Result<PathBuf> {
    let root = folder().join(format!("launch-{count}"));
    let made = root.join(".made-by-xtask");
    if made.is_file() {
        return Ok(root);
    }
    let names: Vec<String> = (1..=count)
        .map(|number| format!("location-{number}"))
        .collect();
    setup::scaffold(&root, &names)?;
    for name in &names {
        let module = name.replace('-', "_");
        let defs = format!("projects/{name}/src/{module}/defs/asset.py");
        fs_err::write(root.join(defs), code::asset(&format!("{module}_asset")))?;
    }
    fs_err::write(made, "")?;
    Ok(root)
}
