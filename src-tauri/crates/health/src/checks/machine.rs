//! Checks of this machine.

pub(super) mod uv_found;
