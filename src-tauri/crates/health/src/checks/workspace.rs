//! Checks of the open workspace.

pub(super) mod port_free;
pub(super) mod settings_readable;
pub(super) mod settings_understood;
