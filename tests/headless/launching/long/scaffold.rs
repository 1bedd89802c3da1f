//! Adding definitions to a project with the real `dg`.

use std::collections::BTreeMap;

use api::{DefinitionTypeRequest, ErrorCode, LocationRequest, ScaffoldRequest, ScaffoldStart};
use testkit::TestWorkspace;

use crate::launched::{Launched, STARTING, is_ready};

const LOCATION: &str = "projects/data-science";

fn request(key: &str, path: &str, params: &[(&str, &str)]) -> ScaffoldRequest {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    ScaffoldRequest {
        location: LOCATION.into(),
        key: key.into(),
        path: path.into(),
        params: params.iter().map(owned).collect::<BTreeMap<_, _>>(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn definitions_are_shown_before_they_are_written_and_served_after() {
    let launched = Launched::of(TestWorkspace::copy()).await;
    let deck = &launched.deck;
    let location = || LocationRequest {
        location: LOCATION.into(),
    };
    let listed = deck.definition_types(location()).await.unwrap();
    assert_eq!(listed.folder, "src/data_science/defs");
    let of = |key: &str| listed.types.iter().find(|one| one.key == key).unwrap();
    assert!(of("dagster.asset").python);
    assert!(!of("dagster.PythonScriptComponent").python);

    let form = deck
        .definition_form(DefinitionTypeRequest {
            location: LOCATION.into(),
            key: "dagster.asset_check".into(),
        })
        .await
        .unwrap();
    assert_eq!(form.params.len(), 1, "{form:?}");
    assert!(form.params[0].required);

    // What is shown is what is written, and all of it loads.
    let defs = launched.workspace.definitions("data-science");
    let wanted: [(&str, &[(&str, &str)]); 3] = [
        ("dagster.asset", &[]),
        ("dagster.asset_check", &[("asset_key", "assets")]),
        ("dagster.schedule", &[]),
    ];
    for (key, params) in wanted {
        let one = of(key);
        let wished = request(key, &one.path, params);
        let plan = deck.scaffold_plan(wished.clone()).await.unwrap();
        assert_eq!(plan.fault, None);
        assert!(!defs.join(&one.path).exists(), "planning writes nothing");
        let [file] = &plan.files[..] else {
            panic!("{plan:?}")
        };
        assert_eq!(file.path, format!("src/data_science/defs/{}", one.path));
        let start = ScaffoldStart {
            request: wished,
            basis: plan.basis,
        };
        deck.scaffold_run(start).await.unwrap();
        let made = fs_err::read_to_string(defs.join(&one.path)).unwrap();
        assert_eq!(made, file.text);
    }
    launched
        .until_location("data-science", "what was added is served", |location| {
            let counts = location.definitions.as_ref().map(|known| &known.counts);
            is_ready(location)
                && counts.is_some_and(|counts| counts.schedules == 1 && counts.checks == 1)
        })
        .await;
    let graphql = launched.graphql().await;
    let run = graphql.materialise("data-science", "assets").await.unwrap();
    graphql.wait_for_run(&run, "SUCCESS", STARTING).await;

    // The trap: a folder beside a module of its name.
    let trap = request("dagster.asset", "assets/more.py", &[]);
    let plan = deck.scaffold_plan(trap.clone()).await.unwrap();
    assert!(plan.fault.as_ref().unwrap().contains("assets.py"));
    let start = ScaffoldStart {
        request: trap,
        basis: plan.basis,
    };
    let refused = deck.scaffold_run(start).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Invalid, "{refused:?}");
    assert!(!defs.join("assets").exists());

    let component = request("dagster.PythonScriptComponent", "scripts", &[]);
    let plan = deck.scaffold_plan(component.clone()).await.unwrap();
    assert_eq!(plan.files.len(), 1, "{plan:?}");
    assert!(plan.files[0].path.ends_with("defs/scripts/defs.yaml"));
    // Someone else makes a folder there between the plan and the yes.
    fs_err::create_dir(defs.join("scripts")).unwrap();
    let start = ScaffoldStart {
        request: component,
        basis: plan.basis,
    };
    let refused = deck.scaffold_run(start).await.unwrap_err();
    let path = "src/data_science/defs/scripts changed since";
    assert!(refused.message.starts_with(path), "{refused:?}");
    assert!(!defs.join("scripts/defs.yaml").exists());
    launched.end().await;
}
