//! The two parts of a uv.lock that matter here, its head and one package, found without reading the whole: a lockfile
//! reaches megabytes, and a workspace may hold a thousand. Refuses to understand what it finds.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::LazyLock;

use memchr::memmem;

/// What every package of a lockfile begins with.
const PACKAGE: &[u8] = b"\n[[package]]";
/// Finds where the next package begins; made once, for it is asked for ten times a lockfile.
static NEXT: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new(PACKAGE));
/// How much is read at a time; most packages are shorter.
const STEP: usize = 8 * 1024;
/// How near is near enough: from here on reading costs less than asking for another place.
const NEAR: u64 = 16 * 1024;
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
        let mut head = self.part(0, STEP).ok()?;
        while NEXT.find(&head).is_none() && (head.len() as u64) < self.length {
            self.more(&mut head, STEP).ok()?;
        }
        let head = String::from_utf8_lossy(&head);
        let line = head
            .lines()
            .take_while(|line| !line.starts_with("[["))
            .find(|line| line.split('=').next().map(str::trim) == Some(key))?;
        let value = line.split_once('=')?.1.trim();
        Some(value.trim_matches('"').to_owned())
    }

    /// The text about one local package; `relative` is its folder as the lockfile names it.
    pub(super) fn package(&mut self, name: &str, relative: &str) -> Option<String> {
        let wanted = LocalPackage::new(name, relative);
        if let Some(found) = self.bisect(name).and_then(|near| wanted.find(&near)) {
            return Some(found);
        }
        // The file is in another order than uv writes, or has other line ends; or the package is not in it.
        let mut whole = self.part(0, usize::try_from(self.length).ok()?).ok()?;
        whole.retain(|byte| *byte != b'\r');
        wanted.find(&whole)
    }

    /// The part of the file in which a package must be, since uv writes packages in order of their names.
    fn bisect(&mut self, name: &str) -> Option<Vec<u8>> {
        let (mut low, mut high) = (0, self.length);
        // It begins at this place or before it.
        let mut last = self.length;
        while high - low > NEAR {
            let middle = low + (high - low) / 2;
            match self.package_after(middle, high).ok()? {
                Some((_, found)) if found.as_slice() < name.as_bytes() => low = middle,
                Some((place, _)) => (high, last) = (middle, place),
                None => high = middle,
            }
        }
        // The next package ends it.
        let header = [PACKAGE, b"\nname = \"", name.as_bytes(), b"\""].concat();
        let mut near = self
            .part(low, usize::try_from(last - low).ok()? + STEP)
            .ok()?;
        while let Some(at) = memmem::rfind(&near, &header)
            && NEXT.find(&near[at + 1..]).is_none()
            && low + (near.len() as u64) < self.length
        {
            self.more(&mut near, STEP).ok()?;
        }
        Some(near)
    }

    /// The first package that begins after a place, if one does before the end: where, and its name.
    fn package_after(&mut self, from: u64, end: u64) -> io::Result<Option<(u64, Vec<u8>)>> {
        let mut bytes = self.part(from, STEP)?;
        loop {
            if let Some((place, name)) = first_package(&bytes) {
                return Ok(Some((from + place as u64, name.to_vec())));
            }
            if from + bytes.len() as u64 >= (end + LONGEST_NAME).min(self.length) {
                return Ok(None);
            }
            self.more(&mut bytes, STEP)?;
        }
    }

    /// A part of the file.
    fn part(&mut self, from: u64, length: usize) -> io::Result<Vec<u8>> {
        self.source.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        self.more(&mut bytes, length)?;
        Ok(bytes)
    }

    /// Reads on from where the last part ended, in as few reads as it takes.
    fn more(&mut self, bytes: &mut Vec<u8>, length: usize) -> io::Result<()> {
        let mut filled = bytes.len();
        bytes.resize(filled + length, 0);
        while filled < bytes.len() {
            match self.source.read(&mut bytes[filled..]) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        bytes.truncate(filled);
        Ok(())
    }
}

/// The first package that begins in a text, and its name.
fn first_package(text: &[u8]) -> Option<(usize, &[u8])> {
    let place = NEXT.find(text)?;
    let name = text[place + PACKAGE.len()..].strip_prefix(b"\nname = \"")?;
    let end = memchr::memchr(b'"', name)?;
    Some((place, &name[..end]))
}

/// How a local package looks in a lockfile.
struct LocalPackage {
    name: String,
    sources: [String; 3],
}

impl LocalPackage {
    fn new(name: &str, relative: &str) -> Self {
        Self {
            name: format!("\nname = \"{name}\""),
            sources: ["editable", "virtual", "directory"]
                .map(|kind| format!("\nsource = {{ {kind} = \"{relative}\" }}")),
        }
    }

    /// Its text.
    fn find(&self, lock: &[u8]) -> Option<String> {
        let mut rest = lock;
        while let Some(start) = NEXT.find(rest) {
            let block = &rest[start + 1..];
            let end = NEXT.find(&block[1..]).map_or(block.len(), |end| end + 1);
            let this = &block[..end];
            let has = |text: &String| memmem::find(this, text.as_bytes()).is_some();
            if has(&self.name) && self.sources.iter().any(has) {
                return Some(String::from_utf8_lossy(this).into_owned());
            }
            rest = &block[end..];
        }
        None
    }
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
            assert_eq!(
                lock.package(name, name),
                LocalPackage::new(name, name).find(text.as_bytes()),
                "{name}"
            );
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
        assert!(
            lock.source.read < 10 * STEP,
            "{} of {}",
            lock.source.read,
            text.len()
        );
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
        assert_eq!(
            Some(found),
            LocalPackage::new("twin", ".").find(text.as_bytes())
        );
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
