//! workspace.yaml: the `load_from` entries in all their shapes. Owns that grammar; paths are relative to the file.
//!
//! An entry of no known shape is a problem and is left out; Dagster refuses the whole file for it, and the rest still shows
//! what there is. Names, default names and `{env: X}` are Dagster's own rules.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use saphyr::{LoadableYamlNode, MarkedYaml, Marker};

use crate::dot_env::read_dot_env;
use crate::environment::{Subject, UvWorkspaces, read_environment};
use crate::home::expand_home;
use crate::model::{LoadTarget, Project, ReadOptions, Reading};
use crate::problem::{FilePosition, Problem, ProblemCode, Severity};
use crate::project::module_exists;
use crate::pyproject::{Package, Toml};
use crate::root::relative;
use crate::source::{Source, file_name};
use crate::spelling::normal_path;

/// What an entry comes to, before its environment is read.
pub(crate) struct Made {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) target: LoadTarget,
    pub(crate) attribute: Option<String>,
    pub(crate) working_directory: PathBuf,
    pub(crate) folder: PathBuf,
    pub(crate) named: Option<PathBuf>,
    pub(crate) config: PathBuf,
    pub(crate) place: Option<FilePosition>,
    pub(crate) package: Option<Package>,
}

/// Reads the root's workspace.yaml into the reading.
pub(crate) fn read_workspace_file(
    reading: &mut Reading,
    options: &ReadOptions,
    workspaces: &UvWorkspaces,
) {
    let Some(config) = reading.config.clone() else {
        return;
    };
    let source = match Source::read(&config) {
        Ok(Some(source)) => source,
        Ok(None) => return,
        Err(problem) => {
            reading.problems.push(*problem);
            return;
        }
    };
    let documents = match MarkedYaml::load_from_str(&source.text) {
        Ok(documents) => documents,
        Err(error) => {
            reading.problems.push(syntax_problem(&source, &error));
            return;
        }
    };
    let mut file = Entries {
        source: &source,
        environment: &options.environment,
        folder: reading.root.clone(),
        problems: Vec::new(),
    };
    let made = file.all(documents.first());
    reading.problems.append(&mut file.problems);
    let mut seen: HashMap<String, u32> = HashMap::new();
    for mut each in made {
        let count = seen.entry(each.name.clone()).or_default();
        *count += 1;
        if *count > 1 {
            each.id = format!("{}#{count}", each.name);
        }
        let twice = *count > 1;
        let mut project = make_project(&each, &reading.root, options, workspaces);
        if twice {
            project.problems.push(
                Problem::new(
                    ProblemCode::LocationNameTwice,
                    Severity::Blocker,
                    &config,
                    format!(
                        "The code location name \"{}\" is used twice; Dagster refuses the whole file.",
                        each.name
                    ),
                )
                .at(each.place)
                .with_hint("Give one of them a `location_name` of its own."),
            );
        }
        reading.projects.push(project);
    }
    if reading.projects.is_empty() && reading.problems.iter().all(|p| p.path != config) {
        reading.problems.push(Problem::new(
            ProblemCode::NoProjects,
            Severity::Warning,
            &config,
            format!("{} lists nothing under load_from.", file_name(&config)),
        ));
    }
}

/// What YAML's reader says of a file, at its place and with the line. Also for dagster.yaml.
pub(crate) fn syntax_problem(source: &Source, error: &saphyr::ScanError) -> Problem {
    let place = place_of(source, error.marker());
    Problem::new(
        ProblemCode::InvalidYaml,
        Severity::Blocker,
        &source.path,
        format!(
            "{} is not valid YAML: {} (line {}, column {}).",
            file_name(&source.path),
            error.info(),
            place.line,
            place.column
        ),
    )
    .at(Some(place))
    .excerpt(source.excerpt(place))
}

