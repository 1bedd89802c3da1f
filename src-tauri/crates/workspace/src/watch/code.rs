//! The files whose change makes a project load anew: where they are, and how they stood at a moment.
//!
//! Owns one list for both that ask: the watch, which hears of changes, and who compares what is on disk with what was loaded.
//! Refuses to run anything, and to say what follows from a difference.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::batch::is_code;
use super::plan::{Walk, code_of};
use crate::model::Project;

/// A file that was written this short a time before it was looked at may be written again without a sign of it: clocks of
/// file systems tick, the coarsest every two seconds (FAT). What it holds is compared then.
const FRESH: Duration = Duration::from_secs(2);
/// The most bytes of a fresh file that are read; larger ones are told apart by size and time alone.
const MOST: u64 = 8 * 1024 * 1024;

/// Where the files are whose change makes a project load anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeFiles {
    /// Folders whose Python and YAML files are code, with all below them.
    pub(crate) deep: Vec<PathBuf>,
    /// Single folders whose files are code, without what is below.
    pub(crate) flat: Vec<PathBuf>,
    /// The project's `.env`, whether or not it is there.
    pub(crate) dot_env: PathBuf,
}

impl CodeFiles {
    /// Those of a project as it was read.
    #[must_use]
    pub fn of(project: &Project) -> Self {
        let (deep, flat) = code_of(
            &project.target,
            &project.folder,
            &project.working_directory,
            project.root_module.as_deref(),
        );
        let dot_env = project.folder.join(".env");
        Self {
            deep,
            flat,
            dot_env,
        }
    }

    /// How they stand now. Files in folders that are too many to be watched are left out, as the watch does.
    #[must_use]
    pub fn stamp(&self) -> CodeStamp {
        let mut files = BTreeMap::new();
        for path in self.list() {
            // Gone between the listing and the look.
            if let Some(stamp) = FileStamp::of(&path) {
                files.insert(path, stamp);
            }
        }
        CodeStamp { files }
    }

    fn list(&self) -> Vec<PathBuf> {
        let mut walk = Walk::default();
        for folder in &self.deep {
            walk.descend(folder, "");
        }
        for folder in &self.flat {
            walk.folders.insert(folder.clone(), ());
        }
        let mut files = vec![self.dot_env.clone()];
        for folder in walk.folders.keys() {
            files.extend(code_in(folder));
        }
        files
    }
}

/// The files of code in a folder; none where it can't be read, which says no more than that it is empty.
fn code_in(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let code = entries
        .flatten()
        .filter(|entry| entry.file_name().to_str().is_some_and(is_code));
    code.map(|entry| entry.path()).collect()
}

/// How the files of a project's code stood at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CodeStamp {
    files: BTreeMap<PathBuf, FileStamp>,
}

impl CodeStamp {
    /// Those of these files that stand otherwise now than at that moment, came or are gone, in order.
    #[must_use]
    pub fn changed(&self, files: &CodeFiles) -> Vec<PathBuf> {
        let now: BTreeMap<_, _> = files.list().into_iter().map(|path| (path, ())).collect();
        let gone = self.files.keys().filter(|path| !now.contains_key(*path));
        let other = now.keys().filter(|path| {
            let before = self.files.get(*path);
            match (before, FileStamp::of(path)) {
                (Some(before), Some(now)) => !before.is_still(&now, path),
                (None, None) => false,
                _ => true,
            }
        });
        let mut changed: Vec<_> = gone.chain(other).cloned().collect();
        changed.sort();
        changed
    }

    /// The Python files whose bytecode a Python may have written when they still held something else: it tells the age of a
    /// file by the second. Each with when it was written, or put there with a time of another.
    pub(crate) fn python_files(&self) -> impl Iterator<Item = (&Path, SystemTime)> {
        let python = self
            .files
            .iter()
            .filter(|(path, _)| path.extension().is_some_and(|kind| kind == "py"));
        python.filter_map(|(path, stamp)| Some((path.as_path(), stamp.touched()?)))
    }
}

/// How one file stood at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
struct FileStamp {
    bytes: u64,
    modified: Option<SystemTime>,
    identity: Identity,
    /// What it held, where it was fresh.
    content: Option<u64>,
}

/// What the system knows a file by, and when it last touched what it knows of it.
type Identity = (u64, i64, i64);

#[cfg(unix)]
fn identity(metadata: &std::fs::Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt;
    (metadata.ino(), metadata.ctime(), metadata.ctime_nsec())
}

#[cfg(not(unix))]
fn identity(_: &std::fs::Metadata) -> Identity {
    (0, 0, 0)
}

impl FileStamp {
    /// When it was written, or the system last touched what it knows of it: a file may be put there with an older time.
    fn touched(&self) -> Option<SystemTime> {
        let (_, seconds, nanos) = self.identity;
        let seconds = u64::try_from(seconds).ok()?;
        let nanos = u64::try_from(nanos).ok()?;
        let changed =
            SystemTime::UNIX_EPOCH + Duration::new(seconds, 0) + Duration::from_nanos(nanos);
        Some(self.modified?.max(changed))
    }

