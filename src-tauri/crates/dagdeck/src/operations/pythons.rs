//! The Pythons to choose from, and how a project asks for one.

use crate::context::AppContext;
use api::PythonChoice;

/// Those of this machine, newest first, then those that uv would download: of each minor version that is not here.
pub(crate) async fn choices(context: &AppContext) -> Vec<PythonChoice> {
    let installed = context.pythons().await;
    let here: Vec<_> = installed.iter().map(|one| minor(&one.text)).collect();
    let downloads = context.downloadable().await;
    let there = downloads
        .iter()
        .filter(|version| !here.contains(&minor(version)))
        .map(|version| PythonChoice {
            version: version.clone(),
            path: None,
        });
    let installed = installed.iter().map(|one| PythonChoice {
        version: one.text.clone(),
        path: Some(one.path.display().to_string()),
    });
    installed.chain(there).collect()
}

/// Whether a version is what was typed; a minor version means any of it.
pub(crate) fn is_meant(version: &str, wanted: &str) -> bool {
    version == wanted
        || version
            .strip_prefix(wanted)
            .is_some_and(|rest| rest.starts_with('.'))
}

/// What `.python-version` has to say so that this one is chosen, on another machine too where that goes: the minor version,
/// where no newer one of it is here. A version before its release has to be named whole: uv takes none for less.
pub(crate) fn pin_for(version: &str, choices: &[PythonChoice]) -> String {
    let of_minor = minor(version);
    let newest = choices
        .iter()
        .find(|one| one.path.is_some() && minor(&one.version) == of_minor);
    let newer = newest.is_some_and(|one| one.version != version);
    let released = version.chars().all(|c| c.is_ascii_digit() || c == '.');
    if newer || !released {
        version.to_owned()
    } else {
        of_minor.to_owned()
    }
}

/// `3.12.1` → `3.12`.
fn minor(version: &str) -> &str {
    version.rsplit_once('.').map_or(version, |(minor, _)| minor)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn here(version: &str) -> PythonChoice {
        PythonChoice {
            version: version.to_owned(),
            path: Some(format!("/py/{version}")),
        }
    }

    #[test]
    fn a_minor_version_is_asked_for_unless_that_means_another_one() {
        let mut choices = vec![
            here("3.15.0a2"),
            here("3.12.1"),
            here("3.11.7"),
            here("3.11.2"),
        ];
        choices.push(PythonChoice {
            version: "3.14.2".into(),
            path: None,
        });
        assert_eq!(pin_for("3.12.1", &choices), "3.12");
        assert_eq!(pin_for("3.11.7", &choices), "3.11");
        assert_eq!(pin_for("3.11.2", &choices), "3.11.2", "3.11 means 3.11.7");
        assert_eq!(pin_for("3.14.2", &choices), "3.14", "uv downloads that");
        assert_eq!(pin_for("3.15.0a2", &choices), "3.15.0a2");
    }

    #[test]
    fn a_minor_version_means_any_of_it_and_no_longer_number() {
        assert!(is_meant("3.12.1", "3.12") && is_meant("3.12.1", "3.12.1"));
        assert!(!is_meant("3.12.1", "3.1") && !is_meant("3.12.11", "3.12.1"));
    }
}
