//! What is left of an environment when uv is ended while it makes one. Owns how to tell it from a folder that holds
//! something else, a Python itself above all.

use std::fs::DirEntry;
use std::path::Path;

/// What uv and packages write into the folder of an environment, and no more.
const MADE: [&str; 12] = [
    ".gitignore",
    ".lock",
    "CACHEDIR.TAG",
    "Lib",
    "Scripts",
    "bin",
    "etc",
    "include",
    "lib",
    "lib64",
    "pyvenv.cfg",
    "share",
];

/// Whether a folder holds the beginnings of an environment and nothing else: it can be taken away without a loss.
///
/// uv writes `pyvenv.cfg` last, in one go, and takes an environment away in no order. When it is ended at either, it
/// leaves links to a Python and scripts, and can't go on from there: without a Python it refuses the folder, and with one
/// it installs packages that this Python doesn't look for, since without its `pyvenv.cfg` it runs as the one that it links
/// to. Seen with uv 0.13.8.
#[must_use]
pub fn is_half_made(folder: &Path) -> bool {
    let real = std::fs::symlink_metadata(folder).is_ok_and(|metadata| metadata.is_dir());
    let finished = std::fs::read_to_string(folder.join("pyvenv.cfg"))
        .is_ok_and(|text| !text.trim().is_empty());
    // A Python that is no environment has its own library there, and its programs are no links.
    real && !finished
        && all(folder, |entry| {
            MADE.iter().any(|name| entry.file_name() == *name)
        })
        && ["lib", "Lib"]
            .iter()
            .all(|name| holds_only_packages(&folder.join(name)))
        && all(&folder.join("bin"), |entry| {
            !is_python(entry) || is_link(entry)
        })
}

/// `lib/python3.12/site-packages`, or `Lib/site-packages`.
fn holds_only_packages(lib: &Path) -> bool {
    let packages = |entry: &DirEntry| entry.file_name() == "site-packages";
    all(lib, |entry| {
        packages(entry) || (is_python(entry) && all(&entry.path(), packages))
    })
}

fn is_python(entry: &DirEntry) -> bool {
    entry.file_name().to_string_lossy().starts_with("python")
}

fn is_link(entry: &DirEntry) -> bool {
    entry.file_type().is_ok_and(|kind| kind.is_symlink())
}

/// Whether everything in a folder is so. Nothing is in one that is not there; one that can't be read holds anything.
fn all(folder: &Path, is_so: impl Fn(&DirEntry) -> bool) -> bool {
    match std::fs::read_dir(folder) {
        Ok(mut entries) => entries.all(|entry| entry.is_ok_and(|entry| is_so(&entry))),
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    }
}
