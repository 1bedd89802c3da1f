//! The modules of a crate, and which of its files lean on which.
//!
//! Owns where a path leads: through what is brought in and handed on, to the file that declares its end.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::references::{self, Module, Words};

/// The paths that are being followed, each from its module: none is followed within itself.
type Asked = BTreeSet<(usize, Words)>;

/// One crate as it is written.
#[derive(Debug, Default)]
pub struct Crate {
    places: Vec<Place>,
}

/// A module at its place.
#[derive(Debug)]
struct Place {
    file: PathBuf,
    above: Option<usize>,
    /// More than one where each system has its own.
    below: BTreeMap<String, Vec<usize>>,
    module: Module,
}

/// Where a path leads.
enum End {
    Module(usize),
    Item(usize),
}

/// Each file with those that it leans on.
pub type Arrows = BTreeMap<PathBuf, BTreeSet<PathBuf>>;

impl Crate {
    /// Reads a crate from its first file, and everything that it declares.
    pub fn read(root: &Path) -> Self {
        let mut all = Self::default();
        let folder = root.parent().unwrap();
        all.read_file(root, folder, None);
        all
    }

    /// `inside` is the folder of the modules that it declares.
    fn read_file(&mut self, file: &Path, inside: &Path, above: Option<usize>) -> usize {
        let text = fs_err::read_to_string(file).unwrap();
        let module =
            references::read(&text).unwrap_or_else(|why| panic!("{}: {why}", file.display()));
        self.place(module, file, inside, above)
    }

    fn place(
        &mut self,
        mut module: Module,
        file: &Path,
        inside: &Path,
        above: Option<usize>,
    ) -> usize {
        let (files, inline) = (
            std::mem::take(&mut module.files),
            std::mem::take(&mut module.inline),
        );
        let at = self.places.len();
        let (file, below) = (file.to_owned(), BTreeMap::new());
        self.places.push(Place {
            file: file.clone(),
            above,
            below,
            module,
        });
        for (name, named) in files {
            let path = match named {
                Some(named) => file.parent().unwrap().join(named),
                None => [
                    inside.join(format!("{name}.rs")),
                    inside.join(&name).join("mod.rs"),
                ]
                .into_iter()
                .find(|path| path.is_file())
                .unwrap_or_else(|| panic!("{} declares {name}, which is nowhere", file.display())),
            };
            let folder = path.parent().unwrap();
            let is_mod = path.file_stem().is_some_and(|stem| stem == "mod");
            let inside = if is_mod {
                folder.to_owned()
            } else {
                folder.join(path.file_stem().unwrap())
            };
            let child = self.read_file(&path, &inside, Some(at));
            self.places[at].below.entry(name).or_default().push(child);
        }
        for (name, module) in inline {
            let child = self.place(module, &file, &inside.join(&name), Some(at));
            self.places[at].below.entry(name).or_default().push(child);
        }
        at
    }

    /// Which file leans on which.
    pub fn arrows(&self) -> Arrows {
        let mut arrows = Arrows::new();
        for (at, place) in self.places.iter().enumerate() {
            let leans = arrows.entry(place.file.clone()).or_default();
            let ends = place
                .module
                .paths
                .iter()
                .flat_map(|path| self.follow(at, path));
            // A module that is only named is not leant on; what is taken from it is.
            let items = ends.filter_map(|end| match end {
                End::Item(at) => Some(&self.places[at].file),
                End::Module(_) => None,
            });
            leans.extend(items.filter(|file| **file != place.file).cloned());
        }
        arrows
    }

    fn follow(&self, from: usize, path: &Words) -> Vec<End> {
        self.lead(from, path, &mut Asked::new())
    }

    /// Where a path leads from a module; nowhere when it leaves the crate.
    fn lead(&self, from: usize, path: &[String], asked: &mut Asked) -> Vec<End> {
        let (mut at, mut rest, mut anchored) = (from, path, false);
        while let Some((word, more)) = rest.split_first() {
            at = match word.as_str() {
                "crate" | "$crate" => 0,
                "self" => at,
                "super" => self.places[at].above.unwrap_or(0),
                _ => break,
            };
            (rest, anchored) = (more, true);
        }
        let ends = self.step(at, rest, asked);
        if ends.is_empty() && anchored {
            vec![End::Item(at)]
        } else {
            ends
        }
    }

    fn step(&self, at: usize, path: &[String], asked: &mut Asked) -> Vec<End> {
        let place = &self.places[at];
        let Some((word, rest)) = path.split_first() else {
            return vec![End::Module(at)];
        };
        if !asked.insert((at, path.to_vec())) {
            return Vec::new();
        }
        if let Some(below) = place.below.get(word) {
            let mut inside = Vec::new();
            for child in below {
                let ends = self.step(*child, rest, asked);
                // Whatever a macro makes in a module is of its file.
                let unknown = ends.is_empty().then_some(End::Item(*child));
                inside.extend(ends.into_iter().chain(unknown));
            }
            return inside;
        }
        if place.module.items.contains(word) {
            return vec![End::Item(at)];
        }
        let names = place.module.names.iter().filter(|(name, _)| name == word);
        let through: Vec<End> = names
            .flat_map(|(_, stands_for)| {
                let whole: Words = stands_for.iter().chain(rest).cloned().collect();
                // What begins with the name itself begins with another crate's.
                if stands_for.first() == Some(word) {
                    return Vec::new();
                }
                self.lead(at, &whole, asked)
            })
            .collect();
        if !through.is_empty() {
            return through;
        }
        if at == 0
            && let Some(made) = self.exported(word)
        {
            return vec![End::Item(made)];
        }
        let globs = place.module.globs.iter();
        globs
            .flat_map(|glob| self.through_glob(at, glob, path, asked))
            .collect()
    }

    fn through_glob(
        &self,
        at: usize,
        glob: &Words,
        path: &[String],
        asked: &mut Asked,
    ) -> Vec<End> {
        let modules = self.lead(at, glob, asked).into_iter();
        modules
            .flat_map(|end| match end {
                End::Module(module) if module != at => self.step(module, path, asked),
                _ => Vec::new(),
            })
            .collect()
    }

    fn exported(&self, word: &String) -> Option<usize> {
        self.places
            .iter()
            .position(|place| place.module.exported.contains(word))
    }
}

/// The largest sets of files each of which leads to every other; those of one file left out.
pub fn circles(arrows: &Arrows) -> Vec<Vec<PathBuf>> {
    let reached: BTreeMap<&PathBuf, BTreeSet<&PathBuf>> = arrows
        .keys()
        .map(|file| (file, reach(arrows, file)))
        .collect();
    let mut seen = BTreeSet::new();
    let mut circles = Vec::new();
    for file in arrows.keys() {
        if seen.contains(file) {
            continue;
        }
        let circle: Vec<PathBuf> = reached[file]
            .iter()
            .filter(|other| reached[**other].contains(file))
            .map(|other| (*other).clone())
            .collect();
        seen.extend(circle.iter().cloned());
        if circle.len() > 1 {
            circles.push(circle);
        }
    }
    circles
}

/// Every file that one leads to.
fn reach<'a>(arrows: &'a Arrows, from: &'a PathBuf) -> BTreeSet<&'a PathBuf> {
    let mut reached = BTreeSet::new();
    let mut next = vec![from];
    while let Some(file) = next.pop() {
        let more = arrows.get(file).into_iter().flatten();
        next.extend(more.filter(|one| reached.insert(*one)));
    }
    reached
}
