//! The words for a port that can't be had.

use crate::rim::{by_value, precondition};
use crate::run::PortError;
use api::ApiError;

by_value!(PortError);

impl From<&PortError> for ApiError {
    fn from(error: &PortError) -> Self {
        match error {
            PortError::NoneFree => {
                precondition("No port of this machine is free for the Dagster UI.")
            }
            PortError::NoneLeft => precondition("No port of this machine is free."),
            PortError::Taken { port, by, free } => {
                let told = precondition(format!("Port {port} is used {by}."));
                match free {
                    Some(free) => {
                        told.with_hint(format!("Use {free} instead, or stop that program."))
                    }
                    None => told,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::ErrorCode;

    #[test]
    fn a_port_that_is_taken_is_told_with_a_free_one() {
        let taken = |free| PortError::Taken {
            port: 3000,
            by: "by python (process 4711)".into(),
            free,
        };
        let told = ApiError::from(taken(Some(3001)));
        assert_eq!(told.code, ErrorCode::Precondition);
        assert_eq!(told.message, "Port 3000 is used by python (process 4711).");
        assert!(told.hints[0].text.starts_with("Use 3001 instead"));
        assert!(ApiError::from(taken(None)).hints.is_empty());
        let none = [PortError::NoneFree, PortError::NoneLeft].map(ApiError::from);
        assert!(none.iter().all(|one| one.code == ErrorCode::Precondition));
        assert_ne!(none[0].message, none[1].message);
    }
}
