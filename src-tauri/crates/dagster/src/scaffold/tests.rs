use std::collections::BTreeMap;

use super::*;

#[test]
fn the_components_of_an_environment_are_read() {
    let listed = include_str!("../../tests/samples/dg-list-components.json");
    let types = parse_components(listed).unwrap();
    let keys: Vec<&str> = types.iter().map(|one| one.key.as_str()).collect();
    assert!(keys.contains(&"dagster.PythonScriptComponent"), "{keys:?}");
    assert!(
        types
            .iter()
            .all(|one| !one.python && !one.summary.is_empty())
    );
    assert!(parse_components("").is_err());
}

#[test]
fn a_suggested_path_can_be_used() {
    let folder = tempfile::tempdir().unwrap();
    for (key, ..) in PYTHON_TYPES {
        assert_eq!(
            check_path(folder.path(), &suggested_path(key), true),
            Ok(())
        );
    }
    assert_eq!(
        suggested_path("dagster.PythonScriptComponent"),
        "python_script"
    );
}

#[test]
fn what_python_or_the_project_would_not_find_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let defs = folder.path();
    fs_err::write(defs.join("assets.py"), "").unwrap();
    fs_err::create_dir(defs.join("jobs")).unwrap();
    let fault = |path: &str, python| check_path(defs, path, python).unwrap_err();
    assert_eq!(fault(" ", true), PathFault::Empty);
    for outside in ["../out.py", "/etc/x.py", "a\\b.py", "./x.py"] {
        assert_eq!(fault(outside, true), PathFault::Outside, "{outside}");
    }
    let suggested = "orders.py".to_owned();
    assert_eq!(fault("orders", true), PathFault::NotPython { suggested });
    assert_eq!(fault("scripts.py", false), PathFault::NotAFolder);
    for name in ["1bad", "a-b", "class name"] {
        let named = PathFault::Name { name: name.into() };
        assert_eq!(fault(&format!("{name}.py"), true), named);
    }
    let path = "assets.py".to_owned();
    assert_eq!(fault("assets.py", true), PathFault::Exists { path });
    for (path, python) in [
        ("assets/orders.py", true),
        ("assets", false),
        ("jobs.py", true),
    ] {
        let fault = fault(path, python);
        assert!(
            matches!(fault, PathFault::Shadowed { .. }),
            "{path}: {fault}"
        );
    }
    assert_eq!(check_path(defs, "jobs/nightly.py", true), Ok(()));
}

#[test]
fn parameters_go_from_the_schema_to_what_dg_takes() {
    let schema = r#"{"properties": {
        "asset_key": {"title": "Asset Key", "type": "string"},
        "count": {"anyOf": [{"type": "integer"}, {"type": "null"}], "default": 3, "title": "Count"},
        "mode": {"enum": ["full", "delta"], "type": "string", "description": "How much."},
        "extra": {"type": "object"}
    }, "required": ["asset_key"]}"#;
    let params = parse_params(schema).unwrap();
    let of = |name: &str| params.iter().find(|one| one.name == name).unwrap();
    assert!(of("asset_key").required);
    assert_eq!(of("count").kind, ParamKind::Integer);
    assert_eq!(of("count").default.as_deref(), Some("3"));
    assert_eq!(
        of("mode").kind,
        ParamKind::Choice(vec!["full".into(), "delta".into()])
    );
    let answers = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        pairs.iter().map(owned).collect()
    };
    let told = json_params(
        &params,
        &answers(&[("asset_key", "orders"), ("count", "7"), ("mode", "")]),
    );
    assert_eq!(
        told.unwrap().as_deref(),
        Some(r#"{"asset_key":"orders","count":7}"#)
    );
    let missing = json_params(&params, &answers(&[]));
    assert_eq!(missing.unwrap_err().to_string(), "Asset Key is needed.");
    let wrong = json_params(&params, &answers(&[("asset_key", "a"), ("count", "x")]));
    assert_eq!(
        wrong.unwrap_err().to_string(),
        "Count has to be a whole number."
    );
}

#[test]
fn a_type_without_parameters_asks_for_none() {
    let params = parse_params(r#"{"properties": {}, "title": "NoParams"}"#).unwrap();
    assert_eq!(json_params(&params, &BTreeMap::new()), Ok(None));
}