/// Makes a project of an entry: finds its package settings, `.env` and environment.
pub(crate) fn make_project(
    made: &Made,
    root: &Path,
    options: &ReadOptions,
    workspaces: &UvWorkspaces,
) -> Project {
    let mut problems = Vec::new();
    let folder = &made.folder;
    let package = match &made.package {
        Some(package) => package.clone(),
        None => match Toml::read(&folder.join("pyproject.toml")) {
            Ok(Some(toml)) => Package::of(&Arc::new(toml)),
            Ok(None) => Package::default(),
            Err(problem) => {
                problems.push(*problem);
                Package::default()
            }
        },
    };
    let (dot_env, mut faults) = read_dot_env(folder, &options.environment);
    problems.append(&mut faults);
    let managed = !matches!(made.target, LoadTarget::GrpcServer { .. });
    let subject = Subject {
        folder,
        dot_env: dot_env.as_ref(),
        package: &package,
        named: made.named.clone(),
        picked: options.picked.get(&made.id).map(PathBuf::as_path),
        lock_freshness: options.lock_freshness,
        needs_dagster: managed,
    };
    let (environment, mut faults) = read_environment(&subject, workspaces);
    if managed {
        problems.append(&mut faults);
        problems.extend(target_missing(made));
    }
    Project {
        id: made.id.clone(),
        name: made.name.clone(),
        path: relative(root, folder),
        folder: folder.clone(),
        target: made.target.clone(),
        attribute: made.attribute.clone(),
        working_directory: made.working_directory.clone(),
        root_module: None,
        defs_module: None,
        environment,
        dot_env,
        config: Some(made.config.clone()),
        problems,
    }
}

/// That what an entry loads is not where it would be looked for. A file that is gone is a blocker; a module may still be
/// installed in the environment, so that is a note.
fn target_missing(made: &Made) -> Option<Problem> {
    let (code, severity, message) = match &made.target {
        LoadTarget::File { path } if !path.is_file() => (
            ProblemCode::ModuleMissing,
            Severity::Blocker,
            format!("The file {} does not exist.", path.display()),
        ),
        LoadTarget::Module { name }
        | LoadTarget::Package { name }
        | LoadTarget::Autoload { name }
            if !module_exists(&made.working_directory, name) =>
        {
            (
                ProblemCode::ModuleMissing,
                Severity::Note,
                format!(
                    "The module {name} is not in the working directory; it has to be installed in the environment."
                ),
            )
        }
        _ => return None,
    };
    Some(Problem::new(code, severity, &made.config, message).at(made.place))
}

/// The entries of one file while they are read, and what is wrong with them so far.
struct Entries<'a> {
    source: &'a Source,
    environment: &'a BTreeMap<String, String>,
    folder: PathBuf,
    problems: Vec<Problem>,
}

pub(crate) type Node<'a> = MarkedYaml<'a>;

/// Where a node or an error is; saphyr places what it misses behind the end.
pub(crate) fn place_of(source: &Source, marker: &Marker) -> FilePosition {
    source.within(FilePosition {
        line: u32::try_from(marker.line()).unwrap_or(1).max(1),
        column: u32::try_from(marker.col() + 1).unwrap_or(1),
    })
}

/// A mapping's pairs in the order of the file; none for what is no mapping. Keys that are no text are left out.
pub(crate) fn pairs<'a, 'y>(node: &'a Node<'y>) -> Vec<(&'a str, &'a Node<'y>)> {
    node.data
        .as_mapping()
        .map(|mapping| {
            mapping
                .iter()
                .filter_map(|(key, value)| Some((key.data.as_str()?, value)))
                .collect()
        })
        .unwrap_or_default()
}

/// The value under a key, the first where it stands twice.
fn get<'a, 'y>(node: &'a Node<'y>, name: &str) -> Option<&'a Node<'y>> {
    pairs(node)
        .into_iter()
        .find_map(|(key, value)| (key == name).then_some(value))
}

