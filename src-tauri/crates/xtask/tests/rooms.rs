//! The rooms of `dagdeck`, in order: each may lean on those before it, and on no other.
//!
//! A room is a module of the crate's root with all that is in it. What leaning is, and what of it can't be seen, is as for
//! `circles.rs`. So a reader who goes through the rooms in this order meets nothing that was not read before.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    reason = "fails by panicking, and is nobody's to use"
)]
#![allow(dead_code, reason = "the reader is shared with `circles.rs`")]

#[path = "circles/crates.rs"]
mod crates;
#[path = "circles/references.rs"]
mod references;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use crates::{Arrows, Crate};

/// The rooms, the ground first.
const ROOMS: &[&str] = &[
    // What every room may use.
    "clock",
    "errors",
    // What is kept and shown, and how it is shown.
    "state",
    "board",
    "present",
    "record",
    // What lives as long as the program does.
    "context",
    "own_log",
    "guarded",
    // One workspace: what is known of it, what its logs hold, how things run in it, and all of it alive.
    "open",
    "logs",
    "run",
    "open_workspace",
    // What is done with it.
    "operations",
    "health",
    "deck",
    // The words for all that the others refuse. `From` leads there, and nothing else: nobody names it.
    "rim",
];

/// The room that a file is of; none for the crate's own first file.
fn room(source: &Path, file: &Path) -> Option<String> {
    let inside = file.strip_prefix(source).unwrap();
    let first = inside.components().next().unwrap().as_os_str();
    let name = Path::new(first).file_stem().unwrap().to_str().unwrap();
    (name != "lib").then(|| name.to_owned())
}

/// The arrows that lead from a room to one that comes after it, a line each.
fn against(order: &[&str], source: &Path, arrows: &Arrows) -> String {
    let place = |room: &str| order.iter().position(|one| *one == room);
    let mut said = String::new();
    for (file, leans) in arrows {
        let Some(from) = room(source, file) else {
            continue;
        };
        for on in leans {
            let Some(to) = room(source, on) else { continue };
            if place(&from) < place(&to) {
                let short = |file: &Path| file.strip_prefix(source).unwrap().display().to_string();
                writeln!(said, "  {} leans on {}", short(file), short(on)).unwrap();
            }
        }
    }
    said
}

#[test]
fn no_room_leans_on_one_that_comes_after_it() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let source = crates.join("dagdeck/src");
    let arrows = Crate::read(&source.join("lib.rs")).arrows();
    let rooms: BTreeSet<String> = arrows
        .keys()
        .filter_map(|file| room(&source, file))
        .collect();
    let known: BTreeSet<String> = ROOMS.iter().map(|&room| room.to_owned()).collect();
    assert_eq!(rooms, known, "a new room has its place in this test");
    let said = against(ROOMS, &source, &arrows);
    assert!(said.is_empty(), "against the order of the rooms:\n{said}");
}

#[test]
fn an_arrow_that_goes_back_is_found_however_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("lib.rs", "mod ground; mod roof; pub use roof::Tile;"),
        (
            "ground.rs",
            "mod cellar; pub(crate) struct Stone; fn stone() -> Stone { Stone }",
        ),
        (
            "ground/cellar.rs",
            "fn look() { let _ = crate::Tile; println!(\"{}\", crate::roof::high()) }",
        ),
        (
            "roof.rs",
            "use crate::ground::Stone; pub struct Tile; pub fn high() -> Stone { Stone }",
        ),
    ] {
        let path = folder.path().join(name);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, text).unwrap();
    }
    let arrows = Crate::read(&folder.path().join("lib.rs")).arrows();
    let found = |order: &[&str]| against(order, folder.path(), &arrows);
    assert_eq!(
        found(&["ground", "roof"]),
        "  ground/cellar.rs leans on roof.rs\n"
    );
    assert_eq!(found(&["roof", "ground"]), "  roof.rs leans on ground.rs\n");
}
