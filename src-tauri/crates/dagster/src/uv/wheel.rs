//! uv's own wheel in a package index: which file is the newest for a platform, and what it must hash to.
//!
//! Understands both forms of the simple repository API, for mirrors often speak only the older one. Refuses files without
//! a sha256, yanked ones and pre-releases.

use std::collections::BTreeMap;

use regex::Regex;
use reqwest::Url;
use serde::Deserialize;

/// The index where nothing names another.
const PYPI: &str = "https://pypi.org/simple";

/// Asks for JSON, and takes HTML.
pub const ACCEPT: &str = "application/vnd.pypi.simple.v1+json, text/html;q=0.5";

/// A wheel of uv.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wheel {
    /// uv's version, as the file's name has it.
    pub version: String,
    /// Where it is.
    pub url: Url,
    /// What it must hash to, in lower-case hex.
    pub sha256: String,
}

/// Why there is no wheel to be had.
#[derive(Debug, thiserror::Error)]
pub enum WheelError {
    /// The index named in the environment is not an address.
    #[error("\"{text}\" is not the address of a package index")]
    Address {
        /// What is named.
        text: String,
    },
    /// The answer is not one of an index.
    #[error("the answer is not one of a package index")]
    Answer,
    /// No file is for this machine.
    #[error("the index has no uv with a checksum for {platform}")]
    None {
        /// The machine.
        platform: String,
    },
}

/// The machine that a wheel is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Platform {
    /// As [`std::env::consts::OS`].
    pub os: &'static str,
    /// As [`std::env::consts::ARCH`].
    pub arch: &'static str,
    /// Whether its C library is musl.
    pub musl: bool,
}

impl Platform {
    /// This machine.
    #[must_use]
    pub fn here() -> Self {
        Self {
            os: std::env::consts::OS,
            arch: std::env::consts::ARCH,
            musl: cfg!(target_env = "musl"),
        }
    }

    /// Whether a wheel's platform tag is for it.
    fn takes(&self, tag: &str) -> bool {
        let (system, arch) = match (self.os, self.arch) {
            ("linux", arch) => (if self.musl { "musllinux" } else { "manylinux" }, arch),
            ("macos", "aarch64") => ("macosx", "arm64"),
            ("macos", arch) => ("macosx", arch),
            ("windows", "aarch64") => ("win", "arm64"),
            ("windows", "x86_64") => ("win", "amd64"),
            ("windows", _) => ("win", "win32"),
            (os, arch) => (os, arch),
        };
        let ends = |part: &str| part.starts_with(system) && part.ends_with(arch);
        tag.split('.').any(ends)
    }
}

/// The page of uv in the index that the environment names, in uv's order and then pip's.
///
/// # Errors
/// When what is named is no address.
pub fn page(environment: &BTreeMap<String, String>) -> Result<Url, WheelError> {
    let named = ["UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL"]
        .into_iter()
        .filter_map(|name| environment.get(name))
        .map(|text| text.trim())
        .find(|text| !text.is_empty());
    let text = named.unwrap_or(PYPI);
    // uv's may carry a name: `work=https://...`.
    let address = match text.split_once('=') {
        Some((name, rest)) if !name.contains([':', '/']) => rest,
        _ => text,
    };
    let page = format!("{}/uv/", address.trim_end_matches('/'));
    Url::parse(&page)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"))
        .ok_or_else(|| WheelError::Address {
            text: shown(address),
        })
}

/// An address as it may be shown: without name and password.
#[must_use]
pub fn shown(address: &str) -> String {
    match Url::parse(address) {
        Ok(mut url) => {
            let cleaned = url.set_username("").and_then(|()| url.set_password(None));
            // Only an address without a host refuses, and that holds no password.
            cleaned.map_or_else(|()| String::new(), |()| url.to_string())
        }
        Err(_) => address.rsplit('@').next().unwrap_or_default().to_owned(),
    }
}

#[derive(Deserialize)]
struct Listing {
    files: Vec<IndexFile>,
}

#[derive(Deserialize)]
struct IndexFile {
    filename: String,
    url: String,
    #[serde(default)]
    hashes: BTreeMap<String, String>,
    #[serde(default)]
    yanked: serde_json::Value,
}

/// The newest wheel for a machine in an index's answer about uv.
///
/// # Errors
/// When the answer can't be read, or there is none.
pub fn newest(page: &Url, answer: &str, platform: &Platform) -> Result<Wheel, WheelError> {
    let files = match serde_json::from_str::<Listing>(answer) {
        Ok(listing) => listing.files,
        Err(_) => in_html(answer)?,
    };
    let mut best: Option<(String, IndexFile)> = None;
    for file in files {
        let Some(version) = version_for(&file, platform) else {
            continue;
        };
        let newer = best.as_ref().is_none_or(|(known, _)| {
            workspace::compare_versions(&version, known) == std::cmp::Ordering::Greater
        });
        if newer {
            best = Some((version, file));
        }
    }
    let none = || WheelError::None {
        platform: format!("{} on {}", platform.os, platform.arch),
    };
    let (version, file) = best.ok_or_else(none)?;
    let mut url = page.join(&file.url).map_err(|_| WheelError::Answer)?;
    url.set_fragment(None);
    if url.host() == page.host() && url.port() == page.port() && url.username().is_empty() {
        // A private index wants the same name and password for its files.
        let given = url.set_username(page.username());
        let _same_host = given.and_then(|()| url.set_password(page.password()));
    }
    let sha256 = file.hashes.get("sha256").ok_or_else(none)?;
    Ok(Wheel {
        version,
        sha256: sha256.to_ascii_lowercase(),
        url,
    })
}

