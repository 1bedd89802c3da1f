//! Remarks on answers.

use api::{CreateField, CreateRemark};

/// Nothing can be made with this answer.
pub(super) fn stop(
    field: CreateField,
    message: impl Into<String>,
    instead: Option<String>,
) -> CreateRemark {
    CreateRemark {
        field,
        message: message.into(),
        blocks: true,
        instead,
    }
}

/// Worth knowing of this answer.
pub(super) fn note(field: CreateField, message: impl Into<String>) -> CreateRemark {
    CreateRemark {
        field,
        message: message.into(),
        blocks: false,
        instead: None,
    }
}
