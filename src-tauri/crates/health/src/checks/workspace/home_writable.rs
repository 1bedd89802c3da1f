//! Runs can be written to the instance's folder.
//!
//! Asks the system (`access`) and writes nothing. A folder that is not there is made at the first launch, and is no fault.

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::{Facts, WorkspaceFacts};
use crate::finding::Finding;

pub(crate) static CHECK: Check = Check {
    id: "dagster-home-writable",
    scope: Scope::Workspace,
    passes: "Runs can be written to DAGSTER_HOME",
    why: "Webserver, daemon and every run write there; none starts where they can’t.",
    reads: &[Reads::Instance, Reads::Files, Reads::Machine],
    needs: Needs::Nothing,
    judge: Judge::Workspace(judge),
};

#[cfg(unix)]
fn judge(_: &Facts, workspace: &WorkspaceFacts) -> Vec<Finding> {
    use nix::errno::Errno;
    use nix::unistd::{AccessFlags, access};

    use crate::finding::{FilePlace, FindingKey};
    use crate::fix::{Fix, FixAction};

    let path = &workspace.instance.path;
    let Err(refused) = access(path.as_path(), AccessFlags::W_OK | AccessFlags::X_OK) else {
        return Vec::new();
    };
    if !matches!(refused, Errno::EACCES | Errno::EPERM | Errno::EROFS) {
        // It is not there yet, and is made at the first launch.
        return Vec::new();
    }
    let finding = Finding::blocker(
        FindingKey::ONLY,
        "DAGSTER_HOME can’t be written to",
        "Dagster keeps runs, schedules and logs there, so neither the webserver nor the daemon starts. Make it yours, or \
         name another folder.",
    )
    .at(FilePlace::of(path))
    .seen(format!("{}: {}", path.display(), refused.desc()));
    if refused == Errno::EROFS {
        return vec![finding];
    }
    let quoted = terminal::Shell::Posix.quote(&path.to_string_lossy());
    let copy = FixAction::Copy(format!("sudo chown -R \"$USER\" {quoted}"));
    vec![finding.fix(Fix::new("Copy command", copy).note("asks for your password"))]
}

#[cfg(not(unix))]
fn judge(_: &Facts, _: &WorkspaceFacts) -> Vec<Finding> {
    Vec::new()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::test_support::{self, Trial};

    /// On a disk that is mounted for reading only, which root may not write to either.
    #[test]
    fn a_disk_for_reading_only_is_told() {
        let trial = Trial::workspace(&["etl"]);
        let given = std::env::var("DAGDECK_TEST_READ_ONLY").ok();
        let home = given.clone().unwrap_or_else(|| {
            let home = trial.state.join("home");
            fs_err::create_dir_all(&home).unwrap();
            home.display().to_string()
        });
        let facts = test_support::of_with(&trial.root, &trial.state, &[("DAGSTER_HOME", &home)]);
        if given.is_some() {
            let finding = test_support::the_finding(&CHECK, &facts);
            assert_eq!(finding.title, "DAGSTER_HOME can’t be written to");
            return;
        }
        assert_eq!(test_support::found(&CHECK, &facts), []);
        test_support::again_alone(
            "mount -t tmpfs -o ro,size=1m none \"$1\"",
            "checks::workspace::home_writable::tests::a_disk_for_reading_only_is_told",
            &[("DAGDECK_TEST_READ_ONLY", std::path::Path::new(&home))],
        );
    }
}
