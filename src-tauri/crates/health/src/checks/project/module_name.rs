//! The project's package has a name of its own.
//!
//! Judged by the rules for new names (`dagster::create::names`), and by what is installed beside it.

use dagster::create::names::{self, NameFault};
use workspace::{Project, site_packages};

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::{Facts, WorkspaceFacts};
use crate::finding::{FilePlace, Finding, FindingKey};
use crate::fix::{Fix, FixAction};

pub(crate) static CHECK: Check = Check {
    id: "module-name",
    scope: Scope::Project,
    passes: "The project’s package has a name that nothing else has",
    why: "Of two packages with one name Python imports the first that it finds; the other can’t be reached.",
    reads: &[Reads::Files],
    needs: Needs::Nothing,
    judge: Judge::Project(judge),
};

fn judge(_: &Facts, _: &WorkspaceFacts, project: &Project) -> Vec<Finding> {
    let Some(module) = &project.root_module else {
        return Vec::new();
    };
    let finding = match names::check_project(module) {
        Err(NameFault::StandardLibrary(_)) => Finding::blocker(
            FindingKey::ONLY,
            format!("The package {module} has the name of one that comes with Python"),
            "Python imports its own, so the project’s definitions are not found. Rename the package’s folder, and the name in this file.",
        ),
        _ if is_installed(project, module) => Finding::blocker(
            FindingKey::ONLY,
            format!("The package {module} has the name of an installed one"),
            "One of the two stands in the way of the other. Rename the package’s folder, and the name in this file.",
        ),
        _ => return Vec::new(),
    };
    let file = project.config.clone();
    let place = FilePlace::of(file.unwrap_or_else(|| project.folder.clone()));
    let name = place.path.file_name().unwrap_or_default();
    let open = format!("Open {}", name.to_string_lossy());
    let folder = project.working_directory.join(module);
    vec![
        finding
            .seen(folder.display().to_string())
            .at(place.clone())
            .fix(Fix::new(open, FixAction::Open(place))),
    ]
}

/// Whether another package of the environment has this name. The project's own is there by a link to its folder; where it
/// was copied in, its dist-info says so.
fn is_installed(project: &Project, module: &str) -> bool {
    let environment = &project.environment.path;
    let there = site_packages(environment).is_some_and(|packages| {
        let folder = packages.join(module);
        folder.join("__init__.py").is_file()
    });
    if !there || !project.environment.can_run() {
        return false;
    }
    let own = super::package_importable::own(project);
    let holds = |record: String| {
        record
            .lines()
            .any(|line| line.starts_with(&format!("{module}/")))
    };
    !own.is_some_and(|own| std::fs::read_to_string(own.folder.join("RECORD")).is_ok_and(holds))
}
