//! A project that is served goes out of its workspace.

use std::time::Duration;

use api::{LaunchRequest, Lifecycle, Nothing, ProjectsChange};
use testkit::{TestWorkspace, mentioning, within};

use crate::projects::{deck, make, names};

#[tokio::test(flavor = "multi_thread")]
async fn a_running_project_is_stopped_and_its_folder_can_be_had_back() {
    let workspace = TestWorkspace::copy();
    let folder = workspace.project("data-science");
    let deck = deck(&workspace).await;
    deck.workspace_trust(Nothing {}).await.unwrap();
    let id = "projects/data-science".to_owned();
    let launch = LaunchRequest {
        locations: vec![id.clone()],
        ..LaunchRequest::default()
    };
    deck.launch(launch).await.unwrap();
    within("data-science runs", Duration::from_secs(240), async || {
        let open = deck
            .snapshot_get(Nothing {})
            .await
            .unwrap()
            .workspace
            .unwrap();
        let location = open.locations.into_iter().find(|one| one.id == id)?;
        matches!(location.lifecycle, Lifecycle::Running { .. }).then_some(())
    })
    .await;
    let change = ProjectsChange {
        remove: vec![id],
        trash: true,
        ..ProjectsChange::default()
    };
    let plan = deck.projects_plan(change.clone()).await.unwrap();
    assert_eq!(plan.stops, ["data-science"]);
    assert_eq!(plan.trash.len(), 1);
    assert!(
        plan.trash[0].cut || (plan.trash[0].files > 500 && plan.trash[0].bytes > 1e6),
        "{plan:?}"
    );
    assert!(folder.is_dir(), "a plan moves nothing");
    make(&deck, change).await;
    assert_eq!(names(&deck).await, ["data-engineering"]);
    assert!(!folder.exists());
    let python = folder.join(".venv/bin/python");
    assert!(mentioning(&[&python]).is_empty(), "its code server is gone");
    deck.shut_down().await;
    #[cfg(target_os = "linux")]
    {
        use trash::os_limited::{list, restore_all};
        let items = list().unwrap().into_iter();
        let ours: Vec<_> = items
            .filter(|item| item.original_path() == folder)
            .collect();
        assert_eq!(ours.len(), 1, "it is in the trash");
        restore_all(ours).unwrap();
        assert!(folder.join("pyproject.toml").is_file());
    }
}
