//! No circles of files: within a crate, files that all lean on each other can only be understood together.
//!
//! A file leans on another when a path in it (a `use`, a call, a type, a word in a macro) leads to something that the other
//! declares. What counts is the file that declares it, whatever modules hand it on: `pub use child::X` is no arrow from the
//! parent, and who takes `X` from the parent leans on the child. `mod child;` is no arrow, nor is naming a module without
//! taking anything from it. What is under `#[cfg(test)]` is not looked at.
//!
//! What it can't see: calls of methods, whose types no text tells. Where a type's methods are spread over files, each of
//! those leans on the type's own file, which does not lean on them.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    reason = "fails by panicking, and is nobody's to use"
)]

#[path = "circles/crates.rs"]
mod crates;
#[path = "circles/references.rs"]
mod references;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crates::{Crate, circles};

/// How many files may lean on each other: a module, its part, and a part of that.
const MOST: usize = 3;

/// The first file of every crate of ours.
fn roots() -> Vec<PathBuf> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let shell = crates.parent().unwrap().join("src");
    let folders = fs_err::read_dir(crates).unwrap();
    let folders = folders.map(|folder| folder.unwrap().path().join("src"));
    let mut roots: Vec<PathBuf> = folders
        .chain([shell])
        .flat_map(|folder| ["lib.rs", "main.rs"].map(|root| folder.join(root)))
        .filter(|root| root.is_file())
        .collect();
    roots.sort();
    roots
}

#[test]
fn no_more_than_three_files_lean_on_each_other() {
    let roots = roots();
    assert!(roots.len() > 12, "{roots:?}");
    let mut said = String::new();
    for root in &roots {
        let arrows = Crate::read(root).arrows();
        let folder = root.parent().unwrap();
        let short = |file: &Path| file.strip_prefix(folder).unwrap().display().to_string();
        for circle in circles(&arrows).iter().filter(|one| one.len() > MOST) {
            writeln!(said, "{} files of {}:", circle.len(), folder.display()).unwrap();
            for file in circle {
                let leans = arrows[file].iter().filter(|one| circle.contains(one));
                let leans: Vec<String> = leans.map(|one| short(one)).collect();
                writeln!(said, "  {} leans on {}", short(file), leans.join(", ")).unwrap();
            }
        }
    }
    assert!(said.is_empty(), "circles:\n{said}");
}

/// A crate in a folder, of these files.
fn made_up(files: &[(&str, &str)]) -> (tempfile::TempDir, crates::Arrows) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, text).unwrap();
    }
    let arrows = Crate::read(&folder.path().join("lib.rs")).arrows();
    (folder, arrows)
}

fn names(folder: &Path, files: &[PathBuf]) -> Vec<String> {
    let short = |file: &PathBuf| file.strip_prefix(folder).unwrap().display().to_string();
    files.iter().map(short).collect()
}

#[test]
fn what_is_handed_on_leads_to_its_own_file() {
    let (folder, arrows) = made_up(&[
        ("lib.rs", "mod room; mod guest;"),
        (
            "room.rs",
            "mod desk; mod lamp; pub use desk::Desk; pub use lamp::*;",
        ),
        ("room/desk.rs", "pub struct Desk;"),
        (
            "room/lamp.rs",
            "pub fn light() {} #[cfg(test)] mod tests { use crate::guest::sit; }",
        ),
        (
            "guest.rs",
            "use crate::room::{self, Desk}; pub fn sit(_: Desk) { room::light() }",
        ),
    ]);
    let leans: Vec<PathBuf> = arrows[&folder.path().join("guest.rs")]
        .iter()
        .cloned()
        .collect();
    assert_eq!(
        names(folder.path(), &leans),
        ["room/desk.rs", "room/lamp.rs"]
    );
    assert_eq!(circles(&arrows), Vec::<Vec<PathBuf>>::new());
}

#[test]
fn a_circle_is_found_however_it_is_closed() {
    let (folder, arrows) = made_up(&[
        (
            "lib.rs",
            "mod a; mod b; mod c; mod d; mod e; pub mod f { pub use crate::d::D; }",
        ),
        ("a.rs", "use crate::b::B as Other; pub struct A(Other);"),
        ("b.rs", "pub struct B; fn b() { use super::c; c::c() }"),
        (
            "c.rs",
            "pub fn c() { println!(\"{}\", crate::f::D::new()) }",
        ),
        ("d.rs", "use super::a::*; pub struct D; impl A {}"),
        ("e.rs", "use crate::a::A; pub fn e(_: A) {}"),
    ]);
    let found: Vec<_> = circles(&arrows)
        .iter()
        .map(|one| names(folder.path(), one))
        .collect();
    assert_eq!(found, [["a.rs", "b.rs", "c.rs", "d.rs"]]);
}
