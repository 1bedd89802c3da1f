//! Bytecode that a Python would take for that of a file, though the file held something else when it was written.
//!
//! Python tells whether a `.pyc` belongs to a file by the file's size and by when it was written, in whole seconds. A file that
//! is saved, loaded and saved again with the same size within one second is then never read again. (Python's documentation of
//! `py_compile` names it; seen with 3.8 to 3.13.) So it is for one that is put there with an older time (`cp -p`, `tar`).

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::CodeStamp;

/// Bytecode that was written this long after its file, or later, was made from what the file holds: no other save could bear
/// the same second.
const TRUSTED: Duration = Duration::from_secs(2);

/// The bytecode of these files that may have been made from what they held before.
#[must_use]
pub fn doubtful_bytecode(stamp: &CodeStamp) -> Vec<PathBuf> {
    let mut doubtful = Vec::new();
    for (file, written) in stamp.python_files() {
        // Whoever wrote a file some seconds ago has had its bytecode doubted already.
        doubtful.extend(
            bytecode_of(file)
                .filter(|path| made(path).is_some_and(|made| made < written + TRUSTED)),
        );
    }
    doubtful
}

fn made(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).ok()?.modified().ok()
}

/// Every Python's bytecode of a file: `__pycache__/one.cpython-312.pyc`, and those of other levels of optimisation.
fn bytecode_of(file: &Path) -> impl Iterator<Item = PathBuf> {
    let folder = file.with_file_name("__pycache__");
    let stem = file
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned());
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(move |path| {
        let name = path.file_name().map(|name| name.to_string_lossy());
        let rest = name.as_deref().zip(stem.as_deref());
        let rest = rest.and_then(|(name, stem)| name.strip_prefix(stem)?.strip_prefix('.'));
        rest.is_some_and(|rest| rest.ends_with(".pyc") && rest.matches('.').count() <= 2)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watch::CodeFiles;

    #[cfg(unix)]
    #[test]
    fn bytecode_of_a_file_that_was_put_there_with_an_older_time_is_doubted() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs_err::create_dir(at("__pycache__")).unwrap();
        let bytecode = at("__pycache__/one.cpython-312.pyc");
        fs_err::write(&bytecode, "").unwrap();
        fs_err::write(at("one.py"), "").unwrap();
        let old = |path: &Path, age: u64| {
            let file = fs_err::File::options().write(true).open(path).unwrap();
            let then = SystemTime::now() - Duration::from_secs(age);
            file.file().set_modified(then).unwrap();
        };
        old(&bytecode, 50);
        old(&at("one.py"), 100);
        let code = CodeFiles {
            deep: Vec::new(),
            flat: vec![folder.path().to_owned()],
            dot_env: at(".env"),
        };
        assert_eq!(doubtful_bytecode(&code.stamp()), [bytecode]);
    }

    #[test]
    fn bytecode_that_is_hardly_younger_than_its_file_is_doubted() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs_err::create_dir(at("__pycache__")).unwrap();
        let files = ["one.py", "two.py", "one_more.py"];
        let bytecode = [
            "__pycache__/one.cpython-312.pyc",
            "__pycache__/one.cpython-312.opt-1.pyc",
            "__pycache__/two.cpython-312.pyc",
            "__pycache__/one_more.cpython-312.pyc",
        ];
        for name in files.iter().chain(&bytecode) {
            fs_err::write(at(name), "").unwrap();
        }
        let set = |name: &str, later: u64| {
            let file = fs_err::File::options().write(true).open(at(name)).unwrap();
            let then = SystemTime::now() + Duration::from_secs(later);
            file.file().set_modified(then).unwrap();
        };
        for (name, later) in bytecode.into_iter().zip([1, 0, 30, 4]) {
            set(name, later);
        }
        let code = CodeFiles {
            deep: Vec::new(),
            flat: vec![folder.path().to_owned()],
            dot_env: at(".env"),
        };
        let mut doubted = doubtful_bytecode(&code.stamp());
        doubted.sort();
        let expected = [bytecode[1], bytecode[0]].map(at);
        assert_eq!(doubted, expected);
    }
}
