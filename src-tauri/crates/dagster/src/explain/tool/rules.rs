//! The rules: a pattern in what a tool printed, and what to say of it.
//!
//! Each has a recorded failure among `tests/samples/tool-failures.txt`. A pattern names as little of the text as tells it
//! from others, for paths, versions and colours around it differ.

use regex::Regex;

/// What a rule says.
pub(in crate::explain) struct ToolExplanation {
    pub(in crate::explain) title: String,
    pub(in crate::explain) explanation: String,
    pub(in crate::explain) hint: String,
}

/// Pattern, title, explanation, hint; `{1}` stands for what the pattern caught.
type ToolRule = [&'static str; 4];

/// In order: what caused a failure stands before what it caused.
const RULES: &[ToolRule] = &[
    [
        r"No such file or directory: '(\S+/\.venv/bin/python)'",
        "A project has no environment",
        "dg starts the Python of each project, and {1} is not there.",
        "Sync the project, which makes it.",
    ],
    [
        r"failed to run command ‘([^’]+)’: No such file",
        "A program isn't there",
        "{1} was to be started. In an environment it is a link, and the Python behind it may have been removed.",
        "Sync the project, which makes its environment anew.",
    ],
    [
        r"uv: not found|uv is not installed\.",
        "uv isn't installed",
        "The tool uses uv to install packages, and did not find it.",
        "Let Dagdeck bring uv, or install it and start again.",
    ],
    [
        r"are either valid Python identifiers[^\n]*\n\s*Received: (.+)\.components\.\*",
        "{1} can't be a project's name",
        "A project's folder gives its Python package the name, and {1} is no name that Python can import. The folder was written \
         and is not listed.",
        "Delete that folder and choose letters, digits, - and _.",
    ],
    [
        r#"Expected: "project" \| "workspace"\s*\n\s*Received: deployment"#,
        "dg was started in the deployment's folder",
        "dg reads the nearest settings, and those of deployments/local are of a kind that it does not take.",
        "Start it in the workspace's folder.",
    ],
    [
        r"Missing required value for `([^`]+)`",
        "The setting {1} is missing",
        "The nearest dg.toml or pyproject.toml does not say it, and dg does not go on without.",
        "Add it to the file.",
    ],
    [
        r"Unrecognized field at `[^`]*`:\s+(\S+)",
        "dg doesn't know the setting {1}",
        "dg refuses a file with a key that it does not know.",
        "Correct its spelling, or take it out.",
    ],
    [
        r"Invalid value for `([^`]+)`",
        "{1} has a value that dg doesn't take",
        "The lines below say what it expects and what it found.",
        "Correct the value in dg.toml or pyproject.toml.",
    ],
    [
        r"CheckError: Expected non-None value: None",
        "dg found no settings of its own here",
        "It was started in a folder whose settings are neither a project's nor a workspace's.",
        "Start it in the workspace's folder.",
    ],
    [
        r"tomlkit\.exceptions\.\w+: .* at line (\d+) col",
        "A settings file is not valid TOML",
        "dg stops at line {1} of dg.toml or pyproject.toml.",
        "Correct that line, then try again.",
    ],
    [
        r"Cannot find `pyproject\.toml` at (\S+)",
        "A listed project isn't there",
        "dg.toml lists {1}, and there is no pyproject.toml. dg takes neither patterns nor folders that are gone.",
        "Take it out of dg.toml, or bring the folder back.",
    ],
    [
        r"Key 'workspace' not found in path",
        "The nearest settings are a project's",
        "The files were written, but the new project could not be listed: the command ran inside another project.",
        "Run it in the workspace's folder, and delete what was written.",
    ],
    [
        r"KeyError: 'workspace'",
        "dg.toml has no [workspace] table",
        "dg needs the table even where it is empty.",
        "Add a line [workspace] to dg.toml.",
    ],
    [
        r"(must be run inside a Dagster)",
        "There is no Dagster workspace here",
        "dg looks for dg.toml or pyproject.toml in its folder and those above it.",
        "Start it in the workspace's folder.",
    ],
    [
        r#"\$DAGSTER_HOME "([^"]*)" must be an absolute path"#,
        "DAGSTER_HOME is not an absolute path",
        "It is set to {1}, and Dagster takes only whole paths.",
        "Set it to a path that begins with /, or unset it.",
    ],
    [
        r#"\$DAGSTER_HOME "([^"]*)" is not a directory"#,
        "DAGSTER_HOME names no folder",
        "It is set to {1}, which is not there or is a file.",
        "Make the folder, or set DAGSTER_HOME to another.",
    ],
    [
        r"export DAGSTER_HOME=",
        "DAGSTER_HOME isn't set",
        "The daemon keeps runs and schedules in that folder, and does not start without.",
        "Launch the workspace with Dagdeck, which sets it, or set it yourself.",
    ],
    [
        r"loading dagster instance config at (\S+?)\.?\s",
        "{1} has a setting that Dagster doesn't take",
        "The instance can't be opened with it. The lines below name the setting.",
        "Correct the file.",
    ],
    [
        r"The (dagster-webserver) Python package must be installed",
        "The webserver isn't installed",
        "dg dev starts dagster-webserver from the environment that dg itself is in.",
        "Add dagster-webserver to deployments/local, and sync.",
    ],
    [
        r#"Cannot have multiple locations with the same name, got multiple "([^"]+)""#,
        "Two code locations are called {1}",
        "A location's name is its folder's, and one name may be used once in a workspace.",
        "Rename one of the folders, or set code_location_name in its pyproject.toml.",
    ],
    [
        r"error while attempting to bind on address \('[^']+', (\d+)\)",
        "Port {1} is taken",
        "Another program listens there. The webserver says its address before it finds out.",
        "Use another port, or stop that program.",
    ],
    [
        r"Failed to bind to address ([^;\s]+)",
        "{1} is taken",
        "A code server could not listen there: another program does, often a code server of an earlier run.",
        "Use another address, or stop that program.",
    ],
    [
        r"already specifies a project at (\S+)\.\s*$",
        "The workspace already lists this project",
        "dg.toml names {1} already, so nothing was written.",
        "Choose another name.",
    ],
    [
        r"(?:A file or directory|Folder) already exists at (\S+?)\.?\s*$",
        "There is something in that place already",
        "{1} exists, even if it is empty, and nothing was written.",
        "Choose another name, or move that folder away.",
    ],
    [
        r"FileExistsError: \[Errno \d+\] File exists: '([^']+)'",
        "There is something in that place already",
        "{1} exists, and the files of another project are in the way.",
        "Choose another folder.",
    ],
    [
        r"ValueError: '([^']+)' is not in the subpath of",
        "The project would lie outside the workspace",
        "{1} is not below the workspace's folder, so dg.toml can't list it.",
        "Choose a folder within the workspace.",
    ],
    [
        r"Workspace already exists at (\S+)\.\s",
        "This folder is in a workspace already",
        "{1} is one, and a workspace does not hold another.",
        "Add a project to it, or choose a folder elsewhere.",
    ],
    [
        r"(?:Missing argument|No such command|No such option):? '?([^'.\s]+)",
        "The tool was called in a way that it doesn't know",
        "{1} is missing or unknown. Versions of the tool differ in what they take.",
        "Compare with what its --help says.",
    ],
    [
        r"(Read-only file system|Permission denied)",
        "The folder can't be written",
        "The system refuses: {1}.",
        "Choose a folder of your own.",
    ],
    [
        r"Protobuf Gencode/Runtime[^\n]*gencode (\S+) runtime",
        "protobuf is too old for generated code",
        "Code that was generated for protobuf {1} refuses the older one that is installed.",
        "Sync the environment, or ask for a newer protobuf in pyproject.toml.",
    ],
    [
        r"The grpc package installed is at version[^\n]*depends on grpcio>=([\d.]+\d)",
        "grpcio is too old for generated code",
        "Code that was generated for grpcio {1} refuses the older one that is installed.",
        "Sync the environment, or ask for a newer grpcio in pyproject.toml.",
    ],
    [
        r"Version table '(\w+)' has more than one head",
        "The instance's database is damaged",
        "Several processes made it at the same time. Every start fails until it is made anew.",
        "Move the instance's folder away; runs that it holds are lost.",
    ],
    [
        r"more than one Definitions object[^\n]*Found Definitions objects: ([^\n]+)",
        "Two Definitions objects in one module",
        "Dagster loads the one Definitions object that a module holds. There are {1}.",
        "Join them with Definitions.merge, or keep one and delete the rest.",
    ],
    [
        r"No heartbeat received in (\d+) seconds",
        "The code server was left alone",
        "Whoever started it gave no sign of life for {1} seconds, so it ended itself.",
        "Start it again.",
    ],
    [
        r"(?:ModuleNotFoundError|ImportError): `?No module named '([^']+)'",
        "There is no module {1}",
        "Python did not find it: it is not installed, or its name or folder is another.",
        "Sync the environment, or correct the name.",
    ],
    [
        r"^(Aborted!)\s*$",
        "The tool waited for an answer",
        "It asked something that nobody could answer, and ended.",
        "Run it in a terminal, or with a flag that answers.",
    ],
];

/// The first rule that knows a text.
pub(in crate::explain) fn known(text: &str) -> Option<ToolExplanation> {
    RULES
        .iter()
        .find_map(|[pattern, title, explanation, hint]| {
            let found = Regex::new(pattern).ok()?;
            let found = found.captures(text)?;
            let caught = found.get(1).map_or("", |group| group.as_str());
            let fill = |words: &str| words.replace("{1}", caught);
            Some(ToolExplanation {
                title: fill(title),
                explanation: fill(explanation),
                hint: fill(hint),
            })
        })
}
