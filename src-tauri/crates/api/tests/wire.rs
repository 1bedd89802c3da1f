//! The wire changes only with its number: `src/protocol/wires.txt` has a line for each protocol, with the fingerprint of what is
//! spoken in it. Two who name the same number speak to each other without a further look.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use api::protocol::PROTOCOL;
use sha2::{Digest, Sha256};

/// Where the words of the socket are declared that no TypeScript is made from.
const WORDS: [&str; 2] = ["src/protocol.rs", "src/protocol/environment.rs"];
/// Where commands, requests, answers and views are, as `cargo xtask gen` makes them of this crate.
const GENERATED: &str = "../../../ui/src/backend/generated";
const WIRES: &str = "src/protocol/wires.txt";

fn of_this_crate(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The types that Rust declares in a text, with how they are written as JSON and without what is said of them.
fn declared(text: &str) -> String {
    let mut declared = String::new();
    let mut inside = false;
    for line in text.lines() {
        let begins = ["#[serde", "pub enum", "pub struct"];
        inside |= begins.iter().any(|begin| line.starts_with(begin));
        if inside && !line.trim_start().starts_with("//") {
            let _infallible = writeln!(declared, "{line}");
        }
        inside &= line != "}" && !(line.starts_with("pub ") && line.ends_with(';'));
    }
    declared
}

/// TypeScript without its comments: what is said of a thing may change at any time.
fn uncommented(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("/**") {
        kept.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    kept.push_str(rest);
    let lines = kept.lines().filter(|line| !line.starts_with("//"));
    lines
        .flat_map(str::split_whitespace)
        .collect::<Vec<_>>()
        .join(" ")
}

/// Sixteen digits for all that is spoken.
fn fingerprint() -> String {
    let mut parts: BTreeMap<String, String> = BTreeMap::new();
    for entry in fs_err::read_dir(of_this_crate(GENERATED)).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        parts.insert(name, uncommented(&fs_err::read_to_string(&path).unwrap()));
    }
    assert!(
        parts.contains_key("commands.ts"),
        "the list of commands is among them"
    );
    for words in WORDS {
        let text = fs_err::read_to_string(of_this_crate(words)).unwrap();
        parts.insert(words.to_owned(), declared(&text));
    }
    let mut hash = Sha256::new();
    for (name, part) in parts {
        hash.update(format!("{name}\n{part}\n"));
    }
    let digits = hash.finalize();
    digits
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The fingerprints that are written down, by protocol.
fn written() -> BTreeMap<u32, String> {
    let text = fs_err::read_to_string(of_this_crate(WIRES)).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let pairs = lines.map(|line| {
        let (protocol, wire) = line.split_once(' ').unwrap();
        (protocol.parse().unwrap(), wire.to_owned())
    });
    pairs.collect()
}

#[test]
fn the_wire_changes_only_with_its_number() {
    let (written, now) = (written(), fingerprint());
    assert!(
        written.get(&PROTOCOL) == Some(&now),
        "What hosts and owners say to each other is not what is written down of protocol {PROTOCOL}. Raise PROTOCOL in \
         src/protocol.rs, unless {PROTOCOL} is in no release yet; then put its line into {WIRES}: the number and {now}",
    );
    assert_eq!(
        written.keys().last(),
        Some(&PROTOCOL),
        "the newest is spoken"
    );
}

#[test]
fn every_protocol_has_a_line_and_no_two_say_the_same() {
    let written = written();
    let numbers: Vec<u32> = written.keys().copied().collect();
    assert_eq!(numbers, (1..=PROTOCOL).collect::<Vec<_>>());
    let wires: std::collections::BTreeSet<&String> = written.values().collect();
    assert_eq!(wires.len(), written.len());
}

#[test]
fn what_is_said_of_the_wire_is_no_part_of_it_and_its_fields_are() {
    let comment = "// Made by ts-rs.\n\n/**\n * One.\n */\nexport type A = { a: string, };\n";
    let other = "// Made otherwise.\n\n/**\n * Another.\n */\nexport type A = { a: string, };\n";
    assert_eq!(uncommented(comment), uncommented(other));
    assert_ne!(
        uncommented(comment),
        uncommented(&other.replace("a: string", "a: number"))
    );
    let rust = "/// One.\n#[serde(rename = \"a\")]\npub struct A {\n    /// Its b.\n    pub b: u8,\n}\n\nfn c() {}\n";
    let expected = "#[serde(rename = \"a\")]\npub struct A {\n    pub b: u8,\n}\n";
    assert_eq!(declared(rust), expected);
}
