//! A reading as short text, with the machine's own paths left out.

use std::fmt::Write;
use std::path::Path;

use workspace::{Problem, Project, Reading};

/// Writes a reading down.
pub(crate) fn describe(reading: &Reading, base: &Path) -> String {
    let mut out = String::new();
    let root = reading.root.display().to_string();
    writeln!(out, "{:?} {} at {root}", reading.kind, reading.name).unwrap();
    if let Some(config) = &reading.config {
        writeln!(out, "config {}", config.display()).unwrap();
    }
    if let Some(file) = &reading.dot_env {
        writeln!(out, "env names {:?}", file.names).unwrap();
    }
    if reading.cli.telemetry.is_some() || !reading.cli.suppress_warnings.is_empty() {
        writeln!(
            out,
            "cli {:?} {:?}",
            reading.cli.suppress_warnings, reading.cli.telemetry
        )
        .unwrap();
    }
    if let Some(deployment) = &reading.deployment {
        writeln!(
            out,
            "deployment {} {}",
            deployment.path,
            deployment.environment.state_word()
        )
        .unwrap();
    }
    for nearby in &reading.nearby {
        writeln!(out, "nearby {:?} {}", nearby.kind, nearby.path.display()).unwrap();
    }
    list(&mut out, &reading.problems, "");
    for each in &reading.projects {
        project(&mut out, each);
    }
    out.replace(&base.display().to_string(), "<base>")
}

fn project(out: &mut String, project: &Project) {
    writeln!(out, "\n[{}] \"{}\"", project.id, project.name).unwrap();
    if project.path != project.id {
        writeln!(out, "  path {}", project.path).unwrap();
    }
    writeln!(
        out,
        "  target {:?} attribute {:?}",
        project.target, project.attribute
    )
    .unwrap();
    writeln!(
        out,
        "  working directory {}",
        project.working_directory.display()
    )
    .unwrap();
    writeln!(
        out,
        "  root {:?} defs {:?}",
        project.root_module, project.defs_module
    )
    .unwrap();
    let environment = &project.environment;
    writeln!(
        out,
        "  environment {} {:?} {} requires {:?}",
        environment.state_word(),
        environment.source,
        environment.path.display(),
        environment.requires_python,
    )
    .unwrap();
    list(out, &project.problems, "  ");
}

fn list(out: &mut String, problems: &[Problem], indent: &str) {
    for problem in problems {
        let place = match (problem.line, problem.column) {
            (Some(line), Some(column)) => format!(":{line}:{column}"),
            _ => String::new(),
        };
        writeln!(
            out,
            "{indent}! {:?} {} {}{place}\n{indent}  {}",
            problem.severity,
            problem.code.as_str(),
            problem.path.display(),
            problem.message
        )
        .unwrap();
        if let Some(excerpt) = &problem.excerpt {
            for line in excerpt.lines() {
                writeln!(out, "{indent}  | {line}").unwrap();
            }
        }
    }
}
