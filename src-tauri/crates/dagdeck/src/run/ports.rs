//! The port of the Dagster UI, and who has the one that was wished for.

/// Why there is no port for the Dagster UI.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PortError {
    /// No port is free when one is chosen.
    #[error("no port is free for the Dagster UI")]
    NoneFree,
    /// The chosen one is taken by now, and no other is free.
    #[error("no port is free any more")]
    NoneLeft,
    /// The one that was asked for is taken.
    #[error("port {port} is used {by}")]
    Taken {
        /// The port.
        port: u16,
        /// By whom, in words: "by python (process 4711)".
        by: String,
        /// Another one that is free.
        free: Option<u16>,
    },
}

/// The asked port, which must be free; else the first free one from the setting on.
pub(crate) fn choose(asked: Option<u16>, setting: u16) -> Result<u16, PortError> {
    let Some(asked) = asked else {
        return process::ports::first_free(setting).ok_or(PortError::NoneFree);
    };
    if process::ports::is_free(asked) {
        return Ok(asked);
    }
    Err(PortError::Taken {
        port: asked,
        by: user_of(asked),
        free: process::ports::first_free(asked),
    })
}

/// Says that a port is taken, by whom, and which is used instead.
pub(crate) fn another_port(taken: u16, instead: u16) -> String {
    format!(
        "Port {taken} is used {}; {instead} is used instead.",
        user_of(taken)
    )
}

/// Who uses a port, in words.
fn user_of(port: u16) -> String {
    process::ports::holder(port).map_or_else(
        || "by another program".to_owned(),
        |holder| format!("by {} (process {})", holder.name, holder.pid),
    )
}
