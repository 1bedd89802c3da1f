//! The words for changing the Python of an environment.

use workspace::EnvironmentSource;

use crate::operations::PythonError;
use crate::rim::{by_value, precondition};
use api::{ApiError, ErrorCode};

by_value!(PythonError);

impl From<&PythonError> for ApiError {
    fn from(error: &PythonError) -> Self {
        match error {
            PythonError::Refused(refused) => refused.into(),
            PythonError::Sync(error) => error.into(),
            PythonError::Target(error) => error.into(),
            PythonError::NoEnvironment => {
                Self::new(ErrorCode::NotFound, "There is no such environment.")
            }
            PythonError::NotItsOwn { name, decides } => not_its_own(name, *decides),
            PythonError::Unfit { version, why, fit } => {
                let words = format!("Python {version} can't be used: {why}.");
                Self::new(ErrorCode::Invalid, words).with_hint(instead(fit))
            }
            PythonError::NoSuchPython { wanted, fit } => {
                let words =
                    format!("There is no Python {wanted} here, and uv has none to download.");
                Self::new(ErrorCode::Invalid, words).with_hint(instead(fit))
            }
        }
    }
}

fn not_its_own(name: &str, decides: EnvironmentSource) -> ApiError {
    let (message, hint) = match decides {
        EnvironmentSource::UvWorkspace => (
            format!(
                "{name} is a member of a uv workspace: its environment is the other members' too."
            ),
            "Run uv python pin in the uv workspace's root, then sync.",
        ),
        // Its own is never refused; where no one else decides, the person does.
        EnvironmentSource::Picked | EnvironmentSource::Own => (
            format!("{name} runs from an environment that you picked."),
            "Choose the project's own .venv on its Environment page first.",
        ),
        EnvironmentSource::DotEnv => (
            format!("DG_PROJECT_PYTHON_EXECUTABLE in .env names the Python that {name} runs from."),
            "Name another one there, or take that line out.",
        ),
        EnvironmentSource::Named => (
            format!("workspace.yaml names the Python that {name} runs from."),
            "Change its executable_path there.",
        ),
    };
    precondition(message).with_hint(hint)
}

fn instead(fit: &[String]) -> String {
    if fit.is_empty() {
        "Install one with uv python install 3.12, or widen requires-python in pyproject.toml."
            .to_owned()
    } else {
        format!("These can be: {}.", fit.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_decides_about_an_environment_is_named_with_a_step() {
        let told = [
            EnvironmentSource::UvWorkspace,
            EnvironmentSource::Picked,
            EnvironmentSource::DotEnv,
            EnvironmentSource::Named,
        ]
        .map(|decides| {
            let name = "etl".to_owned();
            ApiError::from(PythonError::NotItsOwn { name, decides })
        });
        let mut messages: Vec<&str> = told.iter().map(|one| one.message.as_str()).collect();
        messages.dedup();
        assert_eq!(messages.len(), told.len(), "{messages:?}");
        for told in &told {
            assert_eq!(told.code, ErrorCode::Precondition);
            assert!(told.message.contains("etl"), "{told:?}");
            assert_eq!(told.hints.len(), 1, "{told:?}");
        }
    }

    #[test]
    fn a_python_that_can_not_be_had_is_told_with_those_that_can() {
        let wanted = || "3.9".to_owned();
        let told = ApiError::from(PythonError::NoSuchPython {
            wanted: wanted(),
            fit: vec!["3.12.1".into(), "3.11.7".into()],
        });
        assert_eq!(told.code, ErrorCode::Invalid);
        assert_eq!(told.hints[0].text, "These can be: 3.12.1, 3.11.7.");
        let told = ApiError::from(PythonError::Unfit {
            version: wanted(),
            why: "etl asks for Python >=3.10".into(),
            fit: Vec::new(),
        });
        assert_eq!(told.code, ErrorCode::Invalid);
        assert!(told.message.contains("asks for Python >=3.10"), "{told:?}");
        assert!(told.hints[0].text.contains("uv python install"), "{told:?}");
        let told = ApiError::from(PythonError::NoEnvironment);
        assert_eq!(told.code, ErrorCode::NotFound);
    }
}
