//! dg's settings: dg.toml, or `[tool.dg]` in pyproject.toml. Owns the schema and its older shapes; refuses to look at folders.

use toml_edit::{Item, TableLike, Value};

use crate::problem::{FilePosition, Problem, ProblemCode, Severity};
use crate::pyproject::Toml;
use crate::source::file_name;

/// What a settings file says that its folder is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DirectoryType {
    Workspace,
    Project,
    Other(String),
    Missing,
}

/// A value with its place; none where the TOML reader tells no place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Placed<T> {
    pub(crate) value: T,
    pub(crate) place: Option<FilePosition>,
}

/// One listed project.
pub(crate) type ListedPath = Placed<String>;

/// What `[project]` says, as written: no default is filled in here.
#[derive(Debug, Clone, Default)]
pub(crate) struct ProjectSettings {
    pub(crate) root_module: Option<Placed<String>>,
    pub(crate) defs_module: Option<Placed<String>>,
    pub(crate) target_module: Option<Placed<String>>,
    pub(crate) location_name: Option<Placed<String>>,
    pub(crate) autoload: bool,
}

/// A settings file as read, with what dg would refuse in it. Settings that are wrong are as if they were missing.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) directory_type: DirectoryType,
    pub(crate) entries: Vec<ListedPath>,
    pub(crate) project: ProjectSettings,
    pub(crate) suppress_warnings: Vec<String>,
    pub(crate) telemetry: Option<bool>,
    pub(crate) problems: Vec<Problem>,
}

/// The keys that dg takes, table by table. It refuses a file with any other.
const TOP_KEYS: [&str; 2] = ["directory_type", "cli"];
const CLI_KEYS: [&str; 4] = [
    "verbose",
    "use_component_modules",
    "suppress_warnings",
    "telemetry",
];
const WORKSPACE_KEYS: [&str; 2] = ["projects", "scaffold_project_options"];
const PROJECT_KEYS: [&str; 7] = [
    "root_module",
    "defs_module",
    "code_location_target_module",
    "code_location_name",
    "registry_modules",
    "agent_queue",
    "image",
];
/// The warnings that `suppress_warnings` may name; dg refuses any other.
const WARNING_NAMES: [&str; 7] = [
    "cli_config_in_workspace_project",
    "deprecated_user_config_location",
    "deprecated_python_environment",
    "deprecated_dagster_dg_library_entry_point",
    "missing_dg_plugin_module_in_manifest",
    "project_and_activated_venv_mismatch",
    "create_dagster_outdated",
];

/// What a settings table says that its folder is, older shapes included.
pub(crate) fn directory_type(table: &dyn TableLike) -> DirectoryType {
    match table.get("directory_type").map(Item::as_str) {
        Some(Some("workspace")) => DirectoryType::Workspace,
        Some(Some("project")) => DirectoryType::Project,
        Some(Some("deployment")) => DirectoryType::Other("deployment".to_owned()),
        other => {
            let on = |key: &str| table.get(key).and_then(Item::as_bool) == Some(true);
            if table.contains_key("workspace") || on("is_workspace") {
                DirectoryType::Workspace
            } else if table.contains_key("project") || on("is_project") || on("is_code_location") {
                DirectoryType::Project
            } else {
                match other.flatten() {
                    Some(word) => DirectoryType::Other(word.to_owned()),
                    None => DirectoryType::Missing,
                }
            }
        }
    }
}