impl Entries<'_> {
    /// Notes a problem of this file, with the line it is on.
    fn fault(
        &mut self,
        code: ProblemCode,
        severity: Severity,
        place: FilePosition,
        message: String,
    ) {
        let problem = Problem::new(code, severity, &self.source.path, message)
            .at(Some(place))
            .excerpt(self.source.excerpt(place));
        self.problems.push(problem);
    }

    /// Notes that a node is not what Dagster takes. Only a warning: whether Dagster stops is for its own start to tell.
    fn invalid(&mut self, node: &Node<'_>, message: impl Into<String>) {
        self.fault(
            ProblemCode::EntryInvalid,
            Severity::Warning,
            place_of(self.source, &node.span.start),
            message.into(),
        );
    }

    /// All entries under `load_from`, in order. Other keys at the top are told, for Dagster refuses them.
    fn all(&mut self, document: Option<&Node<'_>>) -> Vec<Made> {
        let Some(document) = document else {
            return Vec::new();
        };
        if document.data.as_mapping().is_none() {
            if !document.data.is_null() {
                self.invalid(document, "The file has to be a mapping with `load_from`.");
            }
            return Vec::new();
        }
        for (key, value) in pairs(document) {
            if key != "load_from" {
                self.invalid(
                    value,
                    format!("Dagster does not know the key `{key}` here."),
                );
            }
        }
        let Some(list) = get(document, "load_from") else {
            return Vec::new();
        };
        let Some(items) = list.data.as_sequence() else {
            self.invalid(list, "`load_from` has to be a list.");
            return Vec::new();
        };
        items.iter().filter_map(|item| self.entry(item)).collect()
    }

    /// One entry: a mapping with exactly one key, which names its kind.
    fn entry(&mut self, item: &Node<'_>) -> Option<Made> {
        let found = pairs(item);
        let [(kind, value)] = found.as_slice() else {
            self.invalid(
                item,
                "An entry has to name exactly one of python_file, python_module, python_package, autoload_defs_module, grpc_server.",
            );
            return None;
        };
        match *kind {
            "python_file" => self.python_file(item, value),
            "python_module" => self.module(item, value, "module_name", |name| LoadTarget::Module {
                name,
            }),
            "python_package" => self.module(item, value, "package_name", |name| {
                LoadTarget::Package { name }
            }),
            "autoload_defs_module" => self.module(item, value, "module_name", |name| {
                LoadTarget::Autoload { name }
            }),
            "grpc_server" => self.grpc_server(item, value),
            other => {
                self.invalid(
                    item,
                    format!("Dagster does not know entries of the kind `{other}`."),
                );
                None
            }
        }
    }

    /// A text, or the value of the variable that `{env: NAME}` names.
    fn text(&mut self, node: &Node<'_>) -> Option<String> {
        if let Some(text) = node.data.as_str() {
            return Some(text.to_owned());
        }
        if let Some(number) = node.data.as_integer() {
            return Some(number.to_string());
        }
        let Some(name) = get(node, "env").and_then(|name| name.data.as_str()) else {
            self.invalid(node, "The value has to be a text, or `env: NAME`.");
            return None;
        };
        let value = self.environment.get(name).cloned();
        if value.is_none() {
            self.fault(
                ProblemCode::VariableNotSet,
                Severity::Warning,
                place_of(self.source, &node.span.start),
                format!("The variable {name} is not set, so Dagster refuses the file."),
            );
        }
        value
    }

    /// The text under a key; none where it is missing or null.
    fn field(&mut self, node: &Node<'_>, name: &str) -> Option<String> {
        let node = get(node, name)?;
        if node.data.is_null() {
            return None;
        }
        self.text(node)
    }

    /// Notes each key that Dagster would refuse in this entry.
    fn unknown_fields(&mut self, node: &Node<'_>, known: &[&str]) {
        for (key, value) in pairs(node) {
            if !known.contains(&key) {
                self.invalid(
                    value,
                    format!("Dagster does not know the key `{key}` here."),
                );
            }
        }
    }

    /// A path of the file as absolute: relative ones begin at the file's folder.
    fn path(&self, text: &str) -> PathBuf {
        normal_path(&self.folder.join(self.home(text)))
    }

    /// A path with `~` opened.
    fn home(&self, text: &str) -> PathBuf {
        let home = self.environment.get("HOME").filter(|home| !home.is_empty());
        match home {
            Some(home) => expand_home(text, Path::new(home)),
            None => PathBuf::from(text),
        }
    }

    /// The interpreter that an entry names by `executable_path`, absolute.
    fn named(&mut self, value: &Node<'_>) -> Option<PathBuf> {
        let text = self.field(value, "executable_path")?;
        Some(normal_path(&self.folder.join(self.home(&text))))
    }

    /// Gives an entry its name where it has none, as Dagster would: what it loads, with `:attribute` behind it, or
    /// `grpc:host:port`.
    fn finish(
        &self,
        item: &Node<'_>,
        name: Option<String>,
        target: LoadTarget,
        attribute: Option<String>,
        working_directory: PathBuf,
        named: Option<PathBuf>,
    ) -> Made {
        let name = name.unwrap_or_else(|| {
            let what = match &target {
                LoadTarget::File { path } => file_name(path),
                LoadTarget::GrpcServer {
                    host, port, socket, ..
                } => {
                    let end = match (socket, port) {
                        (Some(socket), _) => socket.clone(),
                        (None, port) => port.map(|port| port.to_string()).unwrap_or_default(),
                    };
                    format!("grpc:{host}:{end}")
                }
                other => other.label(),
            };
            match &attribute {
                Some(attribute) => format!("{what}:{attribute}"),
                None => what,
            }
        });
        Made {
            id: name.clone(),
            name,
            folder: self.project_folder(&target, &working_directory),
            target,
            attribute,
            working_directory,
            named,
            config: self.source.path.clone(),
            place: Some(place_of(self.source, &item.span.start)),
            package: None,
        }
    }

    /// The nearest folder with a pyproject.toml or an environment, from the code upward to the file's folder.
    fn project_folder(&self, target: &LoadTarget, working_directory: &Path) -> PathBuf {
        let start = match target {
            LoadTarget::File { path } => path.parent().unwrap_or(working_directory),
            _ => working_directory,
        };
        start
            .ancestors()
            .take_while(|folder| folder.starts_with(&self.folder))
            .find(|folder| {
                folder.join("pyproject.toml").is_file()
                    || folder.join(".venv").exists()
                    || folder.join("setup.py").is_file()
            })
            .map_or_else(
                || {
                    if start.starts_with(&self.folder) {
                        self.folder.clone()
                    } else {
                        start.to_path_buf()
                    }
                },
                Path::to_path_buf,
            )
    }

    fn python_file(&mut self, item: &Node<'_>, value: &Node<'_>) -> Option<Made> {
        if value.data.is_string() {
            let text = self.text(value)?;
            let target = LoadTarget::File {
                path: self.path(&text),
            };
            return Some(self.finish(item, None, target, None, self.folder.clone(), None));
        }
        self.unknown_fields(
            value,
            &[
                "relative_path",
                "attribute",
                "location_name",
                "working_directory",
                "executable_path",
            ],
        );
        let Some(relative) = self.field(value, "relative_path") else {
            self.invalid(item, "`python_file` needs a `relative_path`.");
            return None;
        };
        let target = LoadTarget::File {
            path: self.path(&relative),
        };
        let working_directory = match self.field(value, "working_directory") {
            Some(text) => self.path(&text),
            None => self.folder.clone(),
        };
        let attribute = self.field(value, "attribute");
        let name = self.field(value, "location_name");
        let named = self.named(value);
        Some(self.finish(item, name, target, attribute, working_directory, named))
    }

    fn module(
        &mut self,
        item: &Node<'_>,
        value: &Node<'_>,
        key: &str,
        target: fn(String) -> LoadTarget,
    ) -> Option<Made> {
        if value.data.is_string() {
            let name = self.text(value)?;
            return Some(self.finish(item, None, target(name), None, self.folder.clone(), None));
        }
        self.unknown_fields(
            value,
            &[
                key,
                "attribute",
                "working_directory",
                "location_name",
                "executable_path",
            ],
        );
        let Some(module) = self.field(value, key) else {
            self.invalid(item, format!("The entry needs a `{key}`."));
            return None;
        };
        let working_directory = match self.field(value, "working_directory") {
            Some(text) => self.path(&text),
            None => self.folder.clone(),
        };
        let attribute = self.field(value, "attribute");
        let name = self.field(value, "location_name");
        let named = self.named(value);
        Some(self.finish(
            item,
            name,
            target(module),
            attribute,
            working_directory,
            named,
        ))
    }

    fn grpc_server(&mut self, item: &Node<'_>, value: &Node<'_>) -> Option<Made> {
        self.unknown_fields(
            value,
            &[
                "host",
                "port",
                "socket",
                "location_name",
                "ssl",
                "additional_metadata",
            ],
        );
        let host = self
            .field(value, "host")
            .unwrap_or_else(|| "localhost".to_owned());
        let port_text = self.field(value, "port");
        let port = port_text.as_ref().and_then(|text| text.parse().ok());
        let socket = self.field(value, "socket");
        if port_text.is_some() && port.is_none() {
            self.invalid(item, "`port` has to be a number from 1 to 65535.");
        } else if port.is_some() == socket.is_some() {
            self.invalid(item, "A `grpc_server` needs either a `port` or a `socket`.");
        }
        let ssl = get(value, "ssl").and_then(|ssl| ssl.data.as_bool()) == Some(true);
        let name = self.field(value, "location_name");
        let target = LoadTarget::GrpcServer {
            host,
            port,
            socket,
            ssl,
        };
        Some(self.finish(item, name, target, None, self.folder.clone(), None))
    }
}
