//! What is on this machine.

use api::{Tool, ToolState};

/// A tool, on the wire.
pub(crate) fn tool(report: ::health::machine::Tool) -> Tool {
    Tool {
        name: report.name.to_owned(),
        state: match report.state {
            ::health::machine::ToolState::Ready => ToolState::Ready,
            ::health::machine::ToolState::NotFound => ToolState::NotFound,
            ::health::machine::ToolState::Broken => ToolState::Broken,
        },
        version: report.version,
        path: report.path.map(|path| path.display().to_string()),
        purpose: report.purpose.to_owned(),
        install: report.install,
    }
}
