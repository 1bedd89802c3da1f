//! Checks of the open workspace.

pub(super) mod dagster_not_ours;
pub(super) mod deployment_complete;
pub(super) mod deployment_present;
pub(super) mod deployment_synced;
pub(super) mod entries_plain;
pub(super) mod git_ignores;
pub(super) mod home_local;
pub(super) mod home_settings;
pub(super) mod home_usable;
pub(super) mod home_whole;
pub(super) mod home_writable;
pub(super) mod homes_left;
pub(super) mod names_differ;
pub(super) mod owner_answers;
pub(super) mod port_free;
pub(super) mod processes_left;
pub(super) mod projects_listed;
pub(super) mod projects_listed_once;
pub(super) mod projects_present;
pub(super) mod projects_there;
pub(super) mod services_up;
pub(super) mod settings_readable;
pub(super) mod settings_understood;
pub(super) mod webserver_new_enough;
pub(super) mod workspace_file_used;
