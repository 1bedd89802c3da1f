//! Wheels that are made: a kept one of Dagster's newest whole release, with another version in its place.
//!
//! A release that is newer than the recording, or of which only some packages were published, needs no files of its own:
//! what a resolver reads and what an installed package says of itself is its version, and the versions that it asks for.

use std::io::{Cursor, Read, Write};

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::recording::library_version;
use crate::wheel::parts;

/// Makes the wheel of Dagster's version `new` out of the one of `old`; answers its file name and its bytes.
pub(crate) fn remade(file: &str, bytes: &[u8], old: &str, new: &str) -> Result<(String, Vec<u8>)> {
    let mut renames = vec![(old.to_owned(), new.to_owned())];
    // Dagster's libraries count their own way, and are pinned by it.
    if let (Some(old), Some(new)) = (library_version(old), library_version(new)) {
        renames.push((old, new));
    }
    let renamed = |text: &str| {
        let rename = |text: String, (old, new): &(String, String)| text.replace(old, new);
        renames.iter().fold(text.to_owned(), rename)
    };
    let name = renamed(file);
    ensure!(name != file, "{file} is not of Dagster {old}");
    let info = format!("{}-{}.dist-info/", parts(file)?.name, parts(file)?.version);
    let mut from = ZipArchive::new(Cursor::new(bytes)).with_context(|| file.to_owned())?;
    let mut to = ZipWriter::new(Cursor::new(Vec::new()));
    let mut changed: Vec<(String, String)> = Vec::new();
    let mut record = None;
    for at in 0..from.len() {
        let mut entry = from.by_index(at)?;
        let path = entry.name().to_owned();
        if path == format!("{info}RECORD") {
            let mut text = String::new();
            entry.read_to_string(&mut text)?;
            record = Some(text);
        } else if path == format!("{info}METADATA") || path.ends_with("/version.py") {
            let mut text = String::new();
            entry.read_to_string(&mut text)?;
            let (path, text) = (renamed(&path), renamed(&text));
            to.start_file(&path, SimpleFileOptions::default())?;
            to.write_all(text.as_bytes())?;
            changed.push((path, text));
        } else {
            let path = path.replace(&info, &renamed(&info));
            to.raw_copy_file_rename(entry, path)?;
        }
    }
    let record = record.with_context(|| format!("{file} has no RECORD"))?;
    let record = record.replace(&info, &renamed(&info));
    let lines = record.lines().map(|line| {
        let path = line.split(',').next().unwrap_or_default();
        match changed.iter().find(|(changed, _)| changed == path) {
            Some((path, text)) => {
                let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(text.as_bytes()));
                format!("{path},sha256={hash},{}\n", text.len())
            }
            None => format!("{line}\n"),
        }
    });
    let lines: String = lines.collect();
    to.start_file(
        format!("{}RECORD", renamed(&info)),
        SimpleFileOptions::default(),
    )?;
    to.write_all(lines.as_bytes())?;
    Ok((name, to.finish()?.into_inner()))
}

/// What a wheel says of itself to a resolver: its METADATA.
pub(crate) fn metadata(file: &str, bytes: &[u8]) -> Result<Vec<u8>> {
    let name = format!(
        "{}-{}.dist-info/METADATA",
        parts(file)?.name,
        parts(file)?.version
    );
    let mut archive = ZipArchive::new(Cursor::new(bytes)).with_context(|| file.to_owned())?;
    let at = archive.index_for_name(&name).or_else(|| {
        archive
            .file_names()
            .position(|path| path.ends_with(".dist-info/METADATA"))
    });
    let mut entry = archive.by_index(at.with_context(|| format!("{file} has no METADATA"))?)?;
    let mut read = Vec::new();
    entry.read_to_end(&mut read)?;
    Ok(read)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A small wheel as Dagster's are.
    pub(crate) fn wheel(version: &str) -> Vec<u8> {
        let info = format!("dagster-{version}.dist-info");
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let files = [
            (
                "dagster/version.py".to_owned(),
                format!("__version__ = \"{version}\"\n"),
            ),
            (
                "dagster/__init__.py".to_owned(),
                "# as in 1.13.27\n".to_owned(),
            ),
            (
                format!("{info}/METADATA"),
                format!(
                    "Name: dagster\nVersion: {version}\nRequires-Dist: dagster-rest-resources==0.29.27\n"
                ),
            ),
            (
                format!("{info}/RECORD"),
                format!(
                    "dagster/version.py,sha256=x,1\ndagster/__init__.py,sha256=kept,1\n{info}/METADATA,sha256=x,1\n{info}/RECORD,,\n"
                ),
            ),
        ];
        for (path, text) in files {
            zip.start_file(path, SimpleFileOptions::default()).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    #[test]
    fn a_made_wheel_is_the_kept_one_with_another_version() {
        let file = "dagster-1.13.27-py3-none-any.whl";
        let (name, bytes) = remade(file, &wheel("1.13.27"), "1.13.27", "1.14.0").unwrap();
        assert_eq!(name, "dagster-1.14.0-py3-none-any.whl");
        let told = String::from_utf8(metadata(&name, &bytes).unwrap()).unwrap();
        assert!(told.contains("Version: 1.14.0\n"), "{told}");
        assert!(told.contains("dagster-rest-resources==0.30.0\n"), "{told}");
        let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut text = |path: &str| {
            let mut text = String::new();
            let mut entry = archive.by_name(path).unwrap();
            entry.read_to_string(&mut text).unwrap();
            text
        };
        assert_eq!(text("dagster/version.py"), "__version__ = \"1.14.0\"\n");
        assert_eq!(
            text("dagster/__init__.py"),
            "# as in 1.13.27\n",
            "code stays"
        );
        let record = text("dagster-1.14.0.dist-info/RECORD");
        assert!(
            record.contains("dagster/__init__.py,sha256=kept,1\n"),
            "{record}"
        );
        assert!(!record.contains("sha256=x"), "{record}");
        assert!(
            record.ends_with("dagster-1.14.0.dist-info/RECORD,,\n"),
            "{record}"
        );
        let error = remade("click-8.5.1-py3-none-any.whl", &[], "1.13.27", "1.14.0");
        assert!(error.unwrap_err().to_string().contains("click"));
    }
}