/// Reads the settings of a file; `nested` says that they are under `[tool.dg]`.
pub(crate) fn read_settings(toml: &Toml, nested: bool) -> Settings {
    let nothing = toml_edit::Table::new();
    let table: &dyn TableLike = if nested {
        toml.get(&["tool", "dg"])
            .and_then(Item::as_table_like)
            .unwrap_or(&nothing)
    } else {
        toml.root()
    };
    let mut reader = Reader {
        toml,
        prefix: if nested { "tool.dg." } else { "" },
        problems: Vec::new(),
    };
    let kind = reader.directory_type(table);
    let mut settings = Settings {
        directory_type: kind,
        entries: Vec::new(),
        project: ProjectSettings::default(),
        suppress_warnings: Vec::new(),
        telemetry: None,
        problems: Vec::new(),
    };
    reader.cli(table, &mut settings);
    let section = match settings.directory_type {
        DirectoryType::Workspace => Some("workspace"),
        DirectoryType::Project => Some("project"),
        _ => None,
    };
    if let Some(section) = section {
        let mut known = TOP_KEYS.to_vec();
        known.push(section);
        reader.unknown_keys(table, "", &known);
        match (table.get(section), section) {
            (None, _) => reader.no_table(section),
            (Some(item), "workspace") => settings.entries = reader.workspace(item),
            (Some(item), _) => settings.project = reader.project(item),
        }
    }
    settings.problems = reader.problems;
    settings
}

