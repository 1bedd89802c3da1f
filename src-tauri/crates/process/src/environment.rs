//! What a program inherits of the person's environment. Reads our own environment only; changes nothing.
//!
//! Tools get an allow-list, so that what a person exported for something else changes nothing; a person's own code gets
//! everything but what belongs to another Python or app. PATH is lengthened by what a login shell adds, where that was
//! asked.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::Path;

/// Which of the person's environment variables a program starts with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Inherit {
    /// The allow-list of [`base_environment`]: for tools.
    #[default]
    Base,
    /// All of it but what is known to leak ([`whole_environment`]): for the person's own code, which may read any.
    Whole,
}

/// Variables that tools need, by exact name.
const NAMES: &[&str] = &[
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "LANG",
    "LANGUAGE",
    "TZ",
    "TMPDIR",
    "TMP",
    "TEMP",
    "TERM",
    "COLORTERM",
    "NO_COLOR",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "XAUTHORITY",
    "DBUS_SESSION_BUS_ADDRESS",
    "SSH_AUTH_SOCK",
    "SSH_AGENT_PID",
    "SSH_ASKPASS",
    "GNUPGHOME",
    "GPG_AGENT_INFO",
    "NETRC",
    "KRB5CCNAME",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
    "LD_LIBRARY_PATH",
    "DYLD_FALLBACK_LIBRARY_PATH",
    "PKG_CONFIG_PATH",
    "CC",
    "CXX",
    "CFLAGS",
    "CXXFLAGS",
    "LDFLAGS",
    "SYSTEMROOT",
    "SYSTEMDRIVE",
    "WINDIR",
    "COMSPEC",
    "PATHEXT",
    "APPDATA",
    "LOCALAPPDATA",
    "PROGRAMDATA",
    "PROGRAMFILES",
    "PROGRAMFILES(X86)",
    "USERPROFILE",
    "USERNAME",
    "USERDOMAIN",
    "HOMEDRIVE",
    "HOMEPATH",
    "NUMBER_OF_PROCESSORS",
    "PROCESSOR_ARCHITECTURE",
];

/// Families of variables that tools need.
const PREFIXES: &[&str] = &["LC_", "XDG_", "UV_", "PIP_", "SSL_", "GIT_", "NIX_"];

/// Variables that describe somebody else's Python, tool run or app, by exact name: never inherited.
const LEAKS: &[&str] = &[
    "VIRTUAL_ENV",
    "VIRTUAL_ENV_PROMPT",
    "VIRTUAL_ENV_DISABLE_PROMPT",
    "PYTHONHOME",
    "PYTHONPATH",
    "PYTHONEXECUTABLE",
    "PYTHONSTARTUP",
    "PYTHONDONTWRITEBYTECODE",
    "__PYVENV_LAUNCHER__",
    "PYENV_VERSION",
    "UV_RUN_RECURSION_DEPTH",
    "UV_PROJECT_ENVIRONMENT",
    "UV_PROJECT",
    "UV_WORKING_DIR",
    "UV_WORKING_DIRECTORY",
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "APPDIR",
    "APPIMAGE",
    "ARGV0",
    "OWD",
    "NOTIFY_SOCKET",
    "LISTEN_FDS",
    "LISTEN_PID",
];

/// Families that leak.
const LEAK_PREFIXES: &[&str] = &[
    "CONDA_",
    "_CONDA_",
    "_CE_",
    "DAGDECK_",
    "APPIMAGE_",
    "APPRUN_",
];

/// The variables that tools start from: an allow-list, cleaned of what an AppImage or an activated Python put there.
#[must_use]
pub fn base_environment() -> BTreeMap<OsString, OsString> {
    cleaned(
        std::env::vars_os(),
        Inherit::Base,
        crate::tools::probed_path(),
    )
}

/// The person's whole environment but for what leaks: their own code may read any variable they exported.
#[must_use]
pub fn whole_environment() -> BTreeMap<OsString, OsString> {
    cleaned(
        std::env::vars_os(),
        Inherit::Whole,
        crate::tools::probed_path(),
    )
}

/// Applies the rules to any set of variables. `login_path` is what a login shell's PATH adds, when it was asked.
fn cleaned(
    variables: impl IntoIterator<Item = (OsString, OsString)>,
    inherit: Inherit,
    login_path: Option<&OsStr>,
) -> BTreeMap<OsString, OsString> {
    let variables: BTreeMap<OsString, OsString> = variables.into_iter().collect();
    let folder = |name: &str| {
        variables
            .get(OsStr::new(name))
            .filter(|value| !value.is_empty())
            .cloned()
    };
    let foreign: Vec<OsString> = [folder("APPDIR"), folder("VIRTUAL_ENV")]
        .into_iter()
        .flatten()
        .collect();
    let mut kept = BTreeMap::new();
    for (name, value) in &variables {
        if passes(&name.to_string_lossy(), inherit)
            && let Some(value) = without_foreign(value, &foreign)
        {
            kept.insert(name.clone(), value);
        }
    }
    if let Some(login) = login_path {
        let path = kept.entry("PATH".into()).or_default();
        *path = joined_paths(path, login);
    }
    kept
}

