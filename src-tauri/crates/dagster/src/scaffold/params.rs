//! The parameters of a definition type: from the JSON schema that `dg` prints, and back to what it takes.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// One parameter as a form asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Param {
    /// What `dg` calls it.
    pub name: String,
    /// What it is called for people.
    pub title: String,
    /// What it is for; empty where the schema does not say.
    pub description: String,
    /// Whether it has to be given.
    pub required: bool,
    /// What it holds.
    pub kind: ParamKind,
    /// What it is unless given.
    pub default: Option<String>,
}

/// What a parameter holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParamKind {
    /// A line of text.
    Text,
    /// A whole number.
    Integer,
    /// A number, with or without a fraction.
    Number,
    /// Yes or no.
    Boolean,
    /// One of these.
    Choice(Vec<String>),
    /// Anything else, as JSON.
    Json,
}

/// Why an answer can't be handed over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParamsError {
    /// A required one is missing.
    #[error("{title} is needed.")]
    Missing {
        /// The parameter's title.
        title: String,
    },
    /// It is of another kind.
    #[error("{title} has to be {wanted}.")]
    Kind {
        /// The parameter's title.
        title: String,
        /// "a whole number".
        wanted: &'static str,
    },
}

/// Reads the schema that `dg utils inspect-component --scaffold-params-schema` prints.
///
/// # Errors
/// When it printed something else.
pub fn parse_params(stdout: &str) -> Result<Vec<Param>, serde_json::Error> {
    let schema: Value = serde_json::from_str(stdout.trim())?;
    let required: Vec<&str> = schema["required"]
        .as_array()
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let Some(properties) = schema["properties"].as_object() else {
        return Ok(Vec::new());
    };
    let one = |(name, property): (&String, &Value)| Param {
        name: name.clone(),
        title: text(property, "title").unwrap_or_else(|| name.clone()),
        description: text(property, "description").unwrap_or_default(),
        required: required.contains(&name.as_str()),
        kind: kind(property),
        default: match &property["default"] {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        },
    };
    Ok(properties.iter().map(one).collect())
}

fn text(property: &Value, key: &str) -> Option<String> {
    property[key].as_str().map(str::to_owned)
}

fn kind(property: &Value) -> ParamKind {
    // Pydantic writes `X | None` as anyOf with null.
    let property = match property["anyOf"].as_array() {
        Some(any) => {
            let mut real = any.iter().filter(|one| one["type"] != "null");
            match (real.next(), real.next()) {
                (Some(only), None) => only,
                _ => return ParamKind::Json,
            }
        }
        None => property,
    };
    if let Some(choices) = property["enum"].as_array() {
        let words: Vec<String> = choices
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect();
        if words.len() == choices.len() {
            return ParamKind::Choice(words);
        }
    }
    match property["type"].as_str() {
        Some("string") => ParamKind::Text,
        Some("integer") => ParamKind::Integer,
        Some("number") => ParamKind::Number,
        Some("boolean") => ParamKind::Boolean,
        _ => ParamKind::Json,
    }
}

/// The answers as `--json-params` takes them; none where a type has no parameters or all were left open. An answer that
/// is empty counts as not given.
///
/// # Errors
/// When a required one is missing or one is of another kind.
pub fn json_params(
    params: &[Param],
    answers: &BTreeMap<String, String>,
) -> Result<Option<String>, ParamsError> {
    let mut given = Map::new();
    for param in params {
        let answer = answers
            .get(&param.name)
            .map(|answer| answer.trim())
            .filter(|answer| !answer.is_empty());
        let title = || param.title.clone();
        let Some(answer) = answer else {
            if param.required {
                return Err(ParamsError::Missing { title: title() });
            }
            continue;
        };
        given.insert(param.name.clone(), value(param, answer)?);
    }
    Ok((!given.is_empty()).then(|| Value::Object(given).to_string()))
}

fn value(param: &Param, answer: &str) -> Result<Value, ParamsError> {
    let wrong = |wanted| ParamsError::Kind {
        title: param.title.clone(),
        wanted,
    };
    match &param.kind {
        ParamKind::Text => Ok(answer.into()),
        ParamKind::Integer => answer
            .parse::<i64>()
            .map(Value::from)
            .map_err(|_| wrong("a whole number")),
        ParamKind::Number => answer
            .parse::<f64>()
            .map(Value::from)
            .map_err(|_| wrong("a number")),
        ParamKind::Boolean => answer
            .parse::<bool>()
            .map(Value::from)
            .map_err(|_| wrong("true or false")),
        ParamKind::Choice(choices) if choices.iter().any(|one| one == answer) => Ok(answer.into()),
        ParamKind::Choice(_) => Err(wrong("one of the choices")),
        ParamKind::Json => serde_json::from_str(answer).map_err(|_| wrong("JSON")),
    }
}
