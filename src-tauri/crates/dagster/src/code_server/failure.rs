//! A load error as Dagster sends it.

use serde_json::Value;

/// Exceptions that only carry the person's own one.
const WRAPPERS: [&str; 3] = [
    "DagsterUserCodeLoadError",
    "DagsterImportError",
    "DagsterUserCodeProcessError",
];

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
        while let Some(next) = at.inner() {
            all.push(next);
            at = next;
        }
        all
    }

    /// What it was raised from, or what was being handled then.
    #[must_use]
    pub fn inner(&self) -> Option<&Self> {
        self.cause.as_deref().or(self.context.as_deref())
    }

    /// Whether it is one of Dagster's own that only carries another.
    #[must_use]
    pub fn wraps(&self) -> bool {
        WRAPPERS.contains(&self.class.as_str()) && self.inner().is_some()
    }

    /// What this failure is made of, outermost first, each exception once: Dagster hands the same one on as its own
    /// context, and wraps it in others that only repeat it.
    fn told_once(&self) -> Vec<&Self> {
        let mut all: Vec<&Self> = Vec::new();
        for one in self.chain().into_iter().filter(|one| !one.wraps()) {
            let told = |other: &&Self| other.class == one.class && other.message == one.message;
            match all.iter().position(told) {
                // The longer way to the same exception says more.
                Some(at) if one.stack.len() > all[at].stack.len() => all[at] = one,
                Some(_) => {}
                None => all.push(one),
            }
        }
        all
    }

    /// The whole text, in the order and words of a Python traceback, each exception once.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        let chain = self.told_once();
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
