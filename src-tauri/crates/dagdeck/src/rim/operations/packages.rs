//! The words for changing what a project asks for.

use crate::operations::PackagesError;
use crate::rim::{by_value, precondition};
use api::ApiError;

by_value!(PackagesError);

impl From<&PackagesError> for ApiError {
    fn from(error: &PackagesError) -> Self {
        match error {
            PackagesError::Refused(refused) => refused.into(),
            PackagesError::Sync(error) => error.into(),
            PackagesError::Member { project, folder } => precondition(format!(
                "{project} is a member of a uv workspace: its packages are locked together with the other members'."
            ))
            .with_hint(format!("Run uv add in {}, then sync.", folder.display())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::ErrorCode;

    #[test]
    fn a_member_of_a_uv_workspace_is_refused_with_what_to_do() {
        let told = ApiError::from(PackagesError::Member {
            project: "etl".into(),
            folder: "/srv/etl".into(),
        });
        assert_eq!(told.code, ErrorCode::Precondition);
        assert_eq!(told.hints[0].text, "Run uv add in /srv/etl, then sync.");
    }
}
