//! The words for changing which projects a workspace lists, and for any edit of a settings file.

use std::path::Path;

use workspace::Kind;
use workspace::edit::EditError;

use crate::operations::basis::Moved;
use crate::operations::projects::{ProjectsError, file_name};
use crate::rim::{by_value, no_location, precondition};
use api::{ApiError, ErrorCode, Hint, HintAction, Subject};

by_value!(ProjectsError);

impl From<&ProjectsError> for ApiError {
    fn from(error: &ProjectsError) -> Self {
        match error {
            ProjectsError::Refused(error) => error.into(),
            ProjectsError::NoList { root, kind } => no_list(root, *kind),
            ProjectsError::Unknown { location } => no_location(location),
            ProjectsError::Blocked { remark } => Self::new(ErrorCode::Invalid, remark.clone()),
            ProjectsError::Nothing => Self::new(ErrorCode::Invalid, "There is nothing to change."),
            ProjectsError::Moved(moved) => moved.into(),
            ProjectsError::Edit(error) => edit_failed(error),
            ProjectsError::NotTrashed { folder, source } => {
                let words = format!(
                    "It is out of the workspace, but its folder could not be moved to the trash and is still at {}.",
                    folder.display()
                );
                Self::new(ErrorCode::Io, words)
                    .with_source(source)
                    .with_hint(
                        "Move or delete the folder yourself; nothing in Dagdeck uses it any more.",
                    )
            }
            ProjectsError::Reading(source) => {
                let words = format!("Dagdeck can't read the folder: {source}");
                Self::new(ErrorCode::Io, words).with_source(source)
            }
        }
    }
}

fn no_list(root: &Path, kind: Kind) -> ApiError {
    let root = root.display();
    precondition(match kind {
        Kind::DgProject | Kind::PlainPackage => {
            format!("{root} is a single project. Only a dg workspace lists projects.")
        }
        Kind::WorkspaceYaml => format!(
            "{root} is described by a workspace.yaml, which Dagdeck reads but does not edit. Add the code location to that file."
        ),
        _ => format!("{root} is not a Dagster workspace."),
    })
}

/// Why an edit could not be made, with what to do.
pub(in crate::rim) fn edit_failed(error: &EditError) -> ApiError {
    let code = match error {
        EditError::Changed { path } => {
            return Moved {
                parts: vec![file_name(path)],
            }
            .into();
        }
        EditError::Io { path, source } => {
            let words = format!(
                "{} can't be written, so nothing was changed: {source}.",
                path.display()
            );
            return ApiError::new(ErrorCode::Io, words)
                .with_hint("Check its permissions and the space on the disk.");
        }
        EditError::Missing { .. } | EditError::NotListed { .. } => ErrorCode::NotFound,
        _ => ErrorCode::Precondition,
    };
    let mut failed = ApiError::new(code, format!("{error}."));
    if let EditError::Unreadable { problem } = error {
        failed.message.clone_from(&problem.message);
    }
    let (text, line, column) = match error {
        EditError::Unreadable { problem } => {
            ("Correct the file first.", problem.line, problem.column)
        }
        EditError::Shape { .. } => ("Change the file by hand.", None, None),
        EditError::NotListed { .. } => (
            "A pattern in the file may list it; write the projects one by one instead.",
            None,
            None,
        ),
        _ => return failed,
    };
    let path = match error {
        EditError::Unreadable { problem } => problem.path.clone(),
        EditError::Shape { path, .. } | EditError::NotListed { path, .. } => path.clone(),
        _ => return failed,
    };
    let subject = Subject {
        path: path.display().to_string(),
        line,
        column,
    };
    failed.hints.push(Hint {
        text: text.to_owned(),
        action: Some(HintAction::OpenFile {
            subject: subject.clone(),
        }),
    });
    failed.subject = Some(subject);
    failed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rim::samples::denied;

    #[test]
    fn each_failure_has_its_code() {
        let no_list = |kind| ProjectsError::NoList {
            root: "/srv".into(),
            kind,
        };
        for (error, code, words) in [
            (
                no_list(Kind::DgProject),
                ErrorCode::Precondition,
                "single project",
            ),
            (
                no_list(Kind::WorkspaceYaml),
                ErrorCode::Precondition,
                "workspace.yaml",
            ),
            (
                no_list(Kind::NotAWorkspace),
                ErrorCode::Precondition,
                "is not a Dagster workspace",
            ),
            (
                ProjectsError::Unknown {
                    location: "etl".into(),
                },
                ErrorCode::NotFound,
                "\"etl\"",
            ),
            (ProjectsError::Nothing, ErrorCode::Invalid, "nothing"),
        ] {
            let told = ApiError::from(error);
            assert_eq!(told.code, code, "{told:?}");
            assert!(told.message.contains(words), "{told:?}");
        }
    }

    #[test]
    fn an_edit_that_fails_leads_to_its_file() {
        let path = || "/srv/dg.toml".into();
        let project = || "etl".to_owned();
        let told = ApiError::from(ProjectsError::Edit(EditError::NotListed {
            path: path(),
            project: project(),
        }));
        assert_eq!(told.code, ErrorCode::NotFound);
        assert_eq!(told.subject.unwrap().path, "/srv/dg.toml");
        assert!(matches!(
            told.hints[0].action,
            Some(HintAction::OpenFile { .. })
        ));
        let told = edit_failed(&EditError::Changed { path: path() });
        assert!(told.message.starts_with("dg.toml changed since"));
        let told = edit_failed(&EditError::Io {
            path: path(),
            source: denied(),
        });
        assert_eq!(told.code, ErrorCode::Io);
        assert!(told.message.contains("the system says no"), "{told:?}");
        let told = edit_failed(&EditError::Listed {
            path: path(),
            project: project(),
        });
        assert_eq!(told.code, ErrorCode::Precondition);
    }

    #[test]
    fn a_folder_that_stays_is_told_with_why() {
        let told = ApiError::from(ProjectsError::NotTrashed {
            folder: "/srv/etl".into(),
            source: trash::Error::CouldNotAccess {
                target: "/srv/etl".into(),
            },
        });
        assert_eq!(told.code, ErrorCode::Io);
        assert_eq!((told.causes.len(), told.hints.len()), (1, 1));
    }
}
