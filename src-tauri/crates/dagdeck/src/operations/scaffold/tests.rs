#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use crate::operations::made_up;
use api::ApiError;

async fn basis(folder: &Path, path: &str) -> String {
    let project = made_up::read(folder);
    let defs = folder.join("src/etl/defs");
    let checked = scaffold::check_path(&defs, path, true);
    let place = ScaffoldTarget {
        interpreter: folder.join(".venv/bin/python"),
        defs,
        project,
    };
    let request = ScaffoldRequest {
        location: place.project.id.clone(),
        key: "dagster.asset".into(),
        path: path.into(),
        params: std::collections::BTreeMap::new(),
    };
    let checked = checked.map(|()| None).map_err(|fault| fault.to_string());
    pinned(&place, &request, &checked)
        .await
        .unwrap()
        .to_string()
}

#[tokio::test]
async fn what_was_shown_holds_until_what_decides_it_moves() {
    let folder = tempfile::tempdir().unwrap();
    let folder = &folder.path().join("etl");
    made_up::write(folder);
    let shown = basis(folder, "assets.py").await;
    assert_eq!(
        basis::require(&shown, &basis(folder, "assets.py").await),
        Ok(())
    );
    let refused = async |path: &str| {
        let now = basis(folder, path).await;
        ApiError::from(basis::require(&shown, &now).unwrap_err()).message
    };
    let other = refused("others.py").await;
    assert!(other.contains("src/etl/defs/others.py"), "{other}");

    let packages = folder.join(".venv/lib/python3.12/site-packages");
    let info = packages.join("dagster-1.13.27.dist-info");
    fs_err::create_dir_all(&info).unwrap();
    fs_err::write(info.join("INSTALLER"), "uv").unwrap();
    let said = refused("assets.py").await;
    assert!(
        said.starts_with("The environment of etl changed since"),
        "{said}"
    );
    fs_err::remove_dir_all(folder.join(".venv")).unwrap();

    let mine = format!("{}# mine\n", made_up::SETTINGS);
    fs_err::write(folder.join("pyproject.toml"), mine).unwrap();
    let said = refused("assets.py").await;
    assert!(
        said.starts_with("pyproject.toml of etl changed since"),
        "{said}"
    );
    fs_err::write(folder.join("pyproject.toml"), made_up::SETTINGS).unwrap();

    fs_err::create_dir_all(folder.join("src/etl/defs")).unwrap();
    fs_err::write(folder.join("src/etl/defs/assets.py"), "").unwrap();
    let said = refused("assets.py").await;
    assert!(
        said.starts_with("src/etl/defs/assets.py changed since"),
        "{said}"
    );
}
