//! What is wrong in the person's files, with the place. Owns codes and places; refuses to decide what follows from them.

use std::path::{Path, PathBuf};

use serde::Serialize;

/// How much a problem matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Good to know.
    Note,
    /// Works, but not as meant.
    Warning,
    /// The thing it is about can't start or serves nothing.
    Blocker,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// What kind of problem it is. Stable: hosts show the text form.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        pub enum ProblemCode {
            $($(#[$doc])* #[serde(rename = $text)] $name,)*
        }

        impl ProblemCode {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The code in kebab case, such as `project-folder-missing`.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

codes! {
    /// A file exists but can't be read.
    FileUnreadable = "file-unreadable",
    /// A file is not UTF-8 text.
    FileNotUtf8 = "file-not-utf8",
    /// A TOML file breaks the grammar.
    InvalidToml = "invalid-toml",
    /// A YAML file breaks the grammar.
    InvalidYaml = "invalid-yaml",
    /// dg.toml holds nothing.
    DgTomlEmpty = "dg-toml-empty",
    /// `directory_type` is not set.
    DirectoryTypeMissing = "directory-type-missing",
    /// `directory_type` is neither `workspace` nor `project`, or not the one that is needed here.
    DirectoryTypeUnexpected = "directory-type-unexpected",
    /// The table that the directory type asks for is not there.
    TableMissing = "table-missing",
    /// A key that dg does not know.
    UnknownKey = "unknown-key",
    /// A value of the wrong type.
    WrongType = "wrong-type",
    /// A key that must be set is not.
    RequiredKeyMissing = "required-key-missing",
    /// A key that dg no longer reads.
    DeprecatedKey = "deprecated-key",
    /// A value of the right type that can't be used.
    InvalidValue = "invalid-value",
    /// `[tool.dg]` beside a dg.toml, which wins.
    ToolDgIgnored = "tool-dg-ignored",
    /// A project listed as a plain string.
    ProjectEntryIsString = "project-entry-is-string",
    /// A project listed by a pattern.
    ProjectEntryIsGlob = "project-entry-is-glob",
    /// A pattern that matches no folder.
    GlobMatchesNothing = "glob-matches-nothing",
    /// A project listed by an absolute path.
    ProjectPathAbsolute = "project-path-absolute",
    /// A project outside the workspace folder.
    ProjectPathOutside = "project-path-outside",
    /// A listed folder does not exist.
    ProjectFolderMissing = "project-folder-missing",
    /// A listed path is a file.
    ProjectPathNotFolder = "project-path-not-folder",
    /// A listed folder has neither dg.toml nor pyproject.toml with dg settings.
    ProjectSettingsMissing = "project-settings-missing",
    /// One folder is listed twice.
    ProjectListedTwice = "project-listed-twice",
    /// Two projects have one code location name.
    LocationNameTwice = "location-name-twice",
    /// Two projects have one Python package.
    PackageTwice = "package-twice",
    /// The workspace lists no project.
    NoProjects = "no-projects",
    /// A Dagster project in the workspace that dg.toml does not list.
    ProjectNotListed = "project-not-listed",
    /// The package or module that would be loaded is not there.
    ModuleMissing = "module-missing",
    /// The root folder's workspace.yaml is not used because dg settings win.
    WorkspaceYamlIgnored = "workspace-yaml-ignored",
    /// A workspace.yaml entry is of no known shape.
    EntryInvalid = "entry-invalid",
    /// `{env: X}` names a variable that is not set.
    VariableNotSet = "variable-not-set",
    /// A line of a `.env` file can't be read.
    DotEnvLine = "dot-env-line",
    /// pyproject.toml is not there.
    PyprojectMissing = "pyproject-missing",
    /// There is no environment.
    EnvironmentMissing = "environment-missing",
    /// The environment can't be used.
    EnvironmentBroken = "environment-broken",
    /// The environment's Python does not meet requires-python.
    PythonVersionUnmet = "python-version-unmet",
    /// Dagster is not installed in the environment.
    DagsterNotInstalled = "dagster-not-installed",
    /// An installed version does not meet the project's requirement.
    RequirementUnmet = "requirement-unmet",
    /// The lockfile no longer answers pyproject.toml.
    LockfileStale = "lockfile-stale",
    /// The environment comes from the uv workspace, where dg itself looks for the project's own.
    UvWorkspaceEnvironment = "uv-workspace-environment",
    /// The folder has no deployments/local.
    DeploymentMissing = "deployment-missing",
    /// Looking around was cut short.
    SearchCut = "search-cut",
}

/// A place in a file, counted from 1; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct FilePosition {
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

/// Something wrong in the person's files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// What kind it is.
    pub code: ProblemCode,
    /// How much it matters.
    pub severity: Severity,
    /// The file or folder, absolute.
    pub path: PathBuf,
    /// The line, counted from 1.
    pub line: Option<u32>,
    /// The column in characters, counted from 1.
    pub column: Option<u32>,
    /// A plain sentence: state, cause.
    pub message: String,
    /// The next step.
    pub hint: Option<String>,
    /// The line itself with a caret under the column, where that helps.
    pub excerpt: Option<String>,
}

impl Problem {
    /// Makes a problem of a whole file or folder.
    #[must_use]
    pub fn new(
        code: ProblemCode,
        severity: Severity,
        path: &Path,
        message: impl Into<String>,
    ) -> Self {
        Self {
            code,
            severity,
            path: path.to_path_buf(),
            line: None,
            column: None,
            message: message.into(),
            hint: None,
            excerpt: None,
        }
    }

    /// Names the place in the file.
    #[must_use]
    pub fn at(mut self, place: Option<FilePosition>) -> Self {
        self.line = place.map(|place| place.line);
        self.column = place.map(|place| place.column);
        self
    }

    /// Adds the next step.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the line with its caret.
    #[must_use]
    pub fn excerpt(mut self, excerpt: impl Into<String>) -> Self {
        self.excerpt = Some(excerpt.into());
        self
    }
}
