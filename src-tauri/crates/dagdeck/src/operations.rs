//! What runs once: syncs, changes of packages, Pythons and projects, scaffolding, creations, and the record of it all.
//!
//! What is carried out is what was shown: each plan has a [`basis`]. Refuses to keep anything running.

pub(crate) mod basis;
pub(crate) mod create;
pub(crate) mod diff;
#[cfg(test)]
mod made_up;
mod packages;
mod preview;
pub mod projects;
mod python;
pub(crate) mod pythons;
mod refusal;
mod scaffold;
pub(crate) mod sync;
pub(crate) mod uv;

pub(crate) use packages::PackagesError;
pub(crate) use python::PythonError;
pub(crate) use refusal::Refusal;
pub(crate) use scaffold::ScaffoldError;
