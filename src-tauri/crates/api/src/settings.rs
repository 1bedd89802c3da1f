//! What the person chose for Dagdeck as a whole.
//!
//! They are one person's on one machine, not a workspace's: every Dagdeck of theirs has the same.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Light, dark, or as the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum Theme {
    /// As the system.
    #[default]
    System,
    /// Dark letters on light.
    Light,
    /// Light letters on dark.
    Dark,
}

/// What closing the window does while something runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum CloseBehaviour {
    /// Ask each time.
    #[default]
    Ask,
    /// Stop all and close.
    Stop,
    /// Keep running in the tray.
    Keep,
}

/// The person's settings. Every field has a default, so an older file loads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
#[ts(export)]
pub struct Settings {
    /// Light, dark, or as the system.
    pub theme: Theme,
    /// The port tried first for the webserver.
    pub port: u16,
    /// Whether locations reload when their files change, unless a location says otherwise.
    pub auto_reload: bool,
    /// What closing does while something runs.
    pub close: CloseBehaviour,
    /// Whether Dagster may send its usage statistics.
    pub dagster_telemetry: bool,
    /// Whether single letters act on the selected row.
    pub letter_keys: bool,
    /// Whether long log lines wrap.
    pub wrap_logs: bool,
    /// The command that opens a file: `{file}` and `{line}` are filled in; empty means the system's own.
    pub editor: String,
    /// The uv to use, absolute; empty means the one that is found on this machine.
    pub uv: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: Theme::System,
            port: 3000,
            auto_reload: true,
            close: CloseBehaviour::Ask,
            dagster_telemetry: false,
            letter_keys: true,
            wrap_logs: false,
            editor: String::new(),
            uv: String::new(),
        }
    }
}
