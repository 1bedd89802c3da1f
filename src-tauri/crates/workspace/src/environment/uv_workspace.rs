//! uv workspaces: `[tool.uv.workspace]` above a project. Owns membership; remembers each folder it looked into.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;
use toml_edit::Item;

use crate::pyproject::Toml;
use crate::source::Source;
use crate::wildcard::Pattern;

/// A `[tool.uv.workspace]`, with the folder that holds it.
#[derive(Debug)]
struct UvWorkspace {
    root: PathBuf,
    members: Patterns,
    exclude: Patterns,
}

/// A list of patterns; each tells whether it is an absolute one. What uv would refuse is left out.
#[derive(Debug)]
struct Patterns(Vec<(bool, Pattern)>);

impl Patterns {
    fn new<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let read = |text: &'a str| Some((Path::new(text).is_absolute(), Pattern::new(text)?));
        Self(texts.filter_map(read).collect())
    }

    /// Whether one matches a project, which is in the folder that relative ones start from.
    fn match_project(&self, project: &Path, relative: &Path) -> bool {
        let (project, relative) = (project.to_string_lossy(), relative.to_string_lossy());
        self.0.iter().any(|(absolute, pattern)| {
            pattern.matches(if *absolute { &project } else { &relative })
        })
    }
}

/// What is known of the folders above the projects of one reading.
#[derive(Debug, Default)]
pub(crate) struct UvWorkspaces {
    known: Mutex<HashMap<PathBuf, Option<Arc<UvWorkspace>>>>,
}

impl UvWorkspaces {
    /// The root of the uv workspace that a project is a member of, other than the project itself.
    pub(crate) fn root_for(&self, project: &Path) -> Option<PathBuf> {
        let workspace = self.above(project.parent()?)?;
        let relative = project.strip_prefix(&workspace.root).ok()?;
        let member = workspace.members.match_project(project, relative)
            && !workspace.exclude.match_project(project, relative);
        member.then(|| workspace.root.clone())
    }

    /// The nearest uv workspace at a folder or above it. Looked for once per folder, however many projects ask.
    fn above(&self, folder: &Path) -> Option<Arc<UvWorkspace>> {
        if let Some(known) = self.known.lock().get(folder) {
            return known.clone();
        }
        let found = match read_workspace(folder) {
            Some(workspace) => Some(Arc::new(workspace)),
            None => folder.parent().and_then(|parent| self.above(parent)),
        };
        self.known
            .lock()
            .insert(folder.to_path_buf(), found.clone());
        found
    }
}

/// The uv workspace of a folder's pyproject.toml. A file that can't be read holds none: uv says so when it is asked.
fn read_workspace(folder: &Path) -> Option<UvWorkspace> {
    let source = Source::read(&folder.join("pyproject.toml")).ok()??;
    if !source.text.contains("workspace") {
        return None;
    }
    let toml = Toml::parse(source).ok()?;
    let table = toml.get(&["tool", "uv", "workspace"])?.as_table_like()?;
    let list = |key: &str| {
        let values = table.get(key).and_then(Item::as_array);
        Patterns::new(
            values
                .into_iter()
                .flatten()
                .filter_map(|value| value.as_str()),
        )
    };
    Some(UvWorkspace {
        root: folder.to_path_buf(),
        members: list("members"),
        exclude: list("exclude"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_listed_and_not_excluded() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let listing = format!(
            "[tool.uv.workspace]\nmembers = [\"packages/*\", \"{}/else?here\"]\nexclude = [\"./packages/old-*/\"]\n",
            root.display()
        );
        fs_err::write(root.join("pyproject.toml"), listing).unwrap();
        let workspaces = UvWorkspaces::default();
        let member = |path: &str| workspaces.root_for(&root.join(path)).is_some();
        assert!(member("packages/a"));
        assert!(!member("packages/a/b"), "a name holds no separator");
        assert!(!member("packages/old-a"), "excluded");
        assert!(member("else-here"), "listed by an absolute pattern");
        assert!(!member("elsehere"));
    }
}
