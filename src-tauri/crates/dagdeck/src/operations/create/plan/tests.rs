use std::path::Path;

use super::answers::not_published;
use super::*;
use api::{ApiError, CreateSpec, ErrorCode};

fn means() -> Toolchain {
    Toolchain {
        tools: Tools {
            uv: "/bin/uv".into(),
            python: "/bin/python3.12".into(),
            dagster: "1.13.27".into(),
            telemetry: false,
        },
        git: Some("/bin/git".into()),
    }
}

fn plan(spec: CreateSpec) -> Plan {
    plan_with(spec, &means())
}

fn plan_with(spec: CreateSpec, means: &Toolchain) -> Plan {
    let (place, remarks) = place::find(&spec, Path::new("/home/ann"));
    Plan::made(spec, place, remarks, means)
}

/// A project in a workspace of its own, which is read anew each time.
fn project_in(root: &Path) -> CreateSpec {
    CreateSpec {
        kind: CreateKind::Project,
        parent: root.join("projects").display().to_string(),
        name: "inventory".into(),
        dagster: "1.13.27".into(),
        python: Some("3.12.1".into()),
        sync: true,
        ..CreateSpec::default()
    }
}

fn workspace(root: &Path) {
    let settings = "directory_type = \"workspace\"\n\n[workspace]\n";
    fs_err::write(root.join("dg.toml"), settings).unwrap();
    fs_err::create_dir(root.join("projects")).unwrap();
}

fn shell(plan: &Plan) -> Vec<String> {
    let steps = plan.work.iter();
    let lines = steps.map(|work| match work.command() {
        Some(command) => {
            let folder = command.folder.file_name().unwrap_or_default();
            let words = command.arguments.join(" ");
            format!("{}: {words}", folder.to_string_lossy())
        }
        None => work.words(),
    });
    lines.collect()
}

fn paths(plan: &Plan) -> Vec<&str> {
    let files = plan.shown.files.iter();
    files.map(|file| file.path.as_str()).collect()
}

#[test]
fn a_workspace_with_a_first_project() {
    let folder = tempfile::tempdir().unwrap();
    let plan = plan(CreateSpec {
        parent: folder.path().display().to_string(),
        name: "acme".into(),
        first_project: Some("data-eng".into()),
        git: true,
        sync: true,
        ..CreateSpec::default()
    });
    assert!(plan.shown.remarks.is_empty(), "{:?}", plan.shown.remarks);
    let parent = folder.path().file_name().unwrap().to_string_lossy();
    let scaffold =
        "tool run --python /bin/python3.12 --from create-dagster==1.13.27 create-dagster";
    let sync = "sync --compile-bytecode --python /bin/python3.12";
    assert_eq!(
        shell(&plan),
        [
            format!("{parent}: {scaffold} workspace acme --no-uv-sync"),
            format!("acme: {scaffold} project projects/data-eng --no-uv-sync"),
            "Write .gitignore of acme".to_owned(),
            "acme: init".to_owned(),
            format!("local: {sync}"),
            format!("data-eng: {sync}"),
        ]
    );
    assert_eq!(plan.shown.package.as_deref(), Some("data_eng"));
    assert_eq!(plan.shown.location.as_deref(), Some("data-eng"));
    assert_eq!(plan.root, folder.path().join("acme"));
    let files = paths(&plan);
    assert_eq!(
        files[..7],
        [
            "acme/",
            "acme/.git/",
            "acme/.gitignore",
            "acme/deployments/",
            "acme/deployments/local/",
            "acme/deployments/local/.venv/",
            "acme/deployments/local/pyproject.toml",
        ]
    );
    assert!(files.contains(&"acme/projects/data-eng/src/data_eng/defs/__init__.py"));
    let mut once = files.clone();
    once.dedup();
    assert_eq!(once, files);
    assert!(!folder.path().join("acme").exists(), "nothing is written");
}