/// The version of a file that can be used here.
fn version_for(file: &IndexFile, platform: &Platform) -> Option<String> {
    let sound = file
        .hashes
        .get("sha256")
        .is_some_and(|hash| hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let withdrawn = !matches!(
        file.yanked,
        serde_json::Value::Null | serde_json::Value::Bool(false)
    );
    let name = file.filename.strip_suffix(".whl")?;
    let mut parts = name.split('-');
    let (package, version) = (parts.next()?, parts.next()?);
    let tag = parts.next_back()?;
    let final_release = version
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.');
    (sound && !withdrawn && package == "uv" && final_release && platform.takes(tag))
        .then(|| version.to_owned())
}

fn in_html(answer: &str) -> Result<Vec<IndexFile>, WheelError> {
    let anchor = Regex::new(r#"(?is)<a\s([^>]*)>([^<]*)</a>"#).map_err(|_| WheelError::Answer)?;
    let href = Regex::new(r#"(?is)href\s*=\s*["']([^"']*)["']"#).map_err(|_| WheelError::Answer)?;
    if !answer.to_ascii_lowercase().contains("<a") {
        return Err(WheelError::Answer);
    }
    let mut files = Vec::new();
    for found in anchor.captures_iter(answer) {
        let Some(url) = href.captures(&found[1]) else {
            continue;
        };
        let url = url[1].replace("&amp;", "&");
        let hash = url.split_once("#sha256=").map(|(_, hash)| hash.to_owned());
        files.push(IndexFile {
            filename: found[2].trim().to_owned(),
            yanked: found[1].to_ascii_lowercase().contains("data-yanked").into(),
            hashes: hash
                .map(|hash| ("sha256".to_owned(), hash))
                .into_iter()
                .collect(),
            url,
        });
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINUX: Platform = Platform {
        os: "linux",
        arch: "x86_64",
        musl: false,
    };
    const NAME: &str = "py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl";

    fn named(pairs: &[(&str, &str)]) -> Result<String, WheelError> {
        let pairs = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        page(&pairs.collect()).map(|url| url.to_string())
    }

    #[test]
    fn the_index_is_the_one_that_uv_would_ask() {
        assert_eq!(named(&[]).unwrap(), "https://pypi.org/simple/uv/");
        assert_eq!(
            named(&[
                ("PIP_INDEX_URL", "https://pip.example/simple"),
                ("UV_INDEX_URL", "https://u:p@uv.example/simple/"),
            ])
            .unwrap(),
            "https://u:p@uv.example/simple/uv/"
        );
        assert_eq!(
            named(&[("UV_DEFAULT_INDEX", "work=https://w.example/s")]).unwrap(),
            "https://w.example/s/uv/"
        );
        assert!(named(&[("UV_INDEX_URL", "not an address")]).is_err());
        assert_eq!(
            shown("https://u:secret@uv.example/s"),
            "https://uv.example/s"
        );
    }

    #[test]
    fn the_newest_that_is_sound_is_taken_from_either_form() {
        let hash = "ab".repeat(32);
        let page = Url::parse("https://u:p@i.example/simple/uv/").unwrap();
        let html = format!(
            "<html><a href=\"../../f/uv-0.9.9-{NAME}#sha256={hash}\">uv-0.9.9-{NAME}</a>\n\
             <a data-yanked=\"\" href=\"/f/uv-0.13.9-{NAME}#sha256={hash}\">uv-0.13.9-{NAME}</a>\n\
             <a href=\"/f/uv-0.14.0rc1-{NAME}#sha256={hash}\">uv-0.14.0rc1-{NAME}</a>\n\
             <a href=\"/f/uv-0.15.0-{NAME}\">uv-0.15.0-{NAME}</a>\n\
             <a href=\"/f/uv-0.16.0-py3-none-win_amd64.whl#sha256={hash}\">uv-0.16.0-py3-none-win_amd64.whl</a>\n\
             <a href=\"/f/uv-0.13.8-{NAME}?a=1&amp;b=2#sha256={hash}\" data-requires-python=\"&gt;=3.8\">uv-0.13.8-{NAME}</a>"
        );
        let wheel = newest(&page, &html, &LINUX).unwrap();
        assert_eq!(wheel.version, "0.13.8");
        assert_eq!(
            wheel.url.as_str(),
            format!("https://u:p@i.example/f/uv-0.13.8-{NAME}?a=1&b=2")
        );
        let json = serde_json::json!({"files": [
            {"filename": format!("uv-0.13.8-{NAME}"), "url": "https://files.example/x.whl", "hashes": {"sha256": hash}},
            {"filename": format!("uv-0.13.9-{NAME}"), "url": "https://files.example/y.whl", "hashes": {"sha256": hash}, "yanked": "broken"},
        ]});
        let wheel = newest(&page, &json.to_string(), &LINUX).unwrap();
        assert_eq!(
            (wheel.version.as_str(), wheel.url.as_str()),
            ("0.13.8", "https://files.example/x.whl")
        );
    }

    #[test]
    fn nothing_for_the_machine_or_no_index_at_all_is_said() {
        let page = Url::parse("https://i.example/simple/uv/").unwrap();
        let other = Platform {
            arch: "riscv64",
            ..LINUX
        };
        let error = newest(&page, "<a href=\"x\">x</a>", &other).unwrap_err();
        assert!(error.to_string().contains("riscv64"), "{error}");
        assert!(matches!(
            newest(&page, "<h1>Sign in</h1>", &LINUX),
            Err(WheelError::Answer)
        ));
    }
}
