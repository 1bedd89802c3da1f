//! The words for a daemon that may not run for its instance.

use crate::rim::{by_value, precondition};
use crate::run::{ClaimError, Elsewhere};
use api::{ApiError, ErrorCode};

/// What another's daemon means here: it knows the code locations of its own workspace file and no others.
const MEANS: &str =
    "Until it stops, schedules and sensors here don't run, and runs that are started here fail.";

by_value!(ClaimError);

impl From<&ClaimError> for ApiError {
    fn from(error: &ClaimError) -> Self {
        match error {
            ClaimError::Elsewhere(elsewhere) => elsewhere.into(),
            ClaimError::Ending { instance } => precondition(format!(
                "What ran for this instance before has not ended yet ({}).",
                instance.display()
            ))
            .with_hint("Start the daemon again in a moment."),
            ClaimError::Lock(error) => not_sure(&error.source),
            ClaimError::Guard(source) => not_sure(source),
            ClaimError::Instance(error) => error.into(),
            ClaimError::Ended(source) => not_sure(source),
        }
    }
}

fn not_sure(source: &dyn std::error::Error) -> ApiError {
    let words = format!("Dagdeck can't make sure that one daemon runs for this instance: {source}");
    ApiError::new(ErrorCode::Io, words).with_source(source)
}

impl From<&Elsewhere> for ApiError {
    fn from(elsewhere: &Elsewhere) -> Self {
        let that = match &elsewhere.card {
            Some(card) => format!("the daemon of {}", card.root.display()),
            None => "that daemon".to_owned(),
        };
        // The first hint is shown beside the daemon for as long as another's runs.
        precondition(who(elsewhere)).with_hint(MEANS).with_hint(format!(
            "Stop {that}, then start this one. Or give this workspace a DAGSTER_HOME of its own, in the .env of its root."
        ))
    }
}

fn who(Elsewhere { instance, card }: &Elsewhere) -> String {
    let card = card.as_ref();
    let whose = card.map_or("another workspace", |card| card.name.as_str());
    let instance = instance.display();
    format!("The daemon of {whose} runs for this instance already ({instance}).")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::LockError;
    use crate::rim::samples::{denied, is_told_once};
    use process::HoldError;

    #[test]
    fn another_s_daemon_is_no_alarm_and_told_with_what_to_do() {
        let elsewhere = Elsewhere {
            instance: "/srv/home".into(),
            card: None,
        };
        let told = ApiError::from(ClaimError::Elsewhere(elsewhere));
        assert_eq!(told.code, ErrorCode::Precondition);
        assert_eq!(told.hints[0].text, MEANS);
        assert!(told.hints[1].text.contains("DAGSTER_HOME"), "{told:?}");
        let instance = "/srv/home".into();
        let told = ApiError::from(ClaimError::Ending { instance });
        assert_eq!(told.code, ErrorCode::Precondition);
        assert_eq!(told.hints.len(), 1);
    }

    #[test]
    fn a_lock_that_refuses_is_told_with_what_the_system_said() {
        let lock = || "/srv/own/lock".into();
        for error in [
            ClaimError::Lock(LockError {
                path: lock(),
                source: denied(),
            }),
            ClaimError::Guard(HoldError {
                lock: lock(),
                hold: true,
                source: denied(),
            }),
        ] {
            let told = ApiError::from(&error);
            assert_eq!(told.code, ErrorCode::Io, "{error:?}");
            is_told_once(&told, "the system says no");
        }
    }
}
