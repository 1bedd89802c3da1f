//! The two parts of a uv.lock that matter here, its head and one package, found without reading the whole: a lockfile
//! reaches megabytes, and a workspace may hold a thousand. Refuses to understand what it finds.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// What every package of a lockfile begins with.
const PACKAGE: &str = "\n[[package]]";
/// How much is read at a time; most packages are shorter.
const STEP: usize = 16 * 1024;
/// More than the line that names a package takes.
const LONGEST_NAME: u64 = 512;

/// A lockfile, read as far as it is asked for.
pub(super) struct LockText<S> {
    source: S,
    length: u64,
}

impl LockText<File> {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let source = File::open(path)?;
        let length = source.metadata()?.len();
        Ok(Self { source, length })
    }
}

impl<S: Read + Seek> LockText<S> {
    /// The value of a key before the first package.
    pub(super) fn value(&mut self, key: &str) -> Option<String> {
        let mut head = String::new();
        while !head.contains(PACKAGE) && (head.len() as u64) < self.length {
            head = self.part(0, head.len() + STEP).ok()?;
        }
        let line = head
            .lines()
            .take_while(|line| !line.starts_with("[["))
            .find(|line| line.split('=').next().map(str::trim) == Some(key))?;
        let value = line.split_once('=')?.1.trim();
        Some(value.trim_matches('"').to_owned())
    }

    /// The text about one local package; `relative` is its folder as the lockfile names it.
    pub(super) fn package(&mut self, name: &str, relative: &str) -> Option<String> {
        let near = self.halve(name);
        match near.and_then(|text| find(&text, name, relative)) {
            Some(found) => Some(found),
            // The file is in another order than uv writes, or has other line ends; or the package is not in it.
            None => {
                let whole = self.part(0, usize::try_from(self.length).ok()?).ok()?;
                find(&whole.replace('\r', ""), name, relative)
            }
        }
    }

    /// The part of the file in which a package must be, since uv writes packages in order of their names.
    fn halve(&mut self, name: &str) -> Option<String> {
        let (mut low, mut high) = (0, self.length);
        // It begins at this place or before it.
        let mut last = self.length;
        while high - low > STEP as u64 {
            let middle = low + (high - low) / 2;
            match self.name_after(middle, high)? {
                Some((_, found)) if found.as_str() < name => low = middle,
                Some((place, _)) => (high, last) = (middle, place),
                None => high = middle,
            }
        }
        // The next package ends it.
        let mut length = usize::try_from(last - low).ok()? + STEP;
        loop {
            let text = self.part(low, length).ok()?;
            let all = low + length as u64 >= self.length;
            let wanted = format!("{PACKAGE}\nname = \"{name}\"");
            let ended = text
                .rfind(&wanted)
                .is_some_and(|at| text[at + 1..].contains(PACKAGE));
            if all || ended || !text.contains(&wanted) {
                return Some(text);
            }
            length *= 2;
        }
    }

    /// The first package that begins after a place, if one does before the end: where, and its name.
    fn name_after(&mut self, from: u64, end: u64) -> Option<Option<(u64, String)>> {
        let mut length = STEP;
        loop {
            let text = self.part(from, length).ok()?;
            let found =
                first_name(&text).map(|(place, name)| (from + place as u64, name.to_owned()));
            if found.is_some() || from + length as u64 >= end + LONGEST_NAME {
                return Some(found);
            }
            length *= 2;
        }
    }

