//! Making a workspace or a project: what a form starts from, what would happen, and making it step by step.
//!
//! Owns the order: answers, remarks, plan, steps. What names and versions can be used and what the scaffolder promises is
//! `dagster::create`'s. Nothing is written before a plan is carried out, and what was made goes nowhere but to the trash.

mod error;
mod form;
mod index;
mod job;
mod place;
mod plan;
mod remark;
mod sample;
mod undo;

pub(crate) use error::MakingError;
pub(crate) use form::form;
pub(crate) use index::{Index, IndexError};
pub(crate) use job::CreationJob;
pub(crate) use plan::{Plan, PlanError, not_published, used};
