//! The words for a plan that is not the one that was shown.

use crate::operations::basis::Moved;
use crate::rim::{by_value, precondition};
use api::ApiError;

/// How many parts a refusal names.
const NAMED: usize = 3;

by_value!(Moved);

impl From<&Moved> for ApiError {
    fn from(Moved { parts }: &Moved) -> Self {
        let (named, rest) = parts.split_at(parts.len().min(NAMED));
        let mut named = named.to_vec();
        match rest.len() {
            0 => {}
            1 => named.push("one thing more".to_owned()),
            more => named.push(format!("{more} things more")),
        }
        let what = match named.as_slice() {
            [] => "the plan".to_owned(),
            [one] => one.clone(),
            [all @ .., last] => format!("{} and {last}", all.join(", ")),
        };
        // A sentence begins with a capital, a file's name stays as it is.
        let what = match what.strip_prefix("the ") {
            Some(rest) => format!("The {rest}"),
            None => what,
        };
        precondition(format!(
            "{what} changed since this was shown, so nothing was done."
        ))
        .with_hint("Look at the plan again.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::ErrorCode;

    #[test]
    fn a_refusal_names_what_moved_and_is_no_alarm() {
        let told = |parts: &[&str]| {
            let parts = parts.iter().map(|&part| part.to_owned()).collect();
            ApiError::from(Moved { parts })
        };
        let one = told(&["the command for etl"]);
        assert_eq!(one.code, ErrorCode::Precondition);
        assert_eq!(
            one.message,
            "The command for etl changed since this was shown, so nothing was done."
        );
        assert_eq!(one.hints[0].text, "Look at the plan again.");
        let many = told(&["a", "b", "c", "d", "e"]).message;
        assert!(many.starts_with("a, b, c and 2 things more changed"));
    }
}
