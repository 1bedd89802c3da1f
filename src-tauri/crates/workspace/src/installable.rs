//! Whether a project is a package that uv installs into its environment, and under which name.

use std::path::Path;
use std::str::FromStr;

use pep508_rs::PackageName;
use toml_edit::{Document, Item};

/// The name under which uv installs a project itself, in the form of [`crate::Distribution::name`]; none where it installs
/// only what the project asks for: without a build system, or with `tool.uv.package = false`.
#[must_use]
pub fn package_name(project: &Path) -> Option<String> {
    let text = std::fs::read_to_string(project.join("pyproject.toml")).ok()?;
    let document = Document::parse(text.trim_start_matches('\u{feff}')).ok()?;
    let at = |path: &[&str]| {
        let mut item: &Item = document.as_item();
        for key in path {
            item = item.get(key)?;
        }
        Some(item)
    };
    let wanted = at(&["tool", "uv", "package"]).and_then(Item::as_bool);
    let is_package = wanted.unwrap_or_else(|| at(&["build-system"]).is_some());
    let name = at(&["project", "name"])?.as_str()?;
    let name = PackageName::from_str(name).ok()?.to_string();
    is_package.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_system_makes_a_package_unless_uv_is_told_otherwise() {
        let folder = tempfile::tempdir().unwrap();
        let name = |text: &str| {
            std::fs::write(folder.path().join("pyproject.toml"), text).unwrap();
            package_name(folder.path())
        };
        let plain = "[project]\nname = \"data_science\"\n";
        let built = format!("{plain}[build-system]\nrequires = []\n");
        assert_eq!(name(plain), None);
        assert_eq!(name(&built).as_deref(), Some("data-science"));
        assert_eq!(name(&format!("{built}[tool.uv]\npackage = false\n")), None);
        let told = format!("{plain}[tool.uv]\npackage = true\n");
        assert_eq!(name(&told).as_deref(), Some("data-science"));
    }
}
