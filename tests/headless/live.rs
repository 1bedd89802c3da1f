//! The few stories that are about the real package index, whatever it holds today. `cargo xtask live` runs them, the gate
//! never does.

use std::path::Path;
use std::process::Command;

use api::{CreateKind, CreationState, ErrorCode, Nothing};
use testkit::DAGSTER;

use crate::create::Maker;

/// Whether uv finds packages at a version.
fn published(maker: &Maker, packages: &[&str], version: &str) -> bool {
    let lines = packages
        .iter()
        .map(|package| format!("{package}=={version}\n"));
    let file = maker.folder.write("asked.txt", lines.collect::<String>());
    let output = Command::new("uv")
        .args(["pip", "compile", "--no-deps", "--quiet"])
        .arg(file)
        .output()
        .unwrap();
    output.status.success()
}

/// Holds what is chosen against what uv itself answers.
#[tokio::test(flavor = "multi_thread")]
async fn the_newest_version_is_one_of_which_every_package_is_published() {
    let maker = Maker::new().await;
    let versions = maker.deck.create_versions(Nothing {}).await.unwrap();
    assert_eq!(versions.unreachable, None);
    let newest = versions.newest.unwrap();
    println!("the wizards offer Dagster {newest}");
    assert!(published(&maker, &DAGSTER, &newest), "{newest}");
    let Some(skipped) = versions.skipped else {
        println!("nothing newer is published in part");
        maker.deck.shut_down().await;
        return;
    };
    println!("{} lacks {}", skipped.version, skipped.missing.join(", "));
    for package in DAGSTER {
        let missing = skipped.missing.iter().any(|one| one == package);
        assert_eq!(
            published(&maker, &[package], &skipped.version),
            !missing,
            "{package}"
        );
    }
    let mut spec = maker.spec(CreateKind::Workspace, "acme").await;
    spec.dagster.clone_from(&skipped.version);
    let refused = maker.start(spec).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Invalid);
    maker.deck.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn uv_is_brought_from_it() {
    let maker = Maker::new().await;
    maker.deck.uv_bring(Nothing {}).await.unwrap();
    let snapshot = maker.deck.snapshot_get(Nothing {}).await.unwrap();
    let kept = snapshot.settings.uv;
    assert!(Path::new(&kept).is_file(), "{kept}");
    let titles = snapshot.operations.into_iter().map(|one| one.title);
    let got: Vec<String> = titles
        .filter(|title| title.starts_with("Got uv "))
        .collect();
    println!("{got:?}");
    assert_eq!(got.len(), 1);
    maker.deck.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workspace_of_todays_newest_dagster_is_made() {
    let maker = Maker::new().await;
    let mut spec = maker.spec(CreateKind::Workspace, "acme").await;
    spec.dagster = String::new();
    spec.first_project = Some("inventory".to_owned());
    maker.start(spec).await.unwrap();
    let made = maker.made().await;
    assert_eq!(made.state, CreationState::Succeeded, "{made:?}");
    println!("made with Dagster {}", made.spec.dagster);
    let python = maker.path("acme/projects/inventory/.venv/bin/python");
    let imports = Command::new(python)
        .args(["-c", "import dagster; print(dagster.__version__)"])
        .output()
        .unwrap();
    assert!(imports.status.success());
    println!(
        "imported {}",
        String::from_utf8_lossy(&imports.stdout).trim()
    );
    maker.deck.shut_down().await;
}
