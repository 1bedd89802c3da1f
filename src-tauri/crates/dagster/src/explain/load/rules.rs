//! The rules, one function each; the first that knows the case explains it.
//!
//! Each is tested with a recorded failure (`tests/samples/load-*.json`). A rule goes by the exception's class where Python
//! or Dagster has one for it, and by the message only for what the class does not tell: words change more often than
//! classes.

use regex::Regex;
use terminal::Shell;

use super::{Case, Frame, Step, place};

/// What a rule says.
pub(super) struct LoadExplanation {
    pub(super) title: String,
    pub(super) explanation: String,
    pub(super) hints: Vec<Step>,
    /// A place matched by name, where no frame shows it.
    pub(super) place: Option<Frame>,
}

type LoadRule = fn(&Case<'_>) -> Option<LoadExplanation>;

const RULES: &[LoadRule] = &[
    syntax,
    two_definitions,
    no_definitions,
    duplicate_asset,
    missing_variable,
    missing_module,
    missing_name,
    undefined_name,
    missing_file,
    ended_while_loading,
    invalid_definition,
    invalid_component,
];

/// What the first rule says that knows the case; none where no rule does.
pub(super) fn explain(case: &Case<'_>) -> Option<LoadExplanation> {
    RULES.iter().find_map(|rule| rule(case))
}

/// A step in words alone.
fn advise(text: &str) -> Step {
    Step::Say(text.to_owned())
}

/// The first group of a pattern in a text.
fn capture(pattern: &str, text: &str) -> Option<String> {
    let found = Regex::new(pattern).ok()?.captures(text)?;
    Some(found.get(1)?.as_str().to_owned())
}

/// `SyntaxError`, `IndentationError`, `TabError`. The place is the last frame that names no function: Python gives the
/// fault itself as one.
fn syntax(case: &Case<'_>) -> Option<LoadExplanation> {
    let title = match case.class.as_str() {
        "SyntaxError" => "A file isn't valid Python",
        "IndentationError" | "TabError" => "A file's indentation is off",
        _ => return None,
    };
    let at = case
        .frames
        .iter()
        .rev()
        .find(|frame| frame.function.is_empty());
    let place = at.map(|frame| Frame {
        code: frame
            .code
            .clone()
            .or_else(|| place::source_line(&frame.path, frame.line)),
        ..frame.clone()
    });
    let name = place
        .as_ref()
        .and_then(|frame| frame.path.file_name())
        .map(|name| name.to_string_lossy().into_owned());
    let spot = match (&place, name) {
        (Some(frame), Some(name)) => format!("{name}, line {}", frame.line),
        _ => "a file".to_owned(),
    };
    Some(LoadExplanation {
        title: title.to_owned(),
        explanation: format!(
            "Python can't read {spot}: {}.",
            case.message.trim_end_matches('.')
        ),
        hints: vec![advise(
            "The fault can also be on the line above, where a bracket or a quote is not closed.",
        )],
        place,
    })
}

/// Dagster found several Definitions objects in one module. The place is where the second is made: one is allowed.
fn two_definitions(case: &Case<'_>) -> Option<LoadExplanation> {
    let names = capture(
        r"more than one Definitions object.*Found Definitions objects: (.+)$",
        &case.message,
    )?;
    let names: Vec<&str> = names.trim().trim_end_matches('.').split(", ").collect();
    let (module, second) = names.get(1).or(names.first())?.rsplit_once('.')?;
    let short: Vec<&str> = names
        .iter()
        .filter_map(|name| name.rsplit('.').next())
        .collect();
    Some(LoadExplanation {
        title: "Two Definitions objects in one module".to_owned(),
        explanation: format!(
            "Dagster loads the one Definitions object that a module holds. {module} holds {}: {}.",
            short.len(),
            short.join(", ")
        ),
        hints: vec![advise(
            "Join them with Definitions.merge, or keep one and delete the rest.",
        )],
        place: place::definition(case.origin, module, second),
    })
}

/// Dagster found nothing to load in the module that the settings name.
fn no_definitions(case: &Case<'_>) -> Option<LoadExplanation> {
    let module = capture(r#"^No Definitions,.*found in "([^"]+)""#, &case.message)?;
    Some(LoadExplanation {
        title: "Nothing to load in this module".to_owned(),
        explanation: format!(
            "Dagster looks in {module} for a Definitions object, a job or assets, and there is none at the top level."
        ),
        hints: vec![
            advise(
                "Add defs = Definitions(...), or a function marked @definitions that returns one.",
            ),
            advise(
                "If the definitions are in another module, name it as code_location_target_module in pyproject.toml.",
            ),
        ],
        place: place::module(case.origin, module.trim_end_matches(".py")),
    })
}

/// Two assets have one key. Dagster says only the key, so the place is looked for by its last part.
fn duplicate_asset(case: &Case<'_>) -> Option<LoadExplanation> {
    let key = capture(r"Duplicate asset key: AssetKey\(\[(.+?)\]\)", &case.message)?;
    let parts: Vec<&str> = key
        .split(", ")
        .map(|part| part.trim_matches(['\'', '"']))
        .collect();
    let shown = parts.join("/");
    Some(LoadExplanation {
        title: format!("Two assets are called {shown}"),
        explanation: format!(
            "An asset key may be used once in a code location. Two assets have the key {shown}."
        ),
        hints: vec![advise(
            "Rename one of them, or take away the one that is not meant.",
        )],
        place: place::second_asset(case.origin, parts.last()?),
    })
}

/// The code reads an environment variable that is not set: as `os.environ[...]` (a `KeyError` whose frames lead through
/// `os`), or in the words that Dagster and others use for it.
fn missing_variable(case: &Case<'_>) -> Option<LoadExplanation> {
    let name = if case.class == "KeyError" {
        let reads = |frame: &Frame| {
            frame
                .code
                .as_deref()
                .is_some_and(|code| code.contains("environ"))
        };
        let in_os = |frame: &Frame| {
            frame.path.to_string_lossy().contains("os>") || frame.path.ends_with("os.py")
        };
        if !case.frames.iter().any(|frame| reads(frame) || in_os(frame)) {
            return None;
        }
        case.message.trim_matches(['\'', '"']).to_owned()
    } else {
        capture(
            r#"nvironment variable ['"`]?([A-Za-z_][A-Za-z0-9_]*)['"`]? (?:is not|was not|not) (?:set|found)"#,
            &case.message,
        )?
    };
    Some(LoadExplanation {
        title: format!("{name} isn't set"),
        explanation: format!(
            "The code reads the environment variable {name} while it loads, and there is none."
        ),
        hints: vec![
            Step::Copy {
                text: format!("Add {name} to the project's .env file, then restart the location"),
                command: Shell::HERE.append(&[format!("{name}=")], ".env"),
                folder: case.origin.folder.clone(),
            },
            advise(
                "With dg.EnvVar the value is read when a run needs it, and loading works without it.",
            ),
        ],
        place: None,
    })
}

/// `ModuleNotFoundError`: the module that was to be loaded, one of the project's own, or a package that is not installed.
/// Only the last is put right by a sync; `uv add` takes the name for the package's, which may differ.
fn missing_module(case: &Case<'_>) -> Option<LoadExplanation> {
    if case.class != "ModuleNotFoundError" {
        return None;
    }
    let module = capture(r"No module named '([^']+)'", &case.message)?;
    let top = module.split('.').next()?.to_owned();
    let target =
        capture(r"while importing module ([\w.]+)", &case.failure.message).unwrap_or_default();
    // The module that was to be loaded is missing itself, or one of the project's own is.
    let is_target =
        target == module || target.starts_with(&format!("{module}.")) && case.own_frame().is_none();
    let is_own = case.origin.root_module.as_deref() == Some(top.as_str());
    if is_target || is_own {
        return Some(LoadExplanation {
            title: format!("There is no module {module}"),
            explanation: format!(
                "The code location is loaded from {}, and {module} is not there.",
                case.origin.working_directory.display()
            ),
            hints: vec![advise(if is_target {
                "Check root_module and code_location_target_module in pyproject.toml, and the folder's name."
            } else {
                "Check the name in the import, and that each folder on the way has an __init__.py."
            })],
            place: None,
        });
    }
    let argv = ["uv".to_owned(), "add".to_owned(), top.replace('_', "-")];
    Some(LoadExplanation {
        title: format!("{top} isn't installed"),
        explanation: format!(
            "The code imports {module}, and the project's environment does not have it."
        ),
        hints: vec![
            Step::Sync("Sync the environment, if pyproject.toml already asks for it".to_owned()),
            Step::Copy {
                text: "Else add the package that brings it; its name may differ from the import's"
                    .to_owned(),
                command: Shell::HERE.call(&argv),
                folder: case.origin.folder.clone(),
            },
        ],
        place: None,
    })
}

/// `ImportError` of a name: two modules that wait for each other, or a version that does not have it.
fn missing_name(case: &Case<'_>) -> Option<LoadExplanation> {
    if case.class != "ImportError" {
        return None;
    }
    let found =
        Regex::new(r"cannot import name '([^']+)' from (partially initialized module )?'([^']+)'")
            .ok()?;
    let found = found.captures(&case.message)?;
    let (name, module) = (&found[1], &found[3]);
    if found.get(2).is_some() {
        return Some(LoadExplanation {
            title: "Two modules import each other".to_owned(),
            explanation: format!(
                "{module} was not read to its end when {name} was asked of it, since it waits for the module that asks."
            ),
            hints: vec![advise(
                "Move what both need into a third module, or import inside the function that needs it.",
            )],
            place: None,
        });
    }
    Some(LoadExplanation {
        title: format!("{module} has no {name}"),
        explanation: format!(
            "The code imports {name} from {module}, and this version of {module} does not have it."
        ),
        hints: vec![
            advise(
                "Check the name, and whether the installed version is the one the code was written for.",
            ),
            Step::Sync("Sync the environment, if the lockfile asks for another version".to_owned()),
        ],
        place: None,
    })
}

/// `NameError`: Python reads a line that names what nothing was called so far.
fn undefined_name(case: &Case<'_>) -> Option<LoadExplanation> {
    if case.class != "NameError" {
        return None;
    }
    let name = capture(r"^name '(.+)' is not defined", &case.message)?;
    Some(LoadExplanation {
        title: format!("{name} isn't defined"),
        explanation: format!("Where Python reads this line, nothing is called {name} yet."),
        hints: vec![advise(
            "Look at how it is spelt, whether it is imported, and whether it is defined above this line.",
        )],
        place: None,
    })
}

/// `FileNotFoundError` while the code is loaded. A relative path is mostly meant from the file that names it; code servers
/// run in the workspace's root.
fn missing_file(case: &Case<'_>) -> Option<LoadExplanation> {
    if case.class != "FileNotFoundError" {
        return None;
    }
    let path = capture(r"No such file or directory: '([^']+)'", &case.message)?;
    let relative = !std::path::Path::new(&path).is_absolute();
    Some(LoadExplanation {
        title: "A file isn't there".to_owned(),
        explanation: format!("The code opens {path} while it loads, and there is no such file."),
        hints: vec![advise(if relative {
            "The path is relative to the workspace's root, where code servers run. Build it from Path(__file__).parent instead."
        } else {
            "Create the file, or correct the path."
        })],
        place: None,
    })
}

/// The process ended in the middle of loading, so that Dagster knows its exit code and nothing else.
fn ended_while_loading(case: &Case<'_>) -> Option<LoadExplanation> {
    let code = capture(
        r"gRPC server exited with return code (-?\d+) while starting up",
        &case.message,
    )?;
    Some(LoadExplanation {
        title: format!("Loading ended with code {code}"),
        explanation: "The process ended while it was loading the code, before it could say why."
            .to_owned(),
        hints: vec![advise(
            "Look for sys.exit or os._exit in code that runs on import, and at the last lines of the log.",
        )],
        place: None,
    })
}

/// Dagster's own complaint of definitions that don't fit together; its message is told as it is.
fn invalid_definition(case: &Case<'_>) -> Option<LoadExplanation> {
    if !matches!(
        case.class.as_str(),
        "DagsterInvalidDefinitionError" | "DagsterInvalidSubsetError"
    ) {
        return None;
    }
    Some(LoadExplanation {
        title: "A definition isn't valid".to_owned(),
        explanation: sentence(&case.message),
        hints: vec![advise(
            "The definitions were imported, but they don't fit together. The message names the one at fault.",
        )],
        place: None,
    })
}

/// A component's defs.yaml does not fit its schema. Dagster names the file and the line in its message.
fn invalid_component(case: &Case<'_>) -> Option<LoadExplanation> {
    let place = Regex::new(r"(?m)^\s*(/[^\n:]+defs\.ya?ml):(\d+)").ok()?;
    let found = place.captures(&case.message)?;
    let path = std::path::PathBuf::from(&found[1]);
    let line: u32 = found[2].parse().ok()?;
    Some(LoadExplanation {
        title: "A component's defs.yaml isn't valid".to_owned(),
        explanation:
            "Dagster checked the file against the component's schema, and a value does not fit."
                .to_owned(),
        hints: vec![],
        place: Some(Frame {
            code: place::source_line(&path, line),
            path,
            line,
            function: String::new(),
            own: true,
        }),
    })
}

/// The first paragraph of a message, ended like a sentence.
fn sentence(message: &str) -> String {
    let first = message.split("\n\n").next().unwrap_or(message).trim();
    if first.ends_with(['.', '!', '?']) {
        first.to_owned()
    } else {
        format!("{first}.")
    }
}
