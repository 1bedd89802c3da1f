//! protobuf and grpcio are new enough for the code that was generated for them.
//!
//! Read from the generated files themselves, which name the versions that they were made for; no table of ours can be out
//! of date. Only those that every code server imports are looked at.

use std::path::Path;

use workspace::{Distribution, Project, compare_versions, distributions, site_packages};

use crate::check::{Check, Judge, Needs, Reads, Scope};
use crate::facts::{Facts, WorkspaceFacts};
use crate::finding::{FilePlace, Finding, FindingKey};

pub(crate) static CHECK: Check = Check {
    id: "generated-code",
    scope: Scope::Project,
    passes: "protobuf and grpcio fit the code that was generated for them",
    why: "grpcio-health-checking holds generated code that refuses an older protobuf or grpcio when it is imported: \
        “import dagster” still works, and every code server ends.",
    reads: &[Reads::Files],
    needs: Needs::Nothing,
    judge: Judge::Project(judge),
};

/// Generated code that every code server imports.
const MESSAGES: &str = "grpc_health/v1/health_pb2.py";
const SERVICE: &str = "grpc_health/v1/health_pb2_grpc.py";

fn judge(_: &Facts, workspace: &WorkspaceFacts, project: &Project) -> Vec<Finding> {
    let environment = &project.environment;
    let Some(packages) = site_packages(&environment.path).filter(|_| environment.can_run()) else {
        return Vec::new();
    };
    let needs = [
        (
            "protobuf",
            MESSAGES,
            made_for(&packages.join(MESSAGES), protobuf),
        ),
        ("grpcio", SERVICE, made_for(&packages.join(SERVICE), grpcio)),
    ];
    if needs.iter().all(|(_, _, needed)| needed.is_none()) {
        return Vec::new();
    }
    let installed = distributions(&environment.path);
    let too_old = needs.into_iter().filter_map(|(name, file, needed)| {
        let needed = needed?;
        let mut all = installed.iter();
        let one: &Distribution = all.find(|one| one.name == name)?;
        let older = compare_versions(&one.version, &needed).is_lt();
        older.then(|| {
            let mut finding = Finding::blocker(
                FindingKey::of(name),
                format!("{name} {} is too old for the code generated for it", one.version),
                format!(
                    "Code servers end when they import it, although “import dagster” works. {name} has to be {needed} or newer."
                ),
            )
            .seen(format!("{file} was generated for {name} {needed}"))
            .at(FilePlace::of(&one.folder));
            finding.fix = super::repair(workspace, project, name, "Sync");
            finding
        })
    });
    too_old.collect()
}

/// What a generated file says that it needs; none where it is not there or says nothing.
fn made_for(file: &Path, read: fn(&str) -> Option<String>) -> Option<String> {
    read(&std::fs::read_to_string(file).ok()?)
}

/// The version in the call that generated code makes before all else: its domain, then three numbers.
fn protobuf(text: &str) -> Option<String> {
    let (_, call) = text.split_once("ValidateProtobufRuntimeVersion(")?;
    let (arguments, _) = call.split_once(')')?;
    let numbers: Vec<&str> = arguments
        .split(',')
        .map(str::trim)
        .filter(|one| !one.is_empty() && one.chars().all(|c| c.is_ascii_digit()))
        .collect();
    (numbers.len() == 3).then(|| numbers.join("."))
}

/// The version that the generated service names.
fn grpcio(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("GRPC_GENERATED_VERSION = '")?;
    rest.split_once('\'').map(|(version, _)| version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_code_says_what_it_was_generated_for() {
        let messages = "_runtime_version.ValidateProtobufRuntimeVersion(\n    _runtime_version.Domain.PUBLIC,\n    6,\n    33,\n    5,\n    '',\n    'grpc_health/v1/health.proto'\n)\n";
        assert_eq!(protobuf(messages).as_deref(), Some("6.33.5"));
        assert_eq!(protobuf("# Protobuf Python Version: 4.25.1\n"), None);
        let service = "GRPC_GENERATED_VERSION = '1.81.1'\nGRPC_VERSION = grpc.__version__\n";
        assert_eq!(grpcio(service).as_deref(), Some("1.81.1"));
        assert_eq!(grpcio("import grpc\n"), None);
    }
}
