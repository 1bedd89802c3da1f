//! Feeds the readers every input that the fuzzer kept: each reached code that no other did, or broke something once.

mod readers;

use std::path::Path;

#[test]
fn what_the_fuzzer_kept_breaks_nothing() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fuzz/corpus");
    let readers = readers::Readers::new();
    let mut fed = 0;
    for entry in std::fs::read_dir(&corpus).expect("the corpus").flatten() {
        let input = std::fs::read(entry.path()).expect("an input");
        println!("{}", entry.path().display());
        readers.feed(&input);
        fed += 1;
    }
    assert!(fed > 100, "{fed} inputs");
}
