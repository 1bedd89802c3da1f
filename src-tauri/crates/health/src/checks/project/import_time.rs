//! The code is imported in a few seconds.
//!
//! Measured only where the last load took that long, with one import of the module under `-X importtime`, one project at a
//! time. Its answer stands until files or packages change.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use dagster::command::{Code, import_times};
use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::sync::Semaphore;
use workspace::Project;

use super::definitions_tried;
use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::{Facts, Load};
use crate::finding::{FilePlace, Finding, FindingKey, Subject};

pub(crate) static CHECK: Check = Check {
    id: "import-time",
    scope: Scope::Project,
    passes: "The code is imported in less than 5 seconds",
    why: "Each start, each reload and each run imports the code anew.",
    reads: &[Reads::Load],
    needs: Needs::Trust,
    judge: Judge::Asking {
        limit: Duration::from_secs(600),
        ask,
        stamp: Some(stamp),
    },
};

/// From when on an import is slow.
const SLOW: Duration = Duration::from_secs(5);
/// How long it may take to measure one.
const LIMIT: Duration = Duration::from_secs(120);
/// How many imports are named.
const NAMED: usize = 3;
/// One at a time: others beside it would be measured with it.
static AT_ONCE: Semaphore = Semaphore::const_new(1);

/// Whether it is worth measuring, and if so what the code and the packages are.
fn stamp(facts: &Facts, subject: &Subject) -> String {
    let slow = seems_slow(facts, subject);
    let code = if slow {
        definitions_tried::stamp(facts, subject)
    } else {
        String::new()
    };
    format!("{slow} {code}")
}

/// Whether the last load took so long that it is worth measuring.
fn seems_slow(facts: &Facts, subject: &Subject) -> bool {
    let (Some(project), Some(workspace)) = (facts.project(subject), &facts.workspace) else {
        return false;
    };
    let load = workspace.seen(project).load;
    matches!(load, Load::Loaded { import: Some(took) } if took >= SLOW)
}

fn ask(facts: Arc<Facts>, subject: Subject) -> BoxFuture<'static, Vec<Finding>> {
    async move {
        match facts.project(&subject) {
            Some(project) if seems_slow(&facts, &subject) => measure(&facts, project, SLOW).await,
            _ => Vec::new(),
        }
    }
    .boxed()
}

/// Imports the module once and tells which imports cost most, where all together take `slow` or longer.
async fn measure(facts: &Facts, project: &Project, slow: Duration) -> Vec<Finding> {
    let (Some(interpreter), Some(Code::Module(module) | Code::Package(module))) =
        (&project.environment.interpreter, Code::of(&project.target))
    else {
        return Vec::new();
    };
    let Ok(_turn) = AT_ONCE.acquire().await else {
        return Vec::new();
    };
    let command = import_times(interpreter, &project.working_directory, &module);
    let Ok(finished) = facts.table.run(&command, None, LIMIT, &facts.ended).await else {
        return Vec::new();
    };
    let own = project.root_module.as_deref().unwrap_or(&module);
    let costs = costs(&finished.stderr_text(), own);
    let all: Duration = costs.iter().map(|(_, took)| *took).sum();
    if all < slow {
        return Vec::new();
    }
    let seconds = |took: Duration| format!("{:.1} s", took.as_secs_f64());
    let mut finding = Finding::warning(
        FindingKey::ONLY,
        format!("Importing the code takes {}", seconds(all)),
        "Each start, each reload and each run waits for it. Import what is costly inside the function that needs it.",
    )
    .at(FilePlace::of(&project.working_directory));
    let named = costs.into_iter().take(NAMED);
    finding.evidence = named
        .map(|(name, took)| format!("{name}: {}", seconds(took)))
        .collect();
    vec![finding]
}

/// What each package cost, the costliest first; modules of the person's own package are told apart.
fn costs(text: &str, own: &str) -> Vec<(String, Duration)> {
    let mut costs: BTreeMap<String, Duration> = BTreeMap::new();
    for line in text.lines() {
        // `import time:       152 |       1203 |   package.module`: itself, and with what it imports.
        let Some(rest) = line.strip_prefix("import time:") else {
            continue;
        };
        let mut columns = rest.split('|').map(str::trim);
        let (Some(itself), Some(_), Some(name)) = (columns.next(), columns.next(), columns.next())
        else {
            continue;
        };
        // The first line is a heading.
        let Ok(micros) = itself.parse() else { continue };
        let top = name.split('.').next().unwrap_or(name);
        let whose = if top == own { name } else { top };
        *costs.entry(whose.to_owned()).or_default() += Duration::from_micros(micros);
    }
    let mut costs: Vec<(String, Duration)> = costs.into_iter().collect();
    costs.sort_by_key(|(_, took)| std::cmp::Reverse(*took));
    costs
}

#[cfg(test)]
mod tests;
