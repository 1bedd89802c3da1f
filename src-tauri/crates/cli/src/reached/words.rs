//! What a terminal says of an owner that it can't work with as it would.

use std::path::Path;

use api::protocol::PROTOCOL;
use api::protocol::environment::Difference;
use api::protocol::frozen::Hello;
use api::{ApiError, ErrorCode};
use terminal::Shell;

use crate::error;

/// What is said where the owner was started with another environment; none where it makes no difference.
pub(super) fn another_environment(differs: &[Difference]) -> Option<String> {
    let names: Vec<&str> = differs.iter().map(|one| one.name.as_str()).collect();
    let (names, verb) = match names.as_slice() {
        [] => return None,
        [one] => ((*one).to_owned(), "differs"),
        several => (several.join(", "), "differ"),
    };
    Some(format!(
        "This workspace is run with another environment than this terminal's: {names} {verb}. \
         `dagdeck up --restart` stops all that it runs and starts it with this one."
    ))
}

/// What stops all that runs of a workspace, as it is typed here.
pub(crate) fn down_command(root: &Path) -> String {
    let root = root.to_string_lossy();
    format!("dagdeck down {}", Shell::HERE.quote(&root))
}

/// What is said where a Dagdeck of another version runs a workspace.
pub(crate) fn of_another_version(owner: &Hello, root: &Path) -> String {
    let which = if owner.protocol < PROTOCOL {
        "an older"
    } else {
        "a newer"
    };
    let (version, pid, stops) = (&owner.version, owner.pid, down_command(root));
    let root = root.display();
    format!(
        "{root} is run by {which} Dagdeck ({version}, process {pid}). This one can ask it how it stands, and stop all that it \
         runs: `{stops}`."
    )
}

/// What is said where Dagdeck's own folder can't be written.
pub(super) fn no_room(state_folder: &Path, error: &std::io::Error) -> String {
    let because = ApiError::new(
        ErrorCode::Io,
        format!(
            "Dagdeck can't write its own folder, {}, so nothing can be run or changed: what was started could not be found again.",
            state_folder.display()
        ),
    );
    let full = [
        std::io::ErrorKind::StorageFull,
        std::io::ErrorKind::QuotaExceeded,
    ];
    let room = if full.contains(&error.kind()) {
        "Free some space there"
    } else {
        "Make that folder writable"
    };
    let told = because.with_source(error).with_hint(format!(
        "{room}, or name another in DAGDECK_STATE. `dagdeck status` and `dagdeck doctor` work all the same."
    ));
    error::words(&told)
}

#[cfg(test)]
mod tests {
    use api::protocol::frozen::HostKind;

    use super::*;

    fn differing(names: &[&str]) -> Vec<Difference> {
        let one = |name: &&str| Difference {
            name: (*name).to_owned(),
            owner: None,
            own: None,
        };
        names.iter().map(one).collect()
    }

    #[test]
    fn another_environment_is_told_with_the_way_to_this_one() {
        assert_eq!(another_environment(&[]), None);
        let one = another_environment(&differing(&["UV_PYTHON"])).unwrap();
        assert!(one.contains("terminal's: UV_PYTHON differs."), "{one}");
        assert!(one.contains("`dagdeck up --restart`"), "{one}");
        let two = another_environment(&differing(&["A", "B"])).unwrap();
        assert!(two.contains("A, B differ."), "{two}");
    }

    #[test]
    fn an_owner_of_another_version_is_told_with_what_stops_it() {
        let hello = |protocol| Hello {
            protocol,
            version: "0.0.9".to_owned(),
            pid: 7,
            kind: HostKind::Owner,
            holds: false,
            goes: false,
        };
        let told = of_another_version(&hello(PROTOCOL - 1), Path::new("/w"));
        assert!(told.starts_with("/w is run by an older Dagdeck (0.0.9, process 7)"));
        assert!(told.contains("`dagdeck down /w`"), "{told}");
        let told = of_another_version(&hello(PROTOCOL + 1), Path::new("/w"));
        assert!(told.contains("by a newer Dagdeck"), "{told}");
    }

    #[test]
    fn a_folder_that_can_not_be_written_is_told_with_its_path_and_what_to_do() {
        let error = std::io::Error::from(std::io::ErrorKind::ReadOnlyFilesystem);
        let told = no_room(Path::new("/state"), &error);
        assert!(
            told.contains("/state") && told.contains("because: "),
            "{told}"
        );
        assert!(
            told.contains("Make that folder writable, or name another in DAGDECK_STATE"),
            "{told}"
        );
        let error = std::io::Error::from(std::io::ErrorKind::StorageFull);
        let told = no_room(Path::new("/state"), &error);
        assert!(told.contains("Free some space there"), "{told}");
    }
}
