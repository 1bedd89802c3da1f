//! The real app, driven as a person would: its window on a virtual display, real Dagsters behind it.
//!
//! Run by `cargo xtask test --only window`, which builds the app and gives it a display of its own.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::large_futures,
    reason = "tests run tools directly and fail by panicking"
)]

mod app;
mod beside;
mod create;
mod desktop;
mod dialogs;
mod driver;
mod health;
mod hosts;
mod killed;
mod long;
mod main_job;
mod owners;
mod sample;
mod screens;
mod three_locations;
