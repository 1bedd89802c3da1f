//! The files that the scaffolder promises, as seen with create-dagster 1.12.22 and 1.13.27.

/// A file or folder that is to be there; a folder ends with `/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promised {
    /// Relative to what is made, with `/`.
    pub path: String,
    /// What it is for; empty where the name says it.
    pub note: &'static str,
    /// Whether nothing can be run without it. What else is written differs from version to version.
    pub needed: bool,
}

fn promised(path: impl Into<String>, note: &'static str) -> Promised {
    Promised {
        path: path.into(),
        note,
        needed: true,
    }
}

fn beside(path: &str, note: &'static str) -> Promised {
    Promised {
        needed: false,
        ..promised(path, note)
    }
}

/// What is in a new workspace's folder, in the order of a tree.
#[must_use]
pub fn workspace() -> Vec<Promised> {
    vec![
        promised("dg.toml", "makes it a workspace and lists its projects"),
        promised(
            "deployments/local/pyproject.toml",
            "what the Dagster UI runs from",
        ),
        beside("projects/", "your code goes here"),
    ]
}

/// What is in a new project's folder, in the order of a tree; one that is `alone` is in no workspace.
#[must_use]
pub fn project(package: &str, alone: bool) -> Vec<Promised> {
    let source = format!("src/{package}");
    let mut files = vec![
        promised("pyproject.toml", "its packages and settings"),
        promised(format!("{source}/__init__.py"), ""),
        promised(format!("{source}/definitions.py"), "what Dagster loads"),
        promised(
            format!("{source}/defs/__init__.py"),
            "your definitions go beside this",
        ),
        beside("tests/__init__.py", ""),
        beside(
            ".dg/telemetry.yaml",
            "a random id of the project, for Dagster's usage statistics",
        ),
    ];
    if alone {
        files.push(beside(".gitignore", ""));
        files.push(beside("README.md", ""));
    }
    files
}

/// What `uv sync` adds to a folder.
#[must_use]
pub fn synced() -> Vec<Promised> {
    vec![
        promised("uv.lock", "the exact packages"),
        beside(".venv/", "the environment, not for git"),
    ]
}

/// The text of a new workspace's `.gitignore`: what is made on each machine anew.
pub const GITIGNORE: &str = "\
# Environments: made by uv sync
.venv/

# Python's own
__pycache__/
*.py[cod]
*.egg-info/
build/
dist/

# Secrets and settings of one machine
.env

# Left by Dagster where it was killed
.tmp_dagster_home_*/
";
