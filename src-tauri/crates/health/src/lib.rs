//! Checks, findings, fixes.
//!
//! Owns judgement: so far of what the machine has and lacks. Refuses to read files by itself (the
//! `workspace` crate did) and to start anything other than through a [`process::Table`].

pub mod machine;
