//! Feeds the readers what libFuzzer makes up, guided by which code each input reaches.
#![no_main]

mod readers;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

static READERS: LazyLock<readers::Readers> = LazyLock::new(readers::Readers::new);

fuzz_target!(|data: &[u8]| READERS.feed(data));
