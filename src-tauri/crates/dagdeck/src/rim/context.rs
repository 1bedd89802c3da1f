//! The words for what keeps Dagdeck from starting or from remembering trust.

use crate::context::ContextError;
use crate::rim::by_value;
use api::{ApiError, ErrorCode};

by_value!(ContextError);

impl From<&ContextError> for ApiError {
    fn from(error: &ContextError) -> Self {
        let io = |words: &str| Self::new(ErrorCode::Io, words);
        match error {
            ContextError::Untracked(source) => {
                io("Dagdeck can't keep track of what it starts.").with_source(source)
            }
            ContextError::Unlocked(source) => {
                io("Dagdeck can't make sure that nothing runs twice.").with_source(source)
            }
            ContextError::NotRemembered {
                root,
                trusted,
                source,
            } => {
                let root = root.display();
                let words = if *trusted {
                    format!("That you trust {root} can't be remembered, so nothing runs in it.")
                } else {
                    format!(
                        "That you no longer trust {root} can't be written yet. Nothing runs in it here, but another Dagdeck, or the next start, may not know."
                    )
                };
                io(&words).with_source(source)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::rim::samples::{denied, is_told_once};
    use crate::state::StateError;
    use process::{HoldError, TableError};

    #[test]
    fn each_is_told_with_what_the_system_said() {
        let remembered = |trusted| ContextError::NotRemembered {
            root: "/srv/etl".into(),
            trusted,
            source: StateError::File {
                path: "/srv/own/trust.json".into(),
                source: Arc::new(denied()),
            },
        };
        for (error, words) in [
            (
                ContextError::Untracked(TableError::Io {
                    path: "/srv/own".into(),
                    source: denied(),
                }),
                "keep track",
            ),
            (
                ContextError::Unlocked(HoldError {
                    lock: "/srv/own/lock".into(),
                    hold: true,
                    source: denied(),
                }),
                "runs twice",
            ),
            (remembered(true), "so nothing runs in it"),
            (remembered(false), "no longer trust"),
        ] {
            let told = ApiError::from(error);
            assert_eq!(told.code, ErrorCode::Io);
            assert!(told.message.contains(words), "{told:?}");
            is_told_once(&told, "the system says no");
        }
    }
}
