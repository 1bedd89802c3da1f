//! The generated workspace.yaml that webserver and daemon read. It lives outside the person's workspace.

use std::io;
use std::path::{Path, PathBuf};

use crate::code_server::Address;

/// One location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkspaceFileEntry {
    /// The location's name.
    pub name: String,
    /// Where its code server is asked: on Unix the link, not a generation's own socket.
    pub address: Address,
}

/// Why the file could not be written.
#[derive(Debug, thiserror::Error)]
#[error("can't write {path}")]
pub struct WriteError {
    /// The file.
    pub path: PathBuf,
    /// What the system says.
    #[source]
    pub source: io::Error,
}

/// The file's text. Names are written as JSON strings, which YAML reads as they are.
#[must_use]
pub fn render(entries: &[WorkspaceFileEntry]) -> String {
    if entries.is_empty() {
        return "load_from: []\n".to_owned();
    }
    let mut text = String::from("load_from:\n");
    for entry in entries {
        text.push_str("  - grpc_server:\n");
        let mut line = |key: &str, value: &str| {
            text.push_str(&format!("      {key}: {value}\n"));
        };
        line("location_name", &quoted(&entry.name));
        match &entry.address {
            Address::Socket(path) => {
                line("host", "localhost");
                line("socket", &quoted(&path.to_string_lossy()));
            }
            Address::Port { host, port } => {
                line("host", &quoted(host));
                line("port", &port.to_string());
            }
        }
    }
    text
}

/// Writes the file in one step: a reader sees the old text or the new, never a part.
///
/// # Errors
/// When its folder can't be made, or the file can't be written there and put in place. What was there stays then.
pub fn write(path: &Path, entries: &[WorkspaceFileEntry]) -> Result<(), WriteError> {
    let failed = |source| WriteError {
        path: path.to_owned(),
        source,
    };
    let folder = path.parent().unwrap_or(Path::new("."));
    fs_err::create_dir_all(folder).map_err(failed)?;
    atomicfile::replace(path, render(entries).as_bytes()).map_err(failed)
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_written_with_odd_names_quoted() {
        let entries = [
            WorkspaceFileEntry {
                name: "a: \"b\" #é".into(),
                address: Address::Socket("/run/x/l0.sock".into()),
            },
            WorkspaceFileEntry {
                name: "no".into(),
                address: Address::local(4000),
            },
        ];
        assert_eq!(
            render(&entries),
            "load_from:\n  - grpc_server:\n      location_name: \"a: \\\"b\\\" #é\"\n      host: localhost\n      socket: \
             \"/run/x/l0.sock\"\n  - grpc_server:\n      location_name: \"no\"\n      host: \"127.0.0.1\"\n      port: 4000\n"
        );
    }

    #[test]
    fn a_file_is_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/workspace.yaml");
        write(
            &path,
            &[WorkspaceFileEntry {
                name: "a".into(),
                address: Address::local(1),
            }],
        )
        .unwrap();
        write(&path, &[]).unwrap();
        assert_eq!(fs_err::read_to_string(&path).unwrap(), "load_from: []\n");
        assert_eq!(
            fs_err::read_dir(folder.path().join("deep"))
                .unwrap()
                .count(),
            1
        );
    }
}