/// Whether a variable of this name is inherited.
fn passes(name: &str, inherit: Inherit) -> bool {
    let upper = name.to_ascii_uppercase();
    if LEAKS.contains(&upper.as_str())
        || LEAK_PREFIXES.iter().any(|prefix| upper.starts_with(prefix))
    {
        return false;
    }
    match inherit {
        Inherit::Whole => true,
        Inherit::Base => {
            NAMES.contains(&upper.as_str())
                || upper.ends_with("_PROXY")
                || PREFIXES.iter().any(|prefix| upper.starts_with(prefix))
        }
    }
}

/// Drops the entries of a path list that lie in a foreign folder; nothing left means the variable goes.
fn without_foreign(value: &OsStr, foreign: &[OsString]) -> Option<OsString> {
    let text = value.to_string_lossy();
    if foreign.is_empty()
        || !foreign
            .iter()
            .any(|folder| text.contains(&*folder.to_string_lossy()))
    {
        return Some(value.to_owned());
    }
    let inside = |entry: &Path| foreign.iter().any(|folder| entry.starts_with(folder));
    let rest: Vec<_> = std::env::split_paths(value)
        .filter(|entry| !inside(entry))
        .collect();
    if rest.is_empty() {
        None
    } else {
        std::env::join_paths(rest).ok()
    }
}

/// The first list, then what the second has more.
fn joined_paths(first: &OsStr, second: &OsStr) -> OsString {
    let mut all: Vec<_> = std::env::split_paths(first)
        .filter(|path| !path.as_os_str().is_empty())
        .collect();
    for path in std::env::split_paths(second) {
        if !path.as_os_str().is_empty() && !all.contains(&path) {
            all.push(path);
        }
    }
    std::env::join_paths(all).unwrap_or_else(|_| first.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(pairs: &[(&str, &str)], inherit: Inherit) -> BTreeMap<String, String> {
        let pairs = pairs
            .iter()
            .map(|(name, value)| (OsString::from(name), OsString::from(value)));
        cleaned(pairs, inherit, None)
            .into_iter()
            .map(|(name, value)| {
                (
                    name.to_string_lossy().into_owned(),
                    value.to_string_lossy().into_owned(),
                )
            })
            .collect()
    }

    #[test]
    fn tools_get_the_allow_list_only() {
        let all = kept(
            &[
                ("PATH", "/usr/bin"),
                ("HOME", "/home/ann"),
                ("UV_INDEX_URL", "https://example.org"),
                ("https_proxy", "http://p"),
                ("SSL_CERT_FILE", "/c.pem"),
                ("SECRET_TOKEN", "x"),
                ("PYTHONPATH", "/lib"),
                ("PYTHONHOME", "/py"),
                ("CONDA_PREFIX", "/conda"),
                ("UV_PROJECT_ENVIRONMENT", "/elsewhere"),
                ("DAGDECK_MARK", "m"),
            ],
            Inherit::Base,
        );
        let names: Vec<&str> = all.keys().map(String::as_str).collect();
        assert_eq!(
            names,
            [
                "HOME",
                "PATH",
                "SSL_CERT_FILE",
                "UV_INDEX_URL",
                "https_proxy"
            ]
        );
    }

    #[test]
    fn a_persons_code_gets_what_they_exported() {
        let all = kept(
            &[
                ("SECRET_TOKEN", "x"),
                ("VIRTUAL_ENV", "/v"),
                ("CONDA_PREFIX", "/c"),
            ],
            Inherit::Whole,
        );
        assert_eq!(all.into_keys().collect::<Vec<_>>(), ["SECRET_TOKEN"]);
    }

    #[cfg(unix)]
    #[test]
    fn an_appimage_and_an_activated_environment_leave_the_path_lists() {
        let all = kept(
            &[
                ("APPDIR", "/tmp/.mount_x"),
                ("VIRTUAL_ENV", "/home/ann/p/.venv"),
                (
                    "PATH",
                    "/tmp/.mount_x/usr/bin:/home/ann/p/.venv/bin:/usr/bin:/home/ann/p/.venvs",
                ),
                ("LD_LIBRARY_PATH", "/tmp/.mount_x/usr/lib:/opt/cuda/lib"),
                ("XDG_DATA_DIRS", "/tmp/.mount_x/usr/share"),
                ("GST_PLUGIN_PATH", "/tmp/.mount_x/usr/lib/gst"),
            ],
            Inherit::Whole,
        );
        assert_eq!(
            all.get("PATH").map(String::as_str),
            Some("/usr/bin:/home/ann/p/.venvs")
        );
        assert_eq!(
            all.get("LD_LIBRARY_PATH").map(String::as_str),
            Some("/opt/cuda/lib")
        );
        assert!(!all.contains_key("XDG_DATA_DIRS") && !all.contains_key("GST_PLUGIN_PATH"));
        assert!(!all.contains_key("APPDIR"));
    }

    #[cfg(unix)]
    #[test]
    fn a_login_path_adds_behind() {
        let pairs = [(OsString::from("PATH"), OsString::from("/usr/bin:/bin"))];
        let all = cleaned(
            pairs,
            Inherit::Base,
            Some(OsStr::new("/opt/homebrew/bin:/usr/bin")),
        );
        assert_eq!(
            all[OsStr::new("PATH")],
            OsString::from("/usr/bin:/bin:/opt/homebrew/bin")
        );
    }
}
