//! Versions as Python packaging orders them. Text that is no version comes before all that are.

use std::cmp::Ordering;
use std::str::FromStr;

use pep440_rs::{Version, VersionSpecifiers};

/// Orders two versions.
#[must_use]
pub fn compare_versions(left: &str, right: &str) -> Ordering {
    Version::from_str(left)
        .ok()
        .cmp(&Version::from_str(right).ok())
}

/// Whether a version meets specifiers such as `>=3.10,<3.15`. Specifiers that can't be read exclude nothing.
#[must_use]
pub fn meets(version: &str, specifiers: &str) -> bool {
    let Ok(specifiers) = VersionSpecifiers::from_str(specifiers) else {
        return true;
    };
    Version::from_str(version).is_ok_and(|version| specifiers.contains(&version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered_as_numbers_not_as_text() {
        assert_eq!(compare_versions("1.13.9", "1.13.27"), Ordering::Less);
        assert_eq!(compare_versions("nonsense", "0.1"), Ordering::Less);
    }

    #[test]
    fn specifiers_are_ranges() {
        assert!(meets("3.12.1", ">=3.10,<3.15"));
        assert!(!meets("3.9.18", ">=3.10,<3.15"));
    }
}
