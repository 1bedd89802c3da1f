//! Projects in and out of a workspace: `dagdeck add`, and what the window asks for, over a real workspace that runs.

use std::path::{Path, PathBuf};

use api::{ErrorCode, FolderRequest, MovedProject, Nothing, ProjectsApply, ProjectsChange};
use dagdeck::{Deck, DeckOptions};
use process::GuardProgram;
use serde_json::Value;
use testkit::{TestDir, TestWorkspace};

use crate::command::{dagdeck, printed, program};

/// A dg project as the scaffolder lays it out, without an environment.
fn project(folder: &Path, package: &str) -> PathBuf {
    let settings = format!(
        "[project]\nname = \"{package}\"\nversion = \"0.1.0\"\n\n[tool.dg]\ndirectory_type = \"project\"\n\n\
         [tool.dg.project]\nroot_module = \"{package}\"\n"
    );
    let source = folder.join("src").join(package);
    fs_err::create_dir_all(source.join("defs")).unwrap();
    fs_err::write(folder.join("pyproject.toml"), settings).unwrap();
    fs_err::write(source.join("definitions.py"), "").unwrap();
    folder.to_path_buf()
}

pub(crate) async fn deck(workspace: &TestWorkspace) -> Deck {
    let options = DeckOptions {
        state_folder: workspace.state(),
        guard: GuardProgram {
            program: program(),
            arguments: vec!["guard".into()],
        },
        locks: Vec::new(),
        workspace: None,
        environment: std::env::vars().collect(),
        home: workspace.around().to_path_buf(),
        drawing: Vec::new(),
        in_the_way: None,
    };
    let deck = Deck::start(options).await.unwrap();
    let path = workspace.path().display().to_string();
    deck.workspace_open(FolderRequest { path }).await.unwrap();
    deck
}

pub(crate) async fn names(deck: &Deck) -> Vec<String> {
    let open = deck.snapshot_get(Nothing {}).await.unwrap().workspace;
    let mut names: Vec<String> = open
        .unwrap()
        .locations
        .into_iter()
        .map(|location| location.name)
        .collect();
    names.sort();
    names
}

#[test]
fn add_lists_what_it_finds_and_a_dry_run_writes_nothing() {
    let workspace = TestWorkspace::copy();
    let config = workspace.path().join("dg.toml");
    let before = fs_err::read_to_string(&config).unwrap();
    let team = workspace.path().join("team");
    project(&team.join("alpha"), "alpha");
    project(&team.join("beta"), "beta");
    let add = |more: &[&str]| {
        let output = dagdeck(&workspace)
            .args(["add", "--json", "--workspace"])
            .args([&workspace.path(), &team])
            .args(more)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        serde_json::from_str::<Value>(&printed(&output)).unwrap()
    };
    let tried = add(&["--dry-run"]);
    assert_eq!(tried["written"], false);
    assert_eq!(tried["added"].as_array().unwrap().len(), 2);
    assert!(
        tried["diff"]
            .to_string()
            .contains("+path = \\\"team/alpha\\\""),
        "{tried}"
    );
    assert_eq!(fs_err::read_to_string(&config).unwrap(), before);
    let done = add(&[]);
    assert_eq!(done["written"], true);
    let after = fs_err::read_to_string(&config).unwrap();
    assert!(after.starts_with(&before), "{after}");
    let again = add(&[]);
    assert_eq!(again["written"], false);
    assert_eq!(again["listed"].as_array().unwrap().len(), 2);
    assert_eq!(fs_err::read_to_string(&config).unwrap(), after);
}

#[test]
fn what_can_not_be_added_is_said_and_nothing_is_written() {
    let workspace = TestWorkspace::copy();
    let config = workspace.path().join("dg.toml");
    let before = fs_err::read_to_string(&config).unwrap();
    let twin = project(&workspace.path().join("other/data-science"), "forecasts");
    let empty = TestDir::new();
    for (folder, code, words) in [
        (
            twin.as_path(),
            1,
            "data-science is taken by projects/data-science",
        ),
        (empty.path(), 1, "There is no Dagster project"),
    ] {
        let output = dagdeck(&workspace)
            .args(["add", "--workspace"])
            .args([workspace.path().as_path(), folder])
            .output()
            .unwrap();
        let said = format!(
            "{}{}",
            printed(&output),
            String::from_utf8_lossy(&output.stderr)
        );
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(said.contains(words), "{said}");
    }
    let output = dagdeck(&workspace)
        .args(["add", "--workspace"])
        .args([empty.path(), twin.as_path()])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(fs_err::read_to_string(&config).unwrap(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_from_beside_the_workspace_comes_in_moves_and_goes() {
    let workspace = TestWorkspace::copy();
    let config = workspace.path().join("dg.toml");
    let before = fs_err::read_to_string(&config).unwrap();
    let first = project(&workspace.around().join("beside/first"), "first");
    let deck = deck(&workspace).await;
    let path = workspace.around().join("beside").display().to_string();
    let found = deck.projects_find(FolderRequest { path }).await.unwrap();
    assert_eq!(found.projects.len(), 1);
    assert_eq!(found.projects[0].refused, None);
    let add = ProjectsChange {
        add: vec![first.display().to_string()],
        ..ProjectsChange::default()
    };
    let plan = deck.projects_plan(add.clone()).await.unwrap();
    assert!(
        plan.edits[0]
            .diff
            .contains(&"+path = \"../beside/first\"".to_owned()),
        "{plan:?}"
    );
    assert!(
        plan.remarks
            .iter()
            .any(|one| one.message.contains("outside the workspace"))
    );
    assert!(plan.remarks.iter().all(|one| !one.blocks));

    // Someone else writes the file between the plan and the yes.
    fs_err::write(&config, format!("# mine\n{before}")).unwrap();
    let apply = ProjectsApply {
        change: add.clone(),
        basis: plan.basis,
    };
    let refused = deck.projects_apply(apply).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Precondition);
    assert!(refused.message.contains("changed since"), "{refused}");
    assert_eq!(
        fs_err::read_to_string(&config).unwrap(),
        format!("# mine\n{before}")
    );

    make(&deck, add).await;
    assert_eq!(
        names(&deck).await,
        ["data-engineering", "data-science", "first"]
    );
    let second = workspace.around().join("beside/second");
    fs_err::rename(&first, &second).unwrap();
    let location = first.display().to_string();
    let path = second.display().to_string();
    let moved = MovedProject {
        location,
        path: path.clone(),
    };
    make(
        &deck,
        ProjectsChange {
            moved: vec![moved],
            ..ProjectsChange::default()
        },
    )
    .await;
    assert_eq!(
        names(&deck).await,
        ["data-engineering", "data-science", "second"]
    );
    make(
        &deck,
        ProjectsChange {
            remove: vec![path],
            ..ProjectsChange::default()
        },
    )
    .await;
    assert_eq!(
        fs_err::read_to_string(&config).unwrap(),
        format!("# mine\n{before}")
    );
    assert!(second.join("pyproject.toml").is_file(), "its files stay");
    deck.shut_down().await;
}

pub(crate) async fn make(deck: &Deck, change: ProjectsChange) {
    let plan = deck.projects_plan(change.clone()).await.unwrap();
    let basis = plan.basis;
    deck.projects_apply(ProjectsApply { change, basis })
        .await
        .unwrap();
}
