//! Making workspaces and projects: which names and versions can be used, what the scaffolder is told, what it promises.
//!
//! Owns what was measured of create-dagster, whose own checks come after it has written files, or not at all. Refuses to
//! run anything and to look at the disk: it answers from what it is given.

pub mod names;
pub mod sample;
pub mod scaffold;
pub mod tree;
pub mod versions;
