//! The words for what runs once.

mod basis;
mod create;
mod half_made;
mod packages;
mod projects;
mod python;
mod record;
mod scaffold;
mod sync;
mod uv;

pub(super) use projects::edit_failed;