#[test]
fn a_project_is_made_from_the_root_of_its_workspace_and_its_entry_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    workspace(root);
    let plan = plan(CreateSpec {
        sync: false,
        ..project_in(root)
    });
    assert!(plan.shown.remarks.is_empty(), "{:?}", plan.shown.remarks);
    let command = plan.work[0].command().unwrap();
    assert_eq!(command.folder, root);
    assert!(command.arguments.contains(&"projects/inventory".to_owned()));
    assert_eq!(
        plan.shown.edits[0].diff,
        [
            " directory_type = \"workspace\"",
            " ",
            " [workspace]",
            "+",
            "+[[workspace.projects]]",
            "+path = \"projects/inventory\"",
        ]
    );
    assert!(!paths(&plan).contains(&"inventory/README.md"));
    assert!(!plan.new_root);
}

#[test]
fn a_project_alone_is_its_own_root() {
    let folder = tempfile::tempdir().unwrap();
    let plan = plan(CreateSpec {
        kind: CreateKind::Project,
        parent: folder.path().display().to_string(),
        name: "inventory".into(),
        sync: true,
        ..CreateSpec::default()
    });
    assert_eq!(plan.work.len(), 2);
    assert!(plan.new_root && plan.shown.edits.is_empty());
    assert!(paths(&plan).contains(&"inventory/README.md"));
    assert_eq!(plan.root, folder.path().join("inventory"));
}

#[test]
fn what_is_not_published_is_named() {
    let all = |names: &[&str]| {
        names
            .iter()
            .map(|name| (*name).to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(not_published(&all(&["a"])), "a is not published");
    assert_eq!(
        not_published(&all(&["a", "b", "c"])),
        "a, b and c are not published"
    );
}

#[test]
fn the_plan_that_was_shown_is_made_and_another_is_refused_with_what_moved() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    workspace(root);
    let spec = || project_in(root);
    let shown = plan(spec()).shown.basis;
    plan(spec()).require(&shown).unwrap();
    let refused = |plan: Plan| {
        let refused = ApiError::from(plan.require(&shown).unwrap_err());
        assert_eq!(refused.code, ErrorCode::Precondition, "{refused:?}");
        refused
    };

    let newer = CreateSpec {
        dagster: "1.13.28".into(),
        ..spec()
    };
    let mut means = means();
    means.tools.dagster = "1.13.28".into();
    let said = refused(plan_with(newer, &means)).message;
    assert!(
        said.starts_with("The Dagster version changed since"),
        "{said}"
    );
    means.tools.dagster = "1.13.27".into();
    means.tools.telemetry = true;
    let said = refused(plan_with(spec(), &means)).message;
    let step = "The step “Make the project inventory” changed since";
    assert!(said.starts_with(step), "{said}");

    let config = root.join("dg.toml");
    let before = fs_err::read_to_string(&config).unwrap();
    fs_err::write(&config, format!("# mine\n{before}")).unwrap();
    let said = refused(plan(spec())).message;
    assert!(said.starts_with("dg.toml changed since"), "{said}");
    fs_err::write(&config, before).unwrap();
    plan(spec()).require(&shown).unwrap();

    let made = root.join("projects/inventory");
    fs_err::create_dir(&made).unwrap();
    let error = refused(plan(spec()));
    let place = format!("The folder {} changed since", made.display());
    assert!(error.message.starts_with(&place), "{error:?}");
    assert!(error.causes[0].contains("already"), "{error:?}");
}

#[test]
fn a_plan_that_was_shown_with_an_answer_that_can_not_be_used_is_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let spec = || CreateSpec {
        name: "json".into(),
        ..project_in(folder.path())
    };
    fs_err::create_dir(folder.path().join("projects")).unwrap();
    let shown = plan(spec()).shown.basis;
    let refused = plan(spec()).require(&shown).unwrap_err();
    assert!(matches!(refused, PlanError::Blocked { .. }), "{refused:?}");
}
