//! What 0.1 remembered is taken over once.

use super::*;
use api::StoppedBy;

const SETTINGS: &str = r#"{"version": 1, "data": {"theme": "dark", "port": 4100, "autoReload": true, "close": "keep"}}"#;
const WORKSPACES: &str = r#"{
  "version": 1,
  "data": {
    "recent": [
      {"root": "/work/beta", "opened_at": 200.0},
      {"root": "/work/acme", "opened_at": 100.0}
    ],
    "workspaces": {
      "/work/acme": {
        "trusted": true,
        "locations": {
          "marketing": {
            "picked": "/work/other/.venv",
            "auto_reload": false,
            "usual": 812.5,
            "definitions": {
              "counts": {"assets": 2, "checks": 0, "jobs": 1, "schedules": 0, "sensors": 0, "resources": 0},
              "names": {"assets": ["a", "b"], "checks": [], "jobs": ["j"], "schedules": [], "sensors": [], "resources": []},
              "read_at": 50.0
            },
            "stopped": [60.0, "person"]
          },
          "sales": {"picked": null, "auto_reload": null, "usual": null, "definitions": null, "stopped": null}
        },
        "launch_took": 4321.0
      },
      "/work/beta": {"trusted": false}
    }
  }
}"#;
const OPERATIONS: &str = r#"{"version": 1, "data": [
  {"id": 8, "title": "Syncing acme", "command": {"line": "uv sync", "folder": "/work/acme", "shell": "cd /work/acme && uv sync", "environment": []},
   "cause": null, "state": {"state": "running"}, "startedAt": 20.0, "took": null, "location": "acme", "log": null,
   "progress": {"words": "Fetching", "done": null, "total": null}, "tail": [], "cancellable": true},
  {"id": 7, "title": "Said no", "command": null, "cause": "file changed", "state": {"state": "failed", "reason": "ended with code 1"},
   "startedAt": 10.0, "took": 5.0, "location": null, "log": "x", "progress": null, "tail": ["why"], "cancellable": false}
]}"#;

/// A folder as 0.1 left it.
pub(super) fn of_0_1() -> Folder {
    let folder = Folder::new();
    fs_err::write(folder.file("settings.json"), SETTINGS).unwrap();
    fs_err::write(folder.file("workspaces.json"), WORKSPACES).unwrap();
    fs_err::write(folder.file("operations.json"), OPERATIONS).unwrap();
    folder
}

/// Everything that 0.1 remembered is remembered.
pub(super) fn assert_taken_over(folder: &Folder) {
    let Opened {
        state,
        operations,
        notices,
    } = State::open(folder.path(), None);
    assert_eq!(notices, [""; 0]);
    let settings = state.settings();
    assert_eq!((settings.port, settings.theme), (4100, api::Theme::Dark));
    assert_eq!(settings.close, api::CloseBehaviour::Keep);
    let recent = state.recent();
    let recent: Vec<_> = recent
        .iter()
        .map(|one| (one.root.to_str().unwrap(), one.opened_at))
        .collect();
    assert_eq!(recent, [("/work/beta", 200.0), ("/work/acme", 100.0)]);
    let root = Path::new("/work/acme");
    assert!(state.is_trusted(root) && !state.is_trusted(Path::new("/work/beta")));
    assert_eq!(state.launch_took(root), Some(4321.0));
    let expected = LocationMemory {
        picked: Some("/work/other/.venv".into()),
        auto_reload: Some(false),
        usual: Some(812.5),
        stopped: Some((60.0, StoppedBy::Person)),
    };
    assert_eq!(state.location(root, "marketing", Clone::clone), expected);
    let known = state.definitions(root, "marketing").unwrap();
    assert_eq!((known.counts.assets, known.read_at), (2, 50.0));
    assert_eq!(known.names.assets, ["a", "b"]);
    let operations: Vec<_> = operations
        .iter()
        .map(|one| (one.title.as_str(), &one.state, one.tail.len()))
        .collect();
    let no = OperationState::Failed {
        reason: "ended with code 1".to_owned(),
    };
    let interrupted = ("Syncing acme", &OperationState::Interrupted, 0);
    assert_eq!(operations, [interrupted, ("Said no", &no, 1)]);
}

#[test]
fn everything_that_0_1_remembered_is_taken_over_and_its_files_stay_beside() {
    let folder = of_0_1();
    assert_taken_over(&folder);
    assert_taken_over(&folder);
    let old = |name: &str| fs_err::read_to_string(folder.file(name)).unwrap();
    assert_eq!(old("settings.0.1.json"), SETTINGS);
    assert_eq!(old("workspaces.0.1.json"), WORKSPACES);
    assert_eq!(old("operations.0.1.json"), OPERATIONS);
    let names = folder.names();
    assert!(!names.contains(&"settings.json".to_owned()), "{names:?}");
    assert!(!names.contains(&"workspaces.json".to_owned()), "{names:?}");
    assert!(!names.contains(&"operations.json".to_owned()), "{names:?}");
}

#[tokio::test]
async fn a_crash_before_the_files_were_renamed_undoes_nothing_that_came_after() {
    let folder = of_0_1();
    let root = Path::new("/work/acme");
    let state = folder.open();
    state.set_trust(root, false).await.unwrap();
    state.change_settings(|settings| settings.port = 5000);
    drop(state);
    // As if the first start had ended between its transaction and the renaming.
    for name in ["settings", "workspaces", "operations"] {
        let away = folder.file(&format!("{name}.0.1.json"));
        fs_err::rename(away, folder.file(&format!("{name}.json"))).unwrap();
    }
    let state = folder.open();
    assert!(
        !state.is_trusted(root),
        "trust that was taken back stays so"
    );
    assert_eq!(state.settings().port, 5000);
    let names = folder.names();
    assert!(
        names.contains(&"workspaces.0.1.json".to_owned()),
        "{names:?}"
    );
    assert!(!names.contains(&"workspaces.json".to_owned()), "{names:?}");
}

#[test]
fn what_ends_in_the_middle_leaves_nothing_half_taken_over_and_is_made_again() {
    let folder = of_0_1();
    // The definitions can't be put where they belong, after rows were written.
    fs_err::write(folder.file("workspaces"), "in the way").unwrap();
    let opened = State::open(folder.path(), None);
    let said = opened.notices.join("\n");
    assert!(
        said.contains("workspaces.json") && said.contains("tried again"),
        "{said}"
    );
    assert!(!opened.state.is_trusted(Path::new("/work/acme")));
    assert_eq!(opened.state.recent(), []);
    assert_eq!(
        opened.state.settings().port,
        4100,
        "the others are taken over"
    );
    drop(opened);
    assert!(folder.file("workspaces.json").is_file());
    fs_err::remove_file(folder.file("workspaces")).unwrap();
    assert_taken_over(&folder);
}

#[test]
fn a_damaged_file_of_0_1_is_set_aside_under_a_name_of_its_own_and_costs_only_itself() {
    let folder = of_0_1();
    fs_err::write(folder.file("settings.damaged-1.json"), "an older one").unwrap();
    fs_err::write(folder.file("settings.json"), "{ not json").unwrap();
    let opened = State::open(folder.path(), None);
    let said = opened.notices.join("\n");
    assert!(said.contains("settings.damaged-2.json"), "{said}");
    let read = |name: &str| fs_err::read_to_string(folder.file(name)).unwrap();
    assert_eq!(read("settings.damaged-1.json"), "an older one");
    assert_eq!(read("settings.damaged-2.json"), "{ not json");
    assert_eq!(*opened.state.settings(), Settings::default());
    assert!(opened.state.is_trusted(Path::new("/work/acme")));
}