/// Reads one file's tables, noting what dg would refuse. `prefix` goes before each key that is named to a person:
/// `tool.dg.` in pyproject.toml.
struct Reader<'a> {
    toml: &'a Toml,
    prefix: &'static str,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn add(
        &mut self,
        code: ProblemCode,
        severity: Severity,
        place: Option<FilePosition>,
        message: String,
        hint: &str,
    ) {
        let mut problem = Problem::new(code, severity, &self.toml.source.path, message).at(place);
        if !hint.is_empty() {
            problem = problem.with_hint(hint);
        }
        self.problems.push(problem);
    }

    /// Where a key stands; the value's place where the key has none.
    fn key_place(&self, table: &dyn TableLike, key: &str) -> Option<FilePosition> {
        let (key, item) = table.get_key_value(key)?;
        self.toml.place_of(key.span().or_else(|| item.span()))
    }

    /// What the file says that its folder is, and what is wrong with how it says so. Older shapes are understood though dg
    /// no longer takes them, so that the folder still shows.
    fn directory_type(&mut self, table: &dyn TableLike) -> DirectoryType {
        let kind = directory_type(table);
        let place = self
            .key_place(table, "directory_type")
            .or_else(|| self.toml.place(&["tool", "dg"]))
            .or(Some(FilePosition { line: 1, column: 1 }));
        let prefix = self.prefix;
        let file = file_name(&self.toml.source.path);
        if table.is_empty() && prefix.is_empty() {
            self.add(
                ProblemCode::DgTomlEmpty,
                Severity::Warning,
                place,
                "dg.toml is empty, so it does not say what this folder is.".to_owned(),
                "Write `directory_type = \"workspace\"` and a `[workspace]` table.",
            );
        } else if table.get("directory_type").is_none() {
            let word = if kind == DirectoryType::Project {
                "project"
            } else {
                "workspace"
            };
            self.add(
                ProblemCode::DirectoryTypeMissing,
                Severity::Warning,
                place,
                format!(
                    "{file} has no `{prefix}directory_type`; it is read as a {word}. dg refuses such a file."
                ),
                &format!("Add `directory_type = \"{word}\"`."),
            );
        } else if let Some(item) = table.get("directory_type")
            && !matches!(item.as_str(), Some("workspace" | "project"))
        {
            let text = item.to_string();
            self.add(
                ProblemCode::DirectoryTypeUnexpected,
                Severity::Warning,
                place,
                format!(
                    "`{prefix}directory_type` is {}, but dg knows only \"workspace\" and \"project\".",
                    text.trim()
                ),
                "",
            );
        }
        kind
    }

    /// That the table which the folder's kind asks for is missing: dg stops even where it would be empty.
    fn no_table(&mut self, section: &str) {
        let prefix = self.prefix;
        let place = self
            .toml
            .place(&["tool", "dg"])
            .or(Some(FilePosition { line: 1, column: 1 }));
        self.add(
            ProblemCode::TableMissing,
            Severity::Warning,
            place,
            format!("The `[{prefix}{section}]` table is missing, and dg stops without it."),
            &format!("Add `[{prefix}{section}]`."),
        );
    }

    /// Notes each key that dg refuses; one that an older dg knew is a note, for dg ignores it.
    fn unknown_keys(&mut self, table: &dyn TableLike, path: &str, known: &[&str]) {
        let prefix = self.prefix;
        let names: Vec<String> = table.iter().map(|(key, _)| key.to_owned()).collect();
        for name in names {
            if known.contains(&name.as_str()) {
                continue;
            }
            let place = self.key_place(table, &name);
            let old = matches!(
                name.as_str(),
                "is_project" | "is_workspace" | "is_code_location" | "is_component_lib"
            ) || matches!(
                (path, name.as_str()),
                (
                    "project.",
                    "python_environment" | "root_package" | "autoload_defs"
                )
            );
            if old {
                self.add(
                    ProblemCode::DeprecatedKey,
                    Severity::Note,
                    place,
                    format!("`{prefix}{path}{name}` is from an older dg and no longer read by it."),
                    "Remove the key.",
                );
            } else {
                self.add(
                    ProblemCode::UnknownKey,
                    Severity::Warning,
                    place,
                    format!(
                        "dg does not know the key `{prefix}{path}{name}` and refuses the file."
                    ),
                    "Remove the key, or correct its spelling.",
                );
            }
        }
    }

    /// That a value is of another kind than dg takes: `wanted` is as in "a list of strings".
    fn wrong_type(&mut self, place: Option<FilePosition>, key: &str, wanted: &str) {
        let prefix = self.prefix;
        self.add(
            ProblemCode::WrongType,
            Severity::Warning,
            place,
            format!("`{prefix}{key}` has to be {wanted}."),
            "",
        );
    }

    /// A text under a key. Another kind of value is told and counts as missing.
    fn string(&mut self, table: &dyn TableLike, path: &str, key: &str) -> Option<Placed<String>> {
        let item = table.get(key)?;
        let place = self.toml.place_of(item.span());
        match item.as_str() {
            Some(text) => Some(Placed {
                value: text.to_owned(),
                place,
            }),
            None => {
                self.wrong_type(place, &format!("{path}{key}"), "a string");
                None
            }
        }
    }

    /// The texts of a list; what in it is no text is told and left out.
    fn strings(&mut self, table: &dyn TableLike, path: &str, key: &str) -> Vec<Placed<String>> {
        let Some(item) = table.get(key) else {
            return Vec::new();
        };
        let place = self.toml.place_of(item.span());
        let name = format!("{path}{key}");
        let Some(array) = item.as_array() else {
            self.wrong_type(place, &name, "a list of strings");
            return Vec::new();
        };
        let mut out = Vec::new();
        for value in array {
            let place = self.toml.place_of(value.span());
            match value.as_str() {
                Some(text) => out.push(Placed {
                    value: text.to_owned(),
                    place,
                }),
                None => self.wrong_type(place, &name, "a list of strings"),
            }
        }
        out
    }

    /// Reads `[cli]`: only what matters to us is kept, but everything is judged as dg would.
    fn cli(&mut self, table: &dyn TableLike, settings: &mut Settings) {
        let Some(item) = table.get("cli") else { return };
        let Some(cli) = item.as_table_like() else {
            let place = self.key_place(table, "cli");
            self.wrong_type(place, "cli", "a table");
            return;
        };
        self.unknown_keys(cli, "cli.", &CLI_KEYS);
        if let Some(item) = cli.get("verbose")
            && item.as_bool().is_none()
        {
            let place = self.key_place(cli, "verbose");
            self.wrong_type(place, "cli.verbose", "true or false");
        }
        self.strings(cli, "cli.", "use_component_modules");
        for name in self.strings(cli, "cli.", "suppress_warnings") {
            if !WARNING_NAMES.contains(&name.value.as_str()) {
                self.add(
                    ProblemCode::InvalidValue,
                    Severity::Warning,
                    name.place,
                    format!(
                        "dg has no warning named \"{}\" and refuses the file.",
                        name.value
                    ),
                    "",
                );
            }
            settings.suppress_warnings.push(name.value);
        }
        settings.telemetry = cli
            .get("telemetry")
            .and_then(Item::as_table_like)
            .and_then(|telemetry| telemetry.get("enabled"))
            .and_then(Item::as_bool);
    }

    /// The listed projects, in any of the forms that dg ever took. Plain strings, which it refuses, are told and taken.
    fn workspace(&mut self, item: &Item) -> Vec<ListedPath> {
        let Some(table) = item.as_table_like() else {
            let place = self.toml.place_of(item.span());
            self.wrong_type(place, "workspace", "a table");
            return Vec::new();
        };
        self.unknown_keys(table, "workspace.", &WORKSPACE_KEYS);
        let Some(projects) = table.get("projects") else {
            return Vec::new();
        };
        let mut entries = Vec::new();
        if let Some(tables) = projects.as_array_of_tables() {
            for table in tables {
                entries.extend(self.entry(table, table.span()));
            }
        } else if let Some(array) = projects.as_array() {
            for value in array {
                match value {
                    Value::InlineTable(table) => entries.extend(self.entry(table, table.span())),
                    Value::String(text) => {
                        let place = self.toml.place_of(value.span());
                        let path = text.value();
                        self.add(
                            ProblemCode::ProjectEntryIsString,
                            Severity::Warning,
                            place,
                            format!("\"{path}\" is listed as a plain string, which dg refuses."),
                            &format!("Write `{{ path = \"{path}\" }}` in its place."),
                        );
                        entries.push(Placed {
                            value: path.clone(),
                            place,
                        });
                    }
                    other => {
                        let place = self.toml.place_of(other.span());
                        self.wrong_type(
                            place,
                            "workspace.projects",
                            "a list of `{ path = \"...\" }`",
                        );
                    }
                }
            }
        } else {
            let place = self.key_place(table, "projects");
            self.wrong_type(
                place,
                "workspace.projects",
                "a list of `{ path = \"...\" }`",
            );
            if let Some(path) = projects.as_str() {
                entries.push(Placed {
                    value: path.to_owned(),
                    place,
                });
            }
        }
        entries
    }

    fn entry(
        &mut self,
        table: &dyn TableLike,
        span: Option<std::ops::Range<usize>>,
    ) -> Option<ListedPath> {
        self.unknown_keys(table, "workspace.projects.", &["path"]);
        if table.get("path").is_none() {
            let place = self.toml.place_of(span);
            self.add(
                ProblemCode::RequiredKeyMissing,
                Severity::Warning,
                place,
                "A project is listed without a `path`.".to_owned(),
                "Add `path = \"...\"`, or remove the entry.",
            );
            return None;
        }
        self.string(table, "workspace.projects.", "path")
    }

    fn project(&mut self, item: &Item) -> ProjectSettings {
        let Some(table) = item.as_table_like() else {
            let place = self.toml.place_of(item.span());
            self.wrong_type(place, "project", "a table");
            return ProjectSettings::default();
        };
        self.unknown_keys(table, "project.", &PROJECT_KEYS);
        for pattern in self.strings(table, "project.", "registry_modules") {
            if !valid_pattern(&pattern.value) {
                self.add(
                    ProblemCode::InvalidValue,
                    Severity::Warning,
                    pattern.place,
                    format!(
                        "\"{}\" in registry_modules is not a module pattern, and dg refuses the file.",
                        pattern.value
                    ),
                    "Use Python names or `*`, joined by dots.",
                );
            }
        }
        for key in ["agent_queue", "image"] {
            self.string(table, "project.", key);
        }
        let root_module = self
            .string(table, "project.", "root_module")
            .or_else(|| self.string(table, "project.", "root_package"));
        ProjectSettings {
            root_module,
            defs_module: self.string(table, "project.", "defs_module"),
            target_module: self.string(table, "project.", "code_location_target_module"),
            location_name: self.string(table, "project.", "code_location_name"),
            autoload: table.get("autoload_defs").and_then(Item::as_bool) == Some(true),
        }
    }
}

fn valid_pattern(text: &str) -> bool {
    text.split('.')
        .all(|part| part == "*" || is_python_name(part))
}

/// Whether a text can be a Python name; keywords are let pass.
pub(crate) fn is_python_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars
        .next()
        .is_some_and(|first| first == '_' || first.is_alphabetic())
        && chars.all(|c| c == '_' || c.is_alphanumeric())
}
