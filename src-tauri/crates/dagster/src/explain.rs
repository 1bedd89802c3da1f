//! Dagster's and uv's errors in plain words: what it is, what it means, where, what to do.
//!
//! The only place where text that Dagster or uv printed is matched; each rule has a recorded sample as its test. An error
//! that no rule knows still has its exception's class as title and the person's last frame as place.

mod load;
mod tool;
mod traceback;
mod uv;

pub use load::{Excerpt, Explained, Origin, Step, explain_load_error, search_line};
pub use tool::{ExplainedTool, explain_tool, lacks_dg};
pub use traceback::Frame;
pub use uv::{ExplainedUv, UvStep, explain_uv};
