//! A copy of the real test workspace, cheap enough for each test to have its own.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use fs_err::os::unix::fs::symlink;

use crate::TestDir;

/// The projects that are in it.
const PROJECTS: [&str; 2] = ["data-engineering", "data-science"];

/// A Dagster workspace made by the real scaffolder, with two projects: `data-engineering` (asset `orders`, jobs `slow`
/// and `medium`) and `data-science` (asset `forecast`, which depends on `orders`).
///
/// What is outside its environments is its own. Of an environment the folders of installed packages are links into the
/// original, as long as a test does not say by [`TestWorkspace::own_packages`] that it changes some; all else is hard links,
/// which may be replaced and never edited in place. `cargo xtask test` tells of a test that spoilt the original.
pub struct TestWorkspace {
    folder: TestDir,
}

impl TestWorkspace {
    /// Copies it whole.
    ///
    /// # Panics
    /// When `cargo xtask setup --tests` has not made the original.
    pub fn copy() -> TestWorkspace {
        TestWorkspace::with(&PROJECTS)
    }

    /// Copies it with one project alone: half the code to load, for a test that is about one.
    ///
    /// # Panics
    /// When there is no such project, or `cargo xtask setup --tests` has not made the original.
    pub fn of(project: &str) -> TestWorkspace {
        assert!(PROJECTS.contains(&project), "{project}");
        TestWorkspace::with(&[project])
    }

    fn with(projects: &[&str]) -> TestWorkspace {
        let original = original();
        assert!(
            original.join("dg.toml").is_file(),
            "there is no test workspace at {}: run `cargo xtask setup --tests`",
            original.display()
        );
        // Beside the original, for hard links do not cross file systems.
        let folder = TestDir::within(&original.with_file_name("test-copies"));
        let copy = folder.join("acme");
        let left_out = PROJECTS
            .iter()
            .filter(|project| !projects.contains(project));
        let left_out: Vec<PathBuf> = left_out
            .map(|project| original.join("projects").join(project))
            .collect();
        link(&original, &copy, &left_out);
        let workspace = TestWorkspace { folder };
        for environment in workspace.environments() {
            readdress(&environment, &original, &copy);
        }
        unlink_sources(&copy);
        let list = copy.join("dg.toml");
        let mut text = fs_err::read_to_string(&list).unwrap();
        for project in &left_out {
            let name = project.file_name().unwrap().to_str().unwrap();
            let entry = format!("\n[[workspace.projects]]\npath = \"projects/{name}\"\n");
            assert!(text.contains(&entry), "{name} is not listed in {text}");
            text = text.replace(&entry, "");
        }
        fs_err::write(&list, text).unwrap();
        workspace
    }

    /// Makes the folders of installed packages of the environment in `folder` this copy's own, for a test that has some
    /// removed or replaced. Not needed where a package with a folder of its own is added, or the environment is made anew.
    ///
    /// # Panics
    /// When they are already, or `folder` has no environment.
    pub fn own_packages(&self, folder: &Path) {
        let packages = site_packages(&folder.join(".venv"));
        let shared: Vec<PathBuf> = fs_err::read_dir(packages)
            .unwrap()
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.is_symlink())
            .collect();
        assert!(!shared.is_empty(), "{} shares nothing", folder.display());
        for package in shared {
            let original = fs_err::read_link(&package).unwrap();
            fs_err::remove_file(&package).unwrap();
            link(&original, &package, &[]);
        }
    }

    /// Its root.
    pub fn path(&self) -> PathBuf {
        self.folder.join("acme")
    }

    /// A project's folder.
    pub fn project(&self, name: &str) -> PathBuf {
        self.path().join("projects").join(name)
    }

    /// The folder of a project's definitions.
    pub fn definitions(&self, project: &str) -> PathBuf {
        self.project(project)
            .join("src")
            .join(project.replace('-', "_"))
            .join("defs")
    }

    /// The Python of a project's environment.
    pub fn python(&self, project: &str) -> PathBuf {
        self.project(project).join(".venv/bin/python")
    }

    /// A folder beside the workspace that vanishes with it, for the state of the program under test.
    pub fn state(&self) -> PathBuf {
        self.folder.make("state")
    }

    /// What holds both the workspace and that state.
    pub fn around(&self) -> &Path {
        self.folder.path()
    }

    /// Adds a project that nobody has synced yet: files as the scaffolder writes them, no `.venv`.
    pub fn add_project_without_environment(&self, name: &str) {
        self.make_project_without_environment(name);
        let config = self.path().join("dg.toml");
        let text = fs_err::read_to_string(&config).unwrap();
        let entry = format!("\n[[workspace.projects]]\npath = \"projects/{name}\"\n");
        fs_err::write(&config, text + &entry).unwrap();
    }

    /// Makes such a project's files, and lists it nowhere.
    pub fn make_project_without_environment(&self, name: &str) {
        let (model, module) = (self.project("data-science"), name.replace('-', "_"));
        let folder = self.project(name);
        let named = |text: &str| {
            text.replace("data_science", &module)
                .replace("data-science", name)
        };
        let source = folder.join("src").join(&module);
        fs_err::create_dir_all(source.join("defs")).unwrap();
        for (from, to) in [
            ("pyproject.toml", folder.join("pyproject.toml")),
            ("src/data_science/__init__.py", source.join("__init__.py")),
            (
                "src/data_science/definitions.py",
                source.join("definitions.py"),
            ),
            (
                "src/data_science/defs/__init__.py",
                source.join("defs/__init__.py"),
            ),
        ] {
            let text = fs_err::read_to_string(model.join(from)).unwrap();
            fs_err::write(to, named(&text)).unwrap();
        }
    }

    fn environments(&self) -> Vec<PathBuf> {
        let mut folders: Vec<PathBuf> = fs_err::read_dir(self.path().join("projects"))
            .unwrap()
            .flatten()
            .map(|entry| entry.path())
            .collect();
        folders.push(self.path().join("deployments/local"));
        folders
            .into_iter()
            .map(|folder| folder.join(".venv"))
            .filter(|environment| environment.is_dir())
            .collect()
    }
}

