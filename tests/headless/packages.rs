//! Changing what a project asks for, with the real uv and the tests' own index.

use api::{
    EnvironmentState, LocationRequest, PackagesChange, PackagesPlan, PackagesRequest,
    PackagesStart, ProjectPackages,
};
use dagdeck::Deck;
use testkit::TestWorkspace;

use crate::launched::Launched;

const LOCATION: &str = "projects/data-science";

fn request(change: PackagesChange) -> PackagesRequest {
    PackagesRequest {
        locations: vec![LOCATION.into()],
        change,
    }
}

async fn plan(deck: &Deck, change: PackagesChange) -> ProjectPackages {
    let mut plan = deck.packages_plan(request(change)).await.unwrap();
    plan.projects.remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_package_comes_in_and_goes_and_is_shown_first() {
    let launched = Launched::opened(TestWorkspace::copy()).await;
    let deck = &launched.deck;
    let file = launched
        .workspace
        .project("data-science")
        .join("pyproject.toml");
    let before = fs_err::read_to_string(&file).unwrap();
    let add = PackagesChange::Add {
        requirement: "humanize".into(),
        dev: false,
    };
    let planned = plan(deck, add.clone()).await;
    assert_eq!(planned.fault, None);
    let diff = &planned.edits[0].diff;
    assert!(
        diff.iter()
            .any(|line| line.starts_with('+') && line.contains("humanize")),
        "{diff:?}"
    );
    let [locked] = &planned.locked[..] else {
        panic!("{planned:?}")
    };
    assert_eq!(
        (locked.name.as_str(), locked.from.as_ref()),
        ("humanize", None)
    );
    assert_eq!(
        fs_err::read_to_string(&file).unwrap(),
        before,
        "planning writes nothing"
    );

    // What came in between is named, and nothing is done.
    let PackagesPlan { basis, .. } = deck.packages_plan(request(add.clone())).await.unwrap();
    let request = request(add);
    let start = PackagesStart { request, basis };
    fs_err::write(&file, format!("{before}# mine\n")).unwrap();
    let refused = deck.packages_change(start.clone()).await.unwrap_err();
    let moved = "pyproject.toml of data-science changed since";
    assert!(refused.message.starts_with(moved), "{refused:?}");
    let now = fs_err::read_to_string(&file).unwrap();
    assert_eq!(now, format!("{before}# mine\n"));
    fs_err::write(&file, &before).unwrap();
    deck.packages_change(start).await.unwrap();
    launched
        .until_location(
            "data-science",
            "its environment is ready again",
            |location| location.environment.state == EnvironmentState::Ready,
        )
        .await;
    let has = launched.workspace.python("data-science");
    let imported = std::process::Command::new(has)
        .args(["-c", "import humanize"])
        .status()
        .unwrap();
    assert!(imported.success());
    let location = LOCATION.to_owned();
    let asked = deck
        .location_requirements(LocationRequest { location })
        .await
        .unwrap();
    assert!(
        asked.packages.iter().any(|one| one.starts_with("humanize")),
        "{asked:?}"
    );

    let remove = PackagesChange::Remove {
        package: "humanize".into(),
        dev: false,
    };
    let planned = plan(deck, remove).await;
    assert_eq!(planned.locked[0].to, None);

    launched.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_dagster_is_shown_first_and_what_can_not_be_is_refused() {
    let launched = Launched::opened(TestWorkspace::copy()).await;
    let deck = &launched.deck;
    let nonsense = plan(
        deck,
        PackagesChange::Add {
            requirement: "no such package".into(),
            dev: false,
        },
    )
    .await;
    assert!(nonsense.fault.unwrap().message.contains("is no package"));

    let older = plan(
        deck,
        PackagesChange::Dagster {
            version: "1.13.26".into(),
        },
    )
    .await;
    let dagster = older
        .locked
        .iter()
        .find(|one| one.name == "dagster")
        .unwrap();
    assert_eq!(dagster.from.as_deref(), Some("1.13.27"));
    assert_eq!(dagster.to.as_deref(), Some("1.13.26"));
    let nowhere = PackagesChange::Dagster {
        version: "1.13.999".into(),
    };
    let refused = deck.packages_plan(request(nowhere)).await.unwrap_err();
    assert!(refused.message.contains("dagster-webserver"), "{refused:?}");
    launched.end().await;
}
