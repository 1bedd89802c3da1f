//! Reads one folder again and again, and a project of it only when something of it was touched.
//!
//! Owns what was read of each project; refuses to find out what was touched: [`crate::watch`] does.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use parking_lot::Mutex;

use crate::model::{ReadOptions, Reading};
use crate::project::{ListedProject, ReadProject};
use crate::read::read_with;

/// What was touched since the last reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Touched {
    /// Nobody knows, or all of it.
    All,
    /// Nothing but these projects, by their ids, and the deployment.
    Projects(BTreeSet<String>),
}

/// A folder that is read again and again.
#[derive(Debug, Default)]
pub struct Reader {
    read: Mutex<HashMap<PathBuf, ReadProject>>,
}

impl Reader {
    /// Reads the folder as [`crate::read()`] does, and gives the same answer, as long as `touched` names all that was.
    ///
    /// The options are those of the last reading, unless everything was touched.
    pub fn read(&self, path: &Path, options: &ReadOptions, touched: &Touched) -> Reading {
        let mut read = self.read.lock();
        let known = KnownProjects::of(std::mem::take(&mut *read), touched);
        let reading = read_with(path, options, true, &known);
        // Without a word on lockfiles it is no whole answer, and the next reading may need one.
        if options.lock_freshness {
            *read = known.into_read();
        }
        reading
    }
}

/// The projects that need not be read again, and what is read of the others.
#[derive(Debug, Default)]
pub(crate) struct KnownProjects {
    untouched: HashMap<PathBuf, ReadProject>,
    /// None where nobody will ask for it again: a copy of each of a thousand projects costs what reading some does.
    read: Option<Mutex<HashMap<PathBuf, ReadProject>>>,
}

impl KnownProjects {
    fn of(mut read: HashMap<PathBuf, ReadProject>, touched: &Touched) -> Self {
        let Touched::Projects(ids) = touched else {
            read.clear();
            return Self::keeping(read);
        };
        let touched: Vec<PathBuf> = read
            .iter()
            .filter(|(_, read)| ids.contains(&read.project.id))
            .map(|(folder, _)| folder.clone())
            .collect();
        read.retain(|folder, read| {
            // Of a uv workspace, lockfile and environment are shared: what one member says may change another.
            let alone = read.project.environment.path.starts_with(folder);
            alone && !touched.iter().any(|one| one.starts_with(folder))
        });
        Self::keeping(read)
    }

    fn keeping(untouched: HashMap<PathBuf, ReadProject>) -> Self {
        Self {
            untouched,
            read: Some(Mutex::default()),
        }
    }

    /// What is known of a listed project, or what reading it tells.
    pub(crate) fn or_read(
        &self,
        listed: &ListedProject<'_>,
        read: impl FnOnce() -> ReadProject,
    ) -> ReadProject {
        let known = self.untouched.get(&listed.folder);
        let known = known.filter(|known| known.project.id == listed.path);
        let answer = known.cloned().unwrap_or_else(read);
        if let Some(kept) = &self.read {
            let copy = answer.clone();
            kept.lock().insert(listed.folder.clone(), copy);
        }
        answer
    }

    fn into_read(self) -> HashMap<PathBuf, ReadProject> {
        self.read.map(Mutex::into_inner).unwrap_or_default()
    }
}
