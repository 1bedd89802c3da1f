//! Tests that launch whole Dagsters, webserver and daemon included: one at a time beside the window's, then two.

mod closing;
mod contract;
mod ends;
mod hosts;
mod instances;
mod long;
mod new;
mod projects;
mod reload;
mod sample;
mod sync;
mod trouble;
mod up;
mod verbs;
