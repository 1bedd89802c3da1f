//! The table of checks. Each stands in a file of its own, in the folder of its scope.

mod crash;
#[cfg(test)]
mod documentation;
#[cfg(test)]
mod keys;
mod machine;
mod problems;
mod project;
mod workspace;

use crate::check::Check;

/// Every check, by scope and in the order in which findings of one level are shown.
pub static CHECKS: &[&Check] = &[
    &machine::uv_found::CHECK,
    &machine::uv_new_enough::CHECK,
    &machine::uv_not_in_environment::CHECK,
    &machine::python_accepted::CHECK,
    &machine::git_found::CHECK,
    &machine::path_as_in_shell::CHECK,
    &machine::variables_kept_back::CHECK,
    &machine::network_variables::CHECK,
    &machine::index_reachable::CHECK,
    &machine::disk_space::CHECK,
    &machine::memory_enough::CHECK,
    &machine::watch_limit::CHECK,
    &machine::file_limit::CHECK,
    &machine::clock_right::CHECK,
    &machine::drawn_as_usual::CHECK,
    &machine::starts_tracked::CHECK,
    &workspace::settings_readable::CHECK,
    &workspace::settings_understood::CHECK,
    &workspace::projects_there::CHECK,
    &workspace::projects_present::CHECK,
    &workspace::projects_listed_once::CHECK,
    &workspace::projects_listed::CHECK,
    &workspace::entries_plain::CHECK,
    &workspace::names_differ::CHECK,
    &workspace::workspace_file_used::CHECK,
    &workspace::deployment_synced::CHECK,
    &workspace::deployment_complete::CHECK,
    &workspace::webserver_new_enough::CHECK,
    &workspace::deployment_present::CHECK,
    &workspace::home_whole::CHECK,
    &workspace::home_writable::CHECK,
    &workspace::home_settings::CHECK,
    &workspace::home_usable::CHECK,
    &workspace::home_local::CHECK,
    &workspace::homes_left::CHECK,
    &workspace::owner_answers::CHECK,
    &workspace::services_up::CHECK,
    &workspace::processes_left::CHECK,
    &workspace::dagster_not_ours::CHECK,
    &workspace::git_ignores::CHECK,
    &workspace::port_free::CHECK,
    &project::settings_readable::CHECK,
    &project::environment_present::CHECK,
    &project::environment_works::CHECK,
    &project::environment_python::CHECK,
    &project::python_available::CHECK,
    &project::release_whole::CHECK,
    &project::dagster_installed::CHECK,
    &project::generated_code::CHECK,
    &project::dagster_versions::CHECK,
    &project::environment_fits::CHECK,
    &project::environment_in_sync::CHECK,
    &project::lockfile_fresh::CHECK,
    &project::lockfile_present::CHECK,
    &project::module_present::CHECK,
    &project::module_name::CHECK,
    &project::package_importable::CHECK,
    &project::code_server_up::CHECK,
    &project::definitions_load::CHECK,
    &project::definitions_tried::CHECK,
    &project::variables_set::CHECK,
    &project::import_time::CHECK,
    &project::bytecode::CHECK,
];

/// A check by its id.
#[must_use]
pub fn check(id: &str) -> Option<&'static Check> {
    CHECKS.iter().copied().find(|check| check.id == id)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::CHECKS;
    use crate::check::{Judge, Scope};

    #[test]
    fn every_check_has_a_name_of_its_own_and_is_judged_by_its_scope() {
        let ids: BTreeSet<&str> = CHECKS.iter().map(|check| check.id).collect();
        assert_eq!(ids.len(), CHECKS.len());
        for check in CHECKS {
            let kebab = |letter: char| letter.is_ascii_lowercase() || letter == '-';
            assert!(check.id.chars().all(kebab), "{}", check.id);
            assert!(!check.reads.is_empty(), "{}", check.id);
            let fits = match check.judge {
                Judge::Machine(_) => check.scope == Scope::Machine,
                Judge::Workspace(_) => check.scope == Scope::Workspace,
                Judge::Project(_) => check.scope == Scope::Project,
                Judge::Asking { .. } => true,
            };
            assert!(fits, "{}", check.id);
        }
    }
}
