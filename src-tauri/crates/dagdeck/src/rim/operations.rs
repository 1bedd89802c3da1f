//! The words for what runs once.

mod basis;
mod create;
mod packages;
mod projects;
mod python;
mod refusal;
mod scaffold;
mod sync;
mod uv;

pub(super) use projects::edit_failed;
