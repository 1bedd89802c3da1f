//! The words for a half-made environment that can't be taken away.

use crate::rim::by_value;
use crate::run::HalfMade;
use api::{ApiError, ErrorCode};

by_value!(HalfMade);

impl From<&HalfMade> for ApiError {
    fn from(error: &HalfMade) -> Self {
        let words = "What an ended sync left of the environment can't be taken away.";
        Self::new(ErrorCode::Io, words).with_source(&error.source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rim::samples::denied;

    #[test]
    fn what_the_system_said_is_told() {
        let told = ApiError::from(HalfMade {
            path: "/srv/etl/.venv".into(),
            source: denied(),
        });
        assert_eq!(told.code, ErrorCode::Io);
        assert_eq!(told.causes, ["the system says no"]);
    }
}
