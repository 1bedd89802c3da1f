//! Tests that launch whole Dagsters, webserver and daemon included: they get the machine for themselves, one at a time.

mod closing;
mod contract;
mod ends;
mod hosts;
mod instances;
mod new;
mod projects;
mod python;
mod reload;
mod sample;
mod scaffold;
mod sync;
mod trouble;
mod up;
mod verbs;