    fn of(path: &Path) -> Option<Self> {
        let looked = SystemTime::now();
        let metadata = std::fs::metadata(path).ok()?;
        let modified = metadata.modified().ok();
        // A time that is to come (another machine's clock) is as good as now.
        let age = modified.and_then(|written| looked.duration_since(written).ok());
        let fresh = age.is_none_or(|age| age < FRESH);
        Some(Self {
            bytes: metadata.len(),
            modified,
            identity: identity(&metadata),
            content: fresh.then(|| content(path, metadata.len())).flatten(),
        })
    }

    /// Whether a file stands now as it did: what it held then is compared where its time may not tell.
    fn is_still(&self, now: &Self, path: &Path) -> bool {
        let same = self.bytes == now.bytes
            && self.modified == now.modified
            && self.identity == now.identity;
        same && self
            .content
            .is_none_or(|held| now.content.or_else(|| content(path, now.bytes)) == Some(held))
    }
}

/// A number for what a file holds; none where it can't be read or is too large.
fn content(path: &Path, bytes: u64) -> Option<u64> {
    if bytes > MOST {
        return None;
    }
    let held = std::fs::read(path).ok()?;
    let mut hasher = DefaultHasher::new();
    hasher.write(&held);
    Some(hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(folder: &Path) -> CodeFiles {
        CodeFiles {
            deep: vec![folder.join("etl")],
            flat: vec![folder.to_owned()],
            dot_env: folder.join(".env"),
        }
    }

    fn project() -> (tempfile::TempDir, CodeFiles) {
        let folder = tempfile::tempdir().unwrap();
        fs_err::create_dir_all(folder.path().join("etl/defs")).unwrap();
        for file in ["etl/__init__.py", "etl/defs/one.py", "etl/defs/two.yaml"] {
            fs_err::write(folder.path().join(file), "1").unwrap();
        }
        let code = code(folder.path());
        (folder, code)
    }

    /// As if the file had been written that long ago, so that its time tells.
    fn aged(path: &Path) {
        let file = fs_err::File::options().write(true).open(path).unwrap();
        let then = SystemTime::now() - FRESH * 5;
        file.file().set_modified(then).unwrap();
    }

    #[test]
    fn what_is_written_comes_or_goes_is_told_and_nothing_else() {
        let (folder, code) = project();
        let at = |file: &str| folder.path().join(file);
        let stamp = code.stamp();
        assert_eq!(stamp.changed(&code), [""; 0].map(PathBuf::from));
        for (file, what) in [
            ("etl/defs/one.py", "22"),
            ("etl/new.py", ""),
            (".env", "A=1"),
        ] {
            fs_err::write(at(file), what).unwrap();
        }
        fs_err::remove_file(at("etl/defs/two.yaml")).unwrap();
        fs_err::write(at("etl/defs/notes.txt"), "no code").unwrap();
        fs_err::create_dir(at("etl/__pycache__")).unwrap();
        fs_err::write(at("etl/__pycache__/one.py"), "no code").unwrap();
        let told = [".env", "etl/defs/one.py", "etl/defs/two.yaml", "etl/new.py"];
        assert_eq!(stamp.changed(&code), told.map(at));
        assert_eq!(code.stamp().changed(&code), [""; 0].map(PathBuf::from));
    }

    #[test]
    fn a_fresh_file_that_is_written_again_within_the_clocks_tick_is_told() {
        let (folder, code) = project();
        let path = folder.path().join("etl/defs/one.py");
        let stamp = code.stamp();
        let mut written = stamp.clone();
        fs_err::write(&path, "2").unwrap();
        // All that the system tells of it is as it was.
        let told = FileStamp::of(&path).unwrap();
        let before = written.files.get_mut(&path).unwrap();
        (before.modified, before.identity) = (told.modified, told.identity);
        assert_eq!(written.changed(&code), [path]);
    }

    #[test]
    fn of_a_file_that_is_no_longer_fresh_the_time_tells() {
        let (folder, code) = project();
        let path = folder.path().join("etl/defs/one.py");
        aged(&path);
        let stamp = code.stamp();
        assert_eq!(stamp.files[&path].content, None);
        fs_err::write(&path, "2").unwrap();
        assert_eq!(stamp.changed(&code), [path]);
    }

    #[cfg(unix)]
    #[test]
    fn what_a_link_leads_to_is_code_and_a_circle_ends() {
        let (folder, code) = project();
        let elsewhere = tempfile::tempdir().unwrap();
        let at = |file: &str| folder.path().join(file);
        let link = |to: &Path, file: &str| std::os::unix::fs::symlink(to, at(file)).unwrap();
        fs_err::write(elsewhere.path().join("three.py"), "1").unwrap();
        link(elsewhere.path(), "etl/defs/linked");
        link(folder.path(), "etl/defs/circle");
        link(&at("etl"), "etl/again");
        let stamp = code.stamp();
        fs_err::write(elsewhere.path().join("three.py"), "22").unwrap();
        assert_eq!(stamp.changed(&code), [at("etl/defs/linked/three.py")]);
        let stamp = code.stamp();
        fs_err::remove_file(at("etl/defs/linked")).unwrap();
        assert_eq!(stamp.changed(&code), [at("etl/defs/linked/three.py")]);
    }

    #[test]
    fn only_python_files_have_bytecode() {
        let (folder, code) = project();
        let stamp = code.stamp();
        let python: Vec<_> = stamp.python_files().map(|(path, _)| path).collect();
        let expected = ["etl/__init__.py", "etl/defs/one.py"].map(|file| folder.path().join(file));
        assert_eq!(python, expected);
    }
}
