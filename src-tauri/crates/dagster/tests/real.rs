//! Code servers, webserver, daemon and runs of real Dagster, on each version that the test workspace holds.
//!
//! The workspace is made by `cargo xtask test`; DAGDECK_TEST_WORKSPACE names another. Nothing is written into it: what the
//! tests load lies in folders of their own, run by the interpreters of the workspace's environments.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the answer")]

mod real {
    pub(crate) mod bench;
    mod environment;
    mod loading;
    mod reload;
}
