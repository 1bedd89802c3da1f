//! A load error as Dagster sends it.

use serde_json::Value;

/// Why the person's code could not be loaded: Dagster's `SerializableErrorInfo`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LoadFailure {
    /// The message, with the exception's class in front, as Python prints it.
    pub message: String,
    /// The exception's class without its module.
    pub class: String,
    /// The frames as Python prints them, outermost first; each may hold several lines.
    pub stack: Vec<String>,
    /// What it was raised from.
    pub cause: Option<Box<LoadFailure>>,
    /// What was being handled when it was raised.
    pub context: Option<Box<LoadFailure>>,
}

impl LoadFailure {
    /// Reads it from Dagster's JSON; an unknown shape becomes a failure that shows the JSON, never nothing.
    #[must_use]
    pub fn of(value: &Value) -> Self {
        let Some(message) = value["message"].as_str() else {
            return Self {
                message: value.to_string(),
                class: value["__class__"].as_str().unwrap_or("Unknown").to_owned(),
                ..Self::default()
            };
        };
        let inner = |name: &str| {
            value[name]
                .is_object()
                .then(|| Box::new(Self::of(&value[name])))
        };
        Self {
            message: message.to_owned(),
            class: value["cls_name"].as_str().unwrap_or("Error").to_owned(),
            stack: super::client::strings(&value["stack"]),
            cause: inner("cause"),
            context: inner("context"),
        }
    }

    /// This failure and what it was raised from, outermost first.
    #[must_use]
    pub fn chain(&self) -> Vec<&Self> {
        let mut all = vec![self];
        let mut at = self;
        while let Some(next) = at.cause.as_deref().or(at.context.as_deref()) {
            all.push(next);
            at = next;
        }
        all
    }

    /// The whole text, in the order and words of a Python traceback.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        let chain = self.chain();
        for (at, failure) in chain.iter().enumerate().rev() {
            if !failure.stack.is_empty() {
                text.push_str("Traceback (most recent call last):\n");
            }
            text.push_str(&failure.stack.concat());
            text.push_str(failure.message.trim_end());
            text.push('\n');
            if let Some(outer) = at.checked_sub(1).map(|outer| chain[outer]) {
                text.push_str(if outer.cause.is_some() {
                    "\nThe above exception was the direct cause of the following exception:\n\n"
                } else {
                    "\nDuring handling of the above exception, another exception occurred:\n\n"
                });
            }
        }
        text
    }
}