/// The workspace that is copied. Nobody makes it anew or clears copies away while this process lives.
fn original() -> PathBuf {
    static IN_USE: OnceLock<std::fs::File> = OnceLock::new();
    let original = match std::env::var_os("DAGDECK_TEST_WORKSPACE") {
        Some(folder) => PathBuf::from(folder),
        None => target().join("test-workspace"),
    };
    IN_USE.get_or_init(|| {
        let lock = std::fs::File::create(original.with_extension("lock")).unwrap();
        lock.lock_shared().unwrap();
        lock
    });
    original
}

/// Cargo's target folder, where set-up keeps what tests need.
pub(crate) fn target() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../target"),
        PathBuf::from,
    );
    fs_err::canonicalize(&target).unwrap_or(target)
}

/// Makes a folder whose files are hard links to another's, and whose installed packages are links to the folders there; less
/// what is left out.
fn link(original: &Path, copy: &Path, left_out: &[PathBuf]) {
    let packages = original.ends_with("site-packages");
    fs_err::create_dir(copy).unwrap();
    for entry in fs_err::read_dir(original).unwrap().flatten() {
        let (from, to) = (entry.path(), copy.join(entry.file_name()));
        let kind = entry.file_type().unwrap();
        // Their metadata is what uv and Dagdeck look at and change most.
        let metadata = from.extension().is_some_and(|end| end == "dist-info");
        if left_out.contains(&from) {
            continue;
        }
        if kind.is_symlink() {
            symlink(fs_err::read_link(&from).unwrap(), to).unwrap();
        } else if kind.is_file() {
            fs_err::hard_link(from, to).unwrap();
        } else if packages && !metadata {
            symlink(from, to).unwrap();
        } else {
            link(&from, &to, left_out);
        }
    }
}

/// Where an environment's packages are.
fn site_packages(environment: &Path) -> PathBuf {
    let library = fs_err::read_dir(environment.join("lib")).unwrap().next();
    library.unwrap().unwrap().path().join("site-packages")
}

/// Points what an environment says of its own place to the copy: scripts, editable installs, `direct_url.json`.
fn readdress(environment: &Path, original: &Path, copy: &Path) {
    let (from, to) = (original.to_str().unwrap(), copy.to_str().unwrap());
    let mut files: Vec<PathBuf> = Vec::new();
    for package in fs_err::read_dir(site_packages(environment))
        .unwrap()
        .flatten()
    {
        files.push(package.path());
        files.push(package.path().join("direct_url.json"));
    }
    files.extend(
        fs_err::read_dir(environment.join("bin"))
            .unwrap()
            .flatten()
            .map(|entry| entry.path()),
    );
    let small = |file: &PathBuf| {
        file.symlink_metadata()
            .is_ok_and(|file| file.is_file() && file.len() < 65_536)
    };
    for file in files.iter().filter(|file| small(file)) {
        if let Ok(text) = std::fs::read_to_string(file)
            && text.contains(from)
        {
            rewrite(file, text.replace(from, to));
        }
    }
}

/// Makes every file outside the environments the copy's own, so that a test that edits in place spoils nothing.
fn unlink_sources(copy: &Path) {
    let mut folders = vec![copy.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs_err::read_dir(&folder).unwrap().flatten() {
            let kind = entry.file_type().unwrap();
            if kind.is_dir() && entry.file_name() != ".venv" {
                folders.push(entry.path());
            } else if kind.is_file() {
                let bytes = fs_err::read(entry.path()).unwrap();
                rewrite(&entry.path(), bytes);
            }
        }
    }
}

/// Replaces a file by a new one with the same rights: the hard link is broken, the original stays.
fn rewrite(file: &Path, bytes: impl AsRef<[u8]>) {
    let rights = fs_err::metadata(file).unwrap().permissions();
    let new = file.with_extension("copying");
    fs_err::write(&new, bytes).unwrap();
    fs_err::set_permissions(&new, rights).unwrap();
    fs_err::rename(&new, file).unwrap();
}