    /// A part of the file; a character that is cut at its ends is replaced.
    fn part(&mut self, from: u64, length: usize) -> io::Result<String> {
        let mut bytes = Vec::with_capacity(length);
        self.source.seek(SeekFrom::Start(from))?;
        self.source
            .by_ref()
            .take(length as u64)
            .read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// The first package that begins in a text, and its name.
fn first_name(text: &str) -> Option<(usize, &str)> {
    let place = text.find(PACKAGE)?;
    let name = text[place + PACKAGE.len()..].strip_prefix("\nname = \"")?;
    name.split_once('"').map(|(name, _)| (place, name))
}

fn find(lock: &str, name: &str, relative: &str) -> Option<String> {
    let wanted = format!("\nname = \"{name}\"");
    let sources: Vec<String> = ["editable", "virtual", "directory"]
        .iter()
        .map(|kind| format!("\nsource = {{ {kind} = \"{relative}\" }}"))
        .collect();
    let mut rest = lock;
    while let Some(start) = rest.find(PACKAGE) {
        let block = &rest[start + 1..];
        let end = block[1..].find(PACKAGE).map_or(block.len(), |end| end + 1);
        let this = &block[..end];
        if this.contains(&wanted) && sources.iter().any(|source| this.contains(source)) {
            return Some(this.to_owned());
        }
        rest = &block[end..];
    }
    None
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    /// Counts what is read.
    struct Counted {
        text: Cursor<Vec<u8>>,
        read: usize,
    }

    impl Read for Counted {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let read = self.text.read(into)?;
            self.read += read;
            Ok(read)
        }
    }

    impl Seek for Counted {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            self.text.seek(to)
        }
    }

    fn opened(text: &str) -> LockText<Counted> {
        LockText {
            length: text.len() as u64,
            source: Counted {
                text: Cursor::new(text.as_bytes().to_vec()),
                read: 0,
            },
        }
    }

    fn package(name: &str, source: &str, lines: usize) -> String {
        let wheel = format!("    {{ url = \"https://example.org/{name}-é.whl\" }},\n");
        format!(
            "\n[[package]]\nname = \"{name}\"\nversion = \"1.0\"\nsource = {{ {source} }}\nwheels = [\n{}]\n",
            wheel.repeat(lines)
        )
    }

    /// A lockfile of many packages, short and long, of which every seventh is a local one.
    fn lock() -> (String, Vec<String>) {
        let mut text = "version = 1\nrequires-python = \">=3.10\"\n".to_owned();
        let mut local = Vec::new();
        for number in 0..300 {
            let name = format!("package-{number:03}");
            let lines = [1, 3, 40, 900][number % 4];
            if number % 7 == 0 {
                text += &package(&name, &format!("editable = \"{name}\""), lines);
                local.push(name);
            } else {
                text += &package(&name, "registry = \"https://example.org\"", lines);
            }
        }
        (text, local)
    }

    #[test]
    fn every_package_is_found_whole_and_little_is_read() {
        let (text, local) = lock();
        assert!(text.len() > 2_000_000);
        let mut lock = opened(&text);
        assert_eq!(lock.value("requires-python").as_deref(), Some(">=3.10"));
        for name in &local {
            assert_eq!(lock.package(name, name), find(&text, name, name), "{name}");
        }
        let each = lock.source.read / local.len();
        assert!(each < text.len() / 4, "{each} bytes a package");
    }

    #[test]
    fn a_short_package_among_short_ones_costs_a_few_steps() {
        let text: String = (0..3000)
            .map(|number| package(&format!("p{number:04}"), "virtual = \".\"", 4))
            .collect();
        let mut lock = opened(&text);
        assert!(lock.package("p2222", ".").is_some());
        assert!(lock.source.read < 12 * STEP, "{} bytes", lock.source.read);
    }

    #[test]
    fn two_of_one_name_are_told_apart_by_their_source() {
        let text = [
            package("a", "registry = \"x\"", 2000),
            package("twin", "registry = \"x\"", 900),
            package("twin", "editable = \".\"", 900),
            package("z", "registry = \"x\"", 2000),
        ];
        let text = text.concat();
        let found = opened(&text).package("twin", ".").unwrap();
        assert!(found.contains("editable = \".\""));
        assert_eq!(Some(found), find(&text, "twin", "."));
    }

    #[test]
    fn another_order_and_other_line_ends_are_read_too() {
        let (text, _) = lock();
        let turned = text + &package("a-late-one", "editable = \".\"", 2);
        assert!(opened(&turned).package("a-late-one", ".").is_some());
        let windows = turned.replace('\n', "\r\n");
        assert!(opened(&windows).package("a-late-one", ".").is_some());
        assert_eq!(
            opened(&windows).value("requires-python").as_deref(),
            Some(">=3.10")
        );
        assert_eq!(opened(&turned).package("nobody", "."), None);
    }
}
