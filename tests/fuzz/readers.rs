//! One input for any reader: the first byte says which file the rest stands in. Shared by the fuzzer and by the test that
//! feeds what it found before.

use std::path::{Path, PathBuf};

use tempfile::TempDir;
use workspace::edit::{self, ListChange};
use workspace::{Problem, ReadOptions, Reading};

/// The files that an input may stand in; its first byte counts through them.
pub(crate) const FILES: [&str; 7] = [
    "dg.toml",
    "projects/one/pyproject.toml",
    "plain/workspace.yaml",
    "projects/one/uv.lock",
    "projects/one/.venv/pyvenv.cfg",
    "instance/dagster.yaml",
    "projects/one/.env",
];

/// A small workspace whose files are replaced one at a time.
pub(crate) struct Readers {
    folder: TempDir,
    options: ReadOptions,
}

impl Readers {
    /// Writes the workspace, in memory where the system has a place for that.
    pub(crate) fn new() -> Self {
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() {
            tempfile::tempdir_in(memory)
        } else {
            tempfile::tempdir()
        };
        let folder = folder.expect("a folder to write in");
        let readers = Self {
            options: ReadOptions {
                user_config: Some(folder.path().join("user.toml")),
                lock_freshness: true,
                ..ReadOptions::default()
            },
            folder,
        };
        for name in FILES {
            readers.write(name, fine(name));
        }
        let packages =
            "projects/one/.venv/lib/python3.12/site-packages/dagster-1.13.27.dist-info/INSTALLER";
        readers.write(packages, b"uv");
        readers.write("projects/one/src/one/definitions.py", b"");
        readers
    }

    /// Reads the workspace with an input in its file, and puts the file back.
    pub(crate) fn feed(&self, data: &[u8]) {
        let Some((kind, text)) = data.split_first() else {
            return;
        };
        let name = FILES[usize::from(*kind) % FILES.len()];
        self.write(name, text);
        match name {
            "instance/dagster.yaml" => {
                let _any_answer = dagster::instance::state(&self.path("instance"));
                let _any_answer = workspace::instance_file_problems(&self.path("instance"));
            }
            "plain/workspace.yaml" => self.read("plain", text),
            "projects/one/uv.lock" => {
                let _any_answer = workspace::lock_is_fresh(&self.path("projects/one"));
                let _any_answer = workspace::locked_versions(&self.path("projects/one"));
                self.read("", text);
            }
            "dg.toml" => {
                self.read("", text);
                self.edit();
            }
            _ => self.read("", text),
        }
        self.write(name, fine(name));
    }

    fn read(&self, folder: &str, text: &[u8]) {
        let reading = workspace::read(&self.path(folder), &self.options);
        let lines = text.iter().filter(|byte| **byte == b'\n').count() + 1;
        for problem in problems(&reading) {
            assert!(!problem.message.is_empty(), "{problem:?}");
            if self.is_fed(problem) {
                let line = problem.line.unwrap_or(1) as usize;
                // Python and TOML also end lines with a carriage return alone.
                let returns = text.iter().filter(|byte| **byte == b'\r').count();
                assert!((1..=lines + returns).contains(&line), "{problem:?}");
            }
        }
    }

    /// What can be edited at all reads back as it was meant.
    fn edit(&self) {
        let config = self.path("dg.toml");
        let Ok(edit) = edit::change(&config, &[ListChange::Register("projects/new".to_owned())])
        else {
            return;
        };
        assert!(edit.after.contains("projects/new"), "{edit:?}");
        edit.write().expect("what was worked out can be written");
        let back = edit::change(
            &config,
            &[ListChange::Unregister("projects/new".to_owned())],
        );
        back.expect("what was registered can be taken out again");
    }

    /// Whether a problem is about the file that was fed, rather than about one beside it.
    fn is_fed(&self, problem: &Problem) -> bool {
        FILES.iter().any(|name| {
            problem.path == self.path(name)
                && std::fs::read(&problem.path).is_ok_and(|now| now != fine(name))
        })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &[u8]) {
        let path = self.path(name);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).expect("a folder");
        }
        std::fs::write(path, text).expect("a file");
    }
}

fn problems(reading: &Reading) -> impl Iterator<Item = &Problem> {
    let projects = reading.projects.iter().flat_map(|one| &one.problems);
    reading.problems.iter().chain(projects)
}

/// A file as it should be: what stands in every file but the one that is fed.
pub(crate) fn fine(name: &str) -> &'static [u8] {
    match name {
        "dg.toml" => {
            b"directory_type = \"workspace\"\n\n[workspace]\n\n[[workspace.projects]]\npath = \"projects/one\"\n"
        }
        "projects/one/pyproject.toml" => {
            b"[project]\nname = \"one\"\nversion = \"0.1.0\"\nrequires-python = \">=3.10,<3.15\"\n\
              dependencies = [\"dagster==1.13.27\"]\n\n[tool.dg]\ndirectory_type = \"project\"\n\n\
              [tool.dg.project]\nroot_module = \"one\"\n"
        }
        "plain/workspace.yaml" => {
            b"load_from:\n  - python_file: repo.py\n  - python_module:\n      module_name: one\n      working_directory: .\n\
              \x20 - grpc_server:\n      host: localhost\n      port: {env: PORT}\n"
        }
        "projects/one/uv.lock" => {
            b"version = 1\nrequires-python = \">=3.10, <3.15\"\n\n[[package]]\nname = \"dagster\"\nversion = \"1.13.27\"\n\
              source = { registry = \"https://pypi.org/simple\" }\n\n[[package]]\nname = \"one\"\nversion = \"0.1.0\"\n\
              source = { editable = \".\" }\ndependencies = [{ name = \"dagster\" }]\n\n[package.metadata]\n\
              requires-dist = [{ name = \"dagster\", specifier = \"==1.13.27\" }]\n"
        }
        "projects/one/.venv/pyvenv.cfg" => {
            b"home = /usr/bin\nimplementation = CPython\nuv = 0.13.8\nversion_info = 3.12.1\ninclude-system-site-packages = false\n"
        }
        "instance/dagster.yaml" => {
            b"telemetry:\n  enabled: false\nstorage:\n  sqlite:\n    base_dir: {env: BASE}\n"
        }
        "projects/one/.env" => {
            b"# names\nACCOUNT=acme\nexport TOKEN='a b'\nBOTH=\"${ACCOUNT}:$TOKEN\"\nEMPTY\n"
        }
        _ => b"",
    }
}
