//! Every shape of workspace that is found in the wild, read and written down.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/describe.rs"]
mod describe;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use describe::describe;
use workspace::{Kind, ProblemCode, ReadOptions, find_root, quick_summary, read};

fn fixture(name: &str) -> PathBuf {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures/workspaces");
    let fixtures = std::fs::canonicalize(fixtures).unwrap();
    fixtures.join(name)
}

fn options() -> ReadOptions {
    ReadOptions {
        user_config: Some(fixture("no-such-file.toml")),
        environment: BTreeMap::from([
            ("LOCATION".to_owned(), "from the environment".to_owned()),
            ("PORT".to_owned(), "4266".to_owned()),
        ]),
        ..ReadOptions::default()
    }
}

macro_rules! readings {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                let folder = fixture(stringify!($name));
                let reading = read(&folder, &options());
                insta::assert_snapshot!(describe(&reading, &folder));
            }
        )*
    };
}

readings! {
    scaffolded
    strings
    no_directory_type
    empty_dg_toml
    commented_projects
    globs
    ghost
    twice
    same_name
    same_package
    invalid_project
    invalid_workspace
    bom_crlf
    both_files
    layouts
    no_settings
    single_project
    cli_settings
    pyproject_workspace
    workspace_yaml
    workspace_yaml_faults
    workspace_yaml_invalid
    plain_package
    plain_modules
    not_a_workspace
    uv_workspace
    latin1
    misspelt_directory_type
}

#[test]
fn outside() {
    let folder = fixture("outside");
    let reading = read(&folder.join("workspace"), &options());
    insta::assert_snapshot!(describe(&reading, &folder));
}

#[test]
fn an_absolute_path_is_read_and_noted() {
    let folder = tempfile::tempdir().unwrap();
    let project = fixture("scaffolded/projects/data-science");
    let text = format!(
        "directory_type = \"workspace\"\n[workspace]\nprojects = [{{ path = '{}' }}]\n",
        project.display()
    );
    std::fs::write(folder.path().join("dg.toml"), text).unwrap();
    let reading = read(folder.path(), &options());
    assert_eq!(reading.projects[0].path, project.display().to_string());
    assert_eq!(reading.projects[0].name, "data-science");
    let codes: Vec<_> = reading.problems.iter().map(|p| (p.code, p.line)).collect();
    assert!(
        codes.contains(&(ProblemCode::ProjectPathAbsolute, Some(3))),
        "{codes:?}"
    );
}

#[test]
fn subfolders_find_their_root() {
    let scaffolded = fixture("scaffolded");
    let project = scaffolded.join("projects/data-science");
    let module = project.join("src/data_science/defs");
    assert_eq!(
        find_root(&scaffolded.join("projects")),
        Some(scaffolded.clone())
    );
    assert_eq!(
        find_root(&scaffolded.join("deployments/local")),
        Some(scaffolded.clone())
    );
    assert_eq!(
        find_root(&scaffolded.join("dg.toml")),
        Some(scaffolded.clone())
    );
    assert_eq!(find_root(&module), Some(project.clone()));
    let reading = read(&module, &options());
    assert_eq!(reading.kind, Kind::DgProject);
    assert_eq!(reading.container, Some(scaffolded));
    assert_eq!(reading.projects[0].path, ".");
}

#[test]
fn a_workspace_file_opens_where_it_is_even_inside_a_dg_workspace() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("legacy");
    std::fs::create_dir(&inner).unwrap();
    std::fs::write(
        folder.path().join("dg.toml"),
        "directory_type = \"workspace\"\n[workspace]\n",
    )
    .unwrap();
    std::fs::write(inner.join("workspace.yaml"), "load_from: []\n").unwrap();
    assert_eq!(find_root(&inner).as_deref(), Some(inner.as_path()));
}

#[cfg(unix)]
#[test]
fn one_folder_by_a_link_and_by_its_name_is_one_project() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let text = "directory_type = \"workspace\"\n[workspace]\nprojects = [{path = \"a\"}, {path = \"b\"}]\n";
    std::fs::write(root.join("dg.toml"), text).unwrap();
    std::fs::create_dir(root.join("a")).unwrap();
    std::os::unix::fs::symlink("a", root.join("b")).unwrap();
    let reading = read(root, &options());
    assert_eq!(reading.projects.len(), 1);
    assert!(
        reading
            .problems
            .iter()
            .any(|p| p.code == ProblemCode::ProjectListedTwice)
    );
}

#[test]
fn the_user_config_is_read_and_the_workspace_overrules_it() {
    let folder = tempfile::tempdir().unwrap();
    let user = folder.path().join("dg.toml");
    let text = "[cli]\nsuppress_warnings = [\"create_dagster_outdated\"]\ntelemetry = { enabled = false }\n";
    std::fs::write(&user, text).unwrap();
    let with = |name: &str| {
        let options = ReadOptions {
            user_config: Some(user.clone()),
            ..options()
        };
        read(&fixture(name), &options).cli
    };
    assert_eq!(
        with("strings").suppress_warnings,
        ["create_dagster_outdated"]
    );
    assert_eq!(with("strings").telemetry, Some(false));
    assert_eq!(with("cli_settings").suppress_warnings.len(), 2);
}

#[test]
fn what_cannot_be_read_is_a_problem_of_its_project_only() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let text = "directory_type = \"workspace\"\n[workspace]\nprojects = [{path = \"a\"}, {path = \"b\"}]\n";
    std::fs::write(root.join("dg.toml"), text).unwrap();
    // A folder in a file's place can't be read by anyone, the superuser included.
    std::fs::create_dir_all(root.join("a/pyproject.toml")).unwrap();
    std::fs::create_dir_all(root.join("a/.env")).unwrap();
    std::fs::create_dir(root.join("b")).unwrap();
    let reading = read(root, &options());
    assert_eq!(reading.projects.len(), 2);
    let unreadable: Vec<_> = reading.projects[0]
        .problems
        .iter()
        .filter(|problem| problem.code == ProblemCode::FileUnreadable)
        .map(|problem| problem.path.clone())
        .collect();
    assert_eq!(
        unreadable,
        [root.join("a/pyproject.toml"), root.join("a/.env")]
    );
}

#[test]
fn a_glance_counts() {
    let summary = quick_summary(&fixture("scaffolded"));
    assert!(summary.exists);
    assert_eq!(
        (summary.kind, summary.projects, summary.attention),
        (Kind::DgWorkspace, 2, 2)
    );
    assert!(!quick_summary(&fixture("no-such-folder")).exists);
}

#[test]
fn every_fixture_reads_without_a_fault_of_ours() {
    let mut seen = 0;
    for entry in std::fs::read_dir(fixture("")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            let reading = read(
                &path,
                &ReadOptions {
                    lock_freshness: true,
                    ..options()
                },
            );
            let ids: std::collections::BTreeSet<_> =
                reading.projects.iter().map(|project| &project.id).collect();
            assert_eq!(
                ids.len(),
                reading.projects.len(),
                "ids repeat in {}",
                path.display()
            );
            seen += 1;
        }
    }
    assert!(seen > 25);
}
