//! The words for changing what a project asks for.

use crate::operations::PackagesError;
use crate::rim::{by_value, precondition};
use api::ApiError;

by_value!(PackagesError);

impl From<&PackagesError> for ApiError {
    fn from(error: &PackagesError) -> Self {
        match error {
            PackagesError::Refused(refused) => refused.clone(),
            PackagesError::Sync(error) => error.into(),
            PackagesError::UvMissing(error) => error.into(),
            PackagesError::Member { project, folder } => precondition(format!(
                "{project} is a member of a uv workspace: its packages are locked together with the other members'."
            ))
            .with_hint(format!("Run uv add in {}, then sync.", folder.display())),
            PackagesError::Uv(error) => error.into(),
            PackagesError::Moved(moved) => moved.into(),
            PackagesError::File(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::errors::{FileError, UvMissing};
    use crate::rim::samples::denied;
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

    #[test]
    fn what_others_say_is_handed_on_as_they_say_it() {
        let told = ApiError::from(PackagesError::UvMissing(UvMissing));
        assert_eq!(told.code, ErrorCode::ToolMissing);
        let file = FileError::of("read pyproject.toml", "/srv/etl/pyproject.toml")(denied());
        let told = ApiError::from(PackagesError::File(file));
        assert_eq!(told.code, ErrorCode::Io);
        assert_eq!(told.causes, ["the system says no"]);
    }
}
