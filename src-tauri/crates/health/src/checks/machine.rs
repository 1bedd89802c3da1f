//! Checks of this machine.

pub(super) mod clock_right;
pub(super) mod disk_space;
pub(super) mod drawn_as_usual;
pub(super) mod file_limit;
pub(super) mod git_found;
pub(super) mod index_reachable;
pub(super) mod memory_enough;
pub(super) mod network_variables;
pub(super) mod path_as_in_shell;
pub(super) mod python_accepted;
pub(super) mod starts_tracked;
pub(super) mod uv_found;
pub(super) mod uv_new_enough;
pub(super) mod uv_not_in_environment;
pub(super) mod variables_kept_back;
pub(super) mod watch_limit;
