//! The workspace that tests copy: made once by the real scaffolder, with two Pythons and two Dagsters.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::{python, uv};
use crate::places;
use crate::program::Program;

/// Counted up when the recipe below changes, so that an older workspace is made again.
const RECIPE: u32 = 1;

const SCAFFOLDER: &str = "create-dagster@1.13.27";
const NEWER: &str = "dagster==1.13.27";
const OLDER: &str = "dagster==1.12.22";

const ORDERS: &str = include_str!("workspace/orders.py");
const RUNS: &str = include_str!("workspace/runs.py");
const FORECAST: &str = include_str!("workspace/forecast.py");

/// Makes target/test-workspace unless it is there in this recipe.
pub(super) fn make() -> Result<String> {
    let folder = places::test_workspace();
    let uv = uv::find().context("uv is missing")?;
    let (newer, older) = python::two(&uv)?;
    let stamp = format!(
        "recipe {RECIPE}\n{}\n{}\n",
        newer.display(),
        older.display()
    );
    let stamp_file = folder.join(".made-by-xtask");
    if fs_err::read_to_string(&stamp_file).is_ok_and(|found| found == stamp) {
        return Ok("is there".to_owned());
    }
    if folder.exists() {
        fs_err::remove_dir_all(&folder)?;
    }
    let parent = folder.parent().context("target has a parent")?;
    fs_err::create_dir_all(parent)?;
    let maker = Maker {
        uv,
        folder: folder.clone(),
    };
    maker.scaffold(
        &newer,
        &["projects/data-engineering", "projects/data-science"],
    )?;
    maker.write_code()?;
    maker.sync("deployments/local", &newer)?;
    maker.sync("projects/data-science", &newer)?;
    maker.sync("projects/data-engineering", &older)?;
    fs_err::write(&stamp_file, stamp)?;
    Ok("made".to_owned())
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
    maker.sync("deployments/local", &python)?;
    paths.iter().try_for_each(|path| maker.sync(path, &python))
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

    fn sync(&self, folder: &str, python: &Path) -> Result<()> {
        Program::new(&self.uv)
            .args(["sync", "--quiet", "--compile-bytecode", "--python"])
            .arg(python)
            .folder(&self.folder.join(folder))
            .run()
    }
}
