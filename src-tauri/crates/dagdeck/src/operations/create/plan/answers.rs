//! What to say of the answers that are not names: the version, the Python, trust, git.
//!
//! Each answers the value to use and what to say of it. What the index does not tell is worth saying and blocks nothing
//! where a version was typed; where the newest is asked for it blocks, with the version that the workspace uses as the way
//! on.

use dagster::create::versions;

use super::super::place::Destination;
use super::super::remark::{note, stop};
use super::super::{Index, IndexError, form};
use crate::context::AppContext;
use crate::operations::pythons;
use api::{ApiError, CreateField, CreateRemark};

/// The version to use, with what to say of it.
pub(super) struct Chosen {
    pub(super) version: String,
    pub(super) remark: Option<CreateRemark>,
}

/// The Dagster version: the newest that is whole where none was typed, else what was typed, held against the index.
pub(super) async fn dagster(
    context: &AppContext,
    index: &Index,
    typed: &str,
    place: Option<&Destination>,
) -> Chosen {
    let typed = typed.trim();
    let chosen = |version: &str, remark| Chosen {
        version: version.to_owned(),
        remark,
    };
    let field = CreateField::Dagster;
    if typed.is_empty() {
        return match index.newest(context, false).await {
            Ok(newest) => chosen(&newest.version, None),
            Err(error) => {
                let used = place
                    .and_then(|place| place.around.as_ref())
                    .and_then(|reading| used(reading).into_iter().next())
                    .filter(|_| depends_on_version(&error));
                chosen("", Some(stop(field, error_text(&error), used)))
            }
        };
    }
    if !versions::is_version(typed) {
        let newest = index.newest_known().map(|newest| newest.version);
        let words = format!("\"{typed}\" is no version. Type one, such as 1.13.27.");
        return chosen(typed, Some(stop(field, words, newest)));
    }
    match index.missing_at(context, typed).await {
        Ok(missing) if missing.is_empty() => chosen(typed, None),
        Ok(missing) => {
            let newest = index.newest(context, false).await.ok();
            let newest = newest.map(|newest| newest.version);
            let words = if missing.len() == versions::PACKAGES.len() {
                format!("The package index has no Dagster {typed}.")
            } else {
                format!(
                    "Dagster {typed} can't be used: {} at that version. A new release is published package by package.",
                    not_published(&missing)
                )
            };
            chosen(typed, Some(stop(field, words, newest)))
        }
        Err(error) => chosen(typed, Some(note(field, error_text(&error)))),
    }
}

/// Whether another answer helps: without uv, or without room for a question, none does.
fn depends_on_version(error: &IndexError) -> bool {
    !matches!(
        error,
        IndexError::UvMissing(_) | IndexError::NotAsked { .. }
    )
}

/// "dagster-dg-cli and dagster-webserver are not published".
pub(crate) fn not_published(missing: &[String]) -> String {
    match missing {
        [one] => format!("{one} is not published"),
        [all @ .., last] => format!("{} and {last} are not published", all.join(", ")),
        [] => String::new(),
    }
}

/// An error as one text.
fn error_text(error: &IndexError) -> String {
    let error = ApiError::from(error);
    let hints = error.hints.iter().map(|hint| format!(" {}", hint.text));
    format!("{}{}", error.message, hints.collect::<String>())
}

/// The Dagster versions of a workspace's projects, newest first.
pub(crate) fn used(reading: &workspace::Reading) -> Vec<String> {
    let installed = |project: &workspace::Project| project.environment.installed.dagster.clone();
    let mut versions: Vec<String> = reading.projects.iter().filter_map(installed).collect();
    versions.sort_by(|a, b| workspace::compare_versions(b, a));
    versions.dedup();
    versions
}

/// The Python's version, and what uv is told: the interpreter, or the version where it is downloaded first.
pub(super) async fn python(
    context: &AppContext,
    wanted: Option<&str>,
) -> Result<(String, String), CreateRemark> {
    let choices = form::pythons(context).await;
    let best = choices.first();
    let wanted = wanted.map(str::trim).filter(|wanted| !wanted.is_empty());
    let found = match wanted {
        Some(wanted) => choices
            .iter()
            .find(|one| pythons::is_meant(&one.version, wanted)),
        None => best,
    };
    let field = CreateField::Python;
    match (found, wanted) {
        (Some(one), _) => {
            let told = one.path.clone().unwrap_or_else(|| one.version.clone());
            Ok((one.version.clone(), told))
        }
        (None, Some(wanted)) => Err(stop(
            field,
            format!(
                "There is no Python {wanted} here that Dagster runs on, and uv has none to download."
            ),
            best.map(|best| best.version.clone()),
        )),
        (None, None) => Err(stop(
            field,
            "No Python that Dagster runs on was found (3.10 to 3.14). Install one with uv python install 3.12.",
            None,
        )),
    }
}

/// What stands for a workspace around that is not trusted, unless it is `to_be`.
pub(super) fn trust_remark(
    context: &AppContext,
    place: &Destination,
    to_be: bool,
) -> Option<CreateRemark> {
    let root = &place.around.as_ref()?.root;
    let field = CreateField::Parent;
    let shown = root.display();
    (!context.state.is_trusted(root)).then(|| {
        if to_be {
            let words = format!("{shown} is trusted with this: what is in it may run, now and later.");
            return note(field, words);
        }
        let words = format!(
            "Nothing runs in {shown} until you trust it. Open it and trust it (in a terminal, --trust does that), then make the project."
        );
        stop(field, words, None)
    })
}

pub(super) fn git_remark(place: &Destination, found: bool) -> Option<CreateRemark> {
    if !found {
        let words = "git was not found. Install it, or leave this off.";
        return Some(stop(CreateField::Git, words, None));
    }
    let around = form::repository(&place.parent)?;
    Some(note(
        CreateField::Git,
        format!(
            "The folder is in the git repository {} already. A repository in another is seldom meant.",
            around.display()
        ),
    ))
}
