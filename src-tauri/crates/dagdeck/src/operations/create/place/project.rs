//! What speaks against a project's name: itself, where it leads, and who has it already.

use std::path::Path;

use dagster::create::names;
use workspace::{Project, dead_link, nearest_existing, real_path};

use super::super::remark::stop;
use super::{Destination, free, is_taken, no_folder, nowhere, taken};
use api::{CreateField, CreateRemark};

/// A name as typed, taken apart.
struct Typed<'a> {
    place: &'a Destination,
    /// The folders before it, as typed; empty where there are none.
    before: &'a str,
    /// The folder's own name.
    own: &'a str,
}

/// The first fault only: the next ones often follow from it.
pub(super) fn fault(place: &Destination, typed: &str) -> Option<CreateRemark> {
    let (before, own) = typed.rsplit_once('/').unwrap_or(("", typed));
    let typed = Typed { place, before, own };
    typed
        .is_no_name()
        .or_else(|| typed.leads_nowhere())
        .or_else(|| typed.leads_out())
        .or_else(|| typed.is_inside_another())
        .or_else(|| typed.is_listed())
        .or_else(|| typed.is_taken())
}

fn stopped(words: impl Into<String>, instead: Option<String>) -> Option<CreateRemark> {
    Some(stop(CreateField::Name, words, instead))
}

impl Typed<'_> {
    /// A name that Python or the scaffolder does not take, with the nearest that they do.
    fn is_no_name(&self) -> Option<CreateRemark> {
        let fault = names::check_project(self.own).err()?;
        let near = names::near(self.own, names::check_project);
        stopped(fault.to_string(), near.map(|near| self.with(&near)))
    }

    /// What is wrong with the folder that was given is told as that.
    fn leads_nowhere(&self) -> Option<CreateRemark> {
        let parent = &self.place.parent;
        let typed = parent.join(self.before);
        let there = nearest_existing(&typed);
        let file = there.is_file().then(|| (there, no_folder(there)));
        let fault = dead_link(&typed).map(|link| (link, nowhere(link)));
        let (at, words) = fault.or(file)?;
        let of_name = at != parent && at.starts_with(parent);
        of_name.then(|| stop(CreateField::Name, words, Some(self.usual_folder())))
    }

    /// A place outside of the workspace, or folders on the way that Dagster's tools can't live in.
    fn leads_out(&self) -> Option<CreateRemark> {
        let place = self.place;
        let root = place.around.as_ref().map(|reading| &reading.root);
        if !place.folder.starts_with(root.unwrap_or(&place.parent)) {
            let folder = place.folder.display();
            let words = match root {
                Some(root) => format!(
                    "{folder} is outside the workspace {}, and its projects have to be inside.",
                    root.display()
                ),
                None => format!("{folder} is not in the folder that was chosen."),
            };
            return stopped(words, Some(self.usual_folder()));
        }
        let mut folders = self.before.split('/');
        let fault = folders
            .by_ref()
            .filter(|part| !matches!(*part, "" | "." | ".."))
            .find_map(|part| names::check_folder(part).err())?;
        stopped(fault.to_string(), Some(self.usual_folder()))
    }

    /// A place inside a project that the workspace lists.
    fn is_inside_another(&self) -> Option<CreateRemark> {
        let folder = &self.place.folder;
        let other = self.projects().find(|one| {
            real_path(&one.folder) != *folder && folder.starts_with(real_path(&one.folder))
        })?;
        let words = format!(
            "This is inside the project {}. A project can't be in another.",
            other.path
        );
        stopped(words, Some(self.usual_folder()))
    }

    /// A place that dg.toml lists already, there or not.
    fn is_listed(&self) -> Option<CreateRemark> {
        let folder = &self.place.folder;
        let listed = self
            .projects()
            .find(|one| real_path(&one.folder) == *folder)?;
        let path = &listed.path;
        let words = if is_taken(folder) {
            format!("The workspace has a project at {path} already.")
        } else {
            format!(
                "dg.toml lists a project at {path} already, though its folder is not there. Take that entry out, or \
                 choose another name."
            )
        };
        stopped(words, self.free())
    }

    /// A place, a code location name or a package that somebody has.
    fn is_taken(&self) -> Option<CreateRemark> {
        if is_taken(&self.place.folder) {
            return stopped(taken(&self.place.folder), self.free());
        }
        let own = self.own;
        if let Some(other) = self.projects().find(|one| one.name == own) {
            let words = format!(
                "The project at {} is the code location \"{own}\" already. Dagster takes each name once.",
                other.path
            );
            return stopped(words, self.free());
        }
        let package = names::package_of(own);
        let other = self
            .projects()
            .find(|one| one.root_module.as_deref() == Some(&package))?;
        let words = format!(
            "The project at {} has the Python package {package} already.",
            other.path
        );
        stopped(words, self.free())
    }

    /// The projects of the workspace around; none where there is none.
    fn projects(&self) -> impl Iterator<Item = &Project> {
        self.place
            .around
            .iter()
            .flat_map(|reading| &reading.projects)
    }

    /// Another name in the same folder.
    fn with(&self, own: &str) -> String {
        if self.before.is_empty() {
            own.to_owned()
        } else {
            format!("{}/{own}", self.before)
        }
    }

    /// Where a project of this name usually is, as seen from the folder that was given.
    fn usual_folder(&self) -> String {
        let own = self.own;
        match &self.place.around {
            Some(reading) if reading.root == self.place.parent => format!("projects/{own}"),
            _ => own.to_owned(),
        }
    }

    /// The name with a number, where neither the folder nor the workspace has it yet.
    fn free(&self) -> Option<String> {
        let folder = self.place.folder.parent().unwrap_or(Path::new(""));
        let is_free = |name: &str| {
            let at = folder.join(name);
            let package = names::package_of(name);
            !is_taken(&at)
                && self.projects().all(|one| {
                    one.name != name
                        && one.root_module.as_deref() != Some(&package)
                        && real_path(&one.folder) != at
                })
        };
        free(self.own, is_free).map(|name| self.with(&name))
    }
}
