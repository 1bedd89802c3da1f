//! Real processes: trees that are started, watched, stopped, and left behind on purpose.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod adopting;
mod app;
mod locks;
mod measuring;
mod output;
mod stopping;
mod support;
