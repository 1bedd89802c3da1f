//! What one file says: the modules and items that it declares, the names that it brings in, the paths that it follows.
//!
//! Reads text only. Refuses to know where a path leads: `crates.rs` does.

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, Meta, UseTree, Visibility};

/// A path as it is written, one word each.
pub type Words = Vec<String>;

/// One module as it is written, whether in a file of its own or inline.
#[derive(Debug, Default)]
pub struct Module {
    /// The items that it declares itself, modules excepted.
    pub items: Vec<String>,
    /// The modules that it declares in other files, with the file where an attribute names it.
    pub files: Vec<(String, Option<String>)>,
    /// The modules that it declares inline.
    pub inline: Vec<(String, Self)>,
    /// The names that it brings in, each with what it stands for.
    pub names: Vec<(String, Words)>,
    /// The paths of which it brings in every name.
    pub globs: Vec<Words>,
    /// Every path that its code follows. What it only hands on (`pub use`) is none.
    pub paths: Vec<Words>,
    /// The macros that it makes for the whole crate.
    pub exported: Vec<String>,
}

/// Reads a file.
///
/// # Errors
/// When it is not Rust.
pub fn read(text: &str) -> syn::Result<Module> {
    let mut module = Module::default();
    for item in &syn::parse_file(text)?.items {
        module.visit_item(item);
    }
    Ok(module)
}

impl<'ast> Visit<'ast> for Module {
    fn visit_item(&mut self, item: &'ast Item) {
        if is_for_tests(attributes(item)) {
            return;
        }
        match item {
            Item::Mod(one) => self.declare(one),
            Item::Use(one) => {
                let handed_on = !matches!(one.vis, Visibility::Inherited);
                self.bring_in(&one.tree, &mut Vec::new(), handed_on);
            }
            Item::Macro(one) => {
                if let Some(name) = &one.ident {
                    self.items.push(name.to_string());
                    if one
                        .attrs
                        .iter()
                        .any(|one| one.path().is_ident("macro_export"))
                    {
                        self.exported.push(name.to_string());
                    }
                }
                visit::visit_item(self, item);
            }
            _ => {
                self.items.extend(name_of(item));
                visit::visit_item(self, item);
            }
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let words = path.segments.iter().map(|one| one.ident.to_string());
        self.paths.push(words.collect());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, one: &'ast syn::Macro) {
        self.visit_path(&one.path);
        self.look_into(one.tokens.clone());
    }
}

impl Module {
    fn declare(&mut self, one: &syn::ItemMod) {
        let name = one.ident.to_string();
        let Some((_, items)) = &one.content else {
            let named = one.attrs.iter().find_map(path_attribute);
            self.files.push((name, named));
            return;
        };
        let mut inside = Self::default();
        for item in items {
            inside.visit_item(item);
        }
        self.inline.push((name, inside));
    }

    fn bring_in(&mut self, tree: &UseTree, before: &mut Words, handed_on: bool) {
        match tree {
            UseTree::Path(one) => {
                before.push(one.ident.to_string());
                self.bring_in(&one.tree, before, handed_on);
                before.pop();
            }
            UseTree::Group(group) => {
                for one in &group.items {
                    self.bring_in(one, before, handed_on);
                }
            }
            UseTree::Glob(_) => self.globs.push(before.clone()),
            UseTree::Name(one) => {
                let name = one.ident.to_string();
                self.name(&name, &name, before, handed_on);
            }
            UseTree::Rename(one) => {
                let (name, from) = (one.rename.to_string(), one.ident.to_string());
                self.name(&name, &from, before, handed_on);
            }
        }
    }

    fn name(&mut self, name: &str, from: &str, before: &[String], handed_on: bool) {
        let mut words = before.to_vec();
        // `use a::{self}` is `use a`.
        if from != "self" {
            words.push(from.to_owned());
        }
        let own = if name == "self" {
            words.last().cloned()
        } else {
            Some(name.to_owned())
        };
        self.names.extend(own.map(|own| (own, words.clone())));
        if !handed_on {
            self.paths.push(words);
        }
    }

    /// The paths among the words of a macro: `a::b`, or `a` alone.
    fn look_into(&mut self, tokens: TokenStream) {
        let (mut words, mut colons) = (Words::new(), 0);
        for token in tokens {
            match &token {
                TokenTree::Ident(word) => {
                    if colons != 2 {
                        self.end_path(&mut words);
                    }
                    words.push(word.to_string());
                    colons = 0;
                }
                TokenTree::Punct(mark) if mark.as_char() == ':' && colons < 2 => colons += 1,
                TokenTree::Punct(_) | TokenTree::Literal(_) => {
                    self.end_path(&mut words);
                    colons = 0;
                }
                TokenTree::Group(group) => {
                    self.end_path(&mut words);
                    colons = 0;
                    self.look_into(group.stream());
                }
            }
        }
        self.end_path(&mut words);
    }

    fn end_path(&mut self, words: &mut Words) {
        if !words.is_empty() {
            self.paths.push(std::mem::take(words));
        }
    }
}

/// Whether something is there for tests alone.
fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|one| match &one.meta {
        Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        _ => one.path().is_ident("test"),
    })
}

/// The file of `#[path = "…"]`.
fn path_attribute(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(one) = &attribute.meta else {
        return None;
    };
    match &one.value {
        syn::Expr::Lit(literal) if one.path.is_ident("path") => match &literal.lit {
            syn::Lit::Str(text) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(one) => &one.attrs,
        Item::Enum(one) => &one.attrs,
        Item::Fn(one) => &one.attrs,
        Item::Impl(one) => &one.attrs,
        Item::Macro(one) => &one.attrs,
        Item::Mod(one) => &one.attrs,
        Item::Static(one) => &one.attrs,
        Item::Struct(one) => &one.attrs,
        Item::Trait(one) => &one.attrs,
        Item::Type(one) => &one.attrs,
        Item::Use(one) => &one.attrs,
        _ => &[],
    }
}

fn name_of(item: &Item) -> Option<String> {
    let name = match item {
        Item::Const(one) => &one.ident,
        Item::Enum(one) => &one.ident,
        Item::Fn(one) => &one.sig.ident,
        Item::Static(one) => &one.ident,
        Item::Struct(one) => &one.ident,
        Item::Trait(one) => &one.ident,
        Item::Type(one) => &one.ident,
        Item::Union(one) => &one.ident,
        _ => return None,
    };
    Some(name.to_string())
}
