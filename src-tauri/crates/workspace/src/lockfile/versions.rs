//! Which versions a lockfile holds.

use std::collections::BTreeMap;
use std::path::Path;

use toml_edit::Document;

/// The packages of a lockfile with their versions; several versions of one package are joined by a comma. A package
/// without a version (a project whose version is dynamic) has an empty one.
///
/// # Errors
/// When it can't be read, or is no lockfile.
pub fn locked_versions(lock: &Path) -> std::io::Result<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(lock)?;
    let no_lock = |words: String| std::io::Error::new(std::io::ErrorKind::InvalidData, words);
    let document = Document::parse(text).map_err(|error| no_lock(error.to_string()))?;
    let mut versions: BTreeMap<String, String> = BTreeMap::new();
    let packages = document
        .get("package")
        .and_then(toml_edit::Item::as_array_of_tables);
    for package in packages.into_iter().flatten() {
        let text = |key: &str| package.get(key).and_then(toml_edit::Item::as_str);
        let Some(name) = text("name") else { continue };
        let version = text("version").unwrap_or_default();
        versions
            .entry(name.to_owned())
            .and_modify(|known| {
                known.push_str(", ");
                known.push_str(version);
            })
            .or_insert_with(|| version.to_owned());
    }
    Ok(versions)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_package_is_there_with_all_its_versions() {
        let folder = tempfile::tempdir().unwrap();
        let lock = folder.path().join("uv.lock");
        let text = "version = 1\n[[package]]\nname = \"numpy\"\nversion = \"1.26\"\n\
            [[package]]\nname = \"numpy\"\nversion = \"2.1\"\n[[package]]\nname = \"mine\"\n";
        std::fs::write(&lock, text).unwrap();
        let versions = locked_versions(&lock).unwrap();
        assert_eq!(versions["numpy"], "1.26, 2.1");
        assert_eq!(versions["mine"], "");
        std::fs::write(&lock, "not = [toml").unwrap();
        assert!(locked_versions(&lock).is_err());
    }
}
