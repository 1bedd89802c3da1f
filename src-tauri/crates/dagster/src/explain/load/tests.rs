use super::*;

/// A recorded failure, explained as if the project lay in `folder`.
fn explained(sample: &str, folder: &Path) -> Explained {
    let failure = LoadFailure::of(&serde_json::from_str(sample).unwrap());
    explain_load_error(
        &failure,
        &Origin {
            folder: folder.to_owned(),
            working_directory: folder.to_owned(),
            root_module: None,
        },
    )
}

/// The folder that the samples were recorded in.
fn recorded() -> &'static Path {
    Path::new("/home/user/work/err")
}

macro_rules! sample {
    ($name:literal) => {
        include_str!(concat!("../../../tests/samples/load-", $name, ".json"))
    };
}

#[test]
fn a_syntax_error_names_file_and_line() {
    let found = explained(sample!("syn"), recorded());
    assert_eq!(found.title, "A file isn't valid Python");
    assert_eq!(
        found.explanation.as_deref(),
        Some("Python can't read syn.py, line 1: invalid syntax.")
    );
    assert_eq!(
        (found.class.as_str(), found.message.as_str()),
        ("SyntaxError", "invalid syntax")
    );
    let place = found.place.unwrap();
    assert_eq!(
        (place.path.as_path(), place.line),
        (recorded().join("syn.py").as_path(), 1)
    );
    assert_eq!(place.code.as_deref(), Some("def f(:"));
}

#[test]
fn a_name_that_nothing_has_is_told_with_its_line() {
    let found = explained(sample!("undefined"), recorded());
    assert_eq!(found.title, "custommers isn't defined");
    let place = found.place.unwrap();
    assert_eq!(
        (place.path.as_path(), place.line, place.own),
        (recorded().join("undefined.py").as_path(), 8, true)
    );
}

#[test]
fn a_missing_variable_is_named_with_the_line_that_reads_it() {
    let found = explained(sample!("envv"), recorded());
    assert_eq!(found.title, "MY_REQUIRED_TOKEN isn't set");
    let place = found.place.unwrap();
    assert_eq!(
        (place.path.as_path(), place.line, place.own),
        (recorded().join("envv.py").as_path(), 2, true)
    );
    let copied = found.hints.iter().find_map(|hint| match hint {
        Step::Copy { command, .. } => Some(command.as_str()),
        _ => None,
    });
    assert_eq!(copied, Some("printf '%s\\n' MY_REQUIRED_TOKEN= >> .env"));
    let opens = |hint: &Step| matches!(hint, Step::Open { .. });
    assert!(
        !found.hints.iter().any(opens),
        "the place is its own way to the file: {:?}",
        found.hints
    );
}

#[test]
fn a_package_that_is_not_installed_offers_a_sync() {
    for sample in [sample!("imp_err"), sample!("imp_err-lazy")] {
        let found = explained(sample, recorded());
        assert_eq!(found.title, "not_a_real_module isn't installed");
        assert!(matches!(found.hints[0], Step::Sync(_)));
        assert_eq!(found.place.unwrap().path, recorded().join("imp_err.py"));
        let tracebacks = found.text.matches("Traceback (most recent call last)");
        assert_eq!(tracebacks.count(), 1, "{}", found.text);
        assert!(!found.text.contains("exception"), "{}", found.text);
    }
}

#[test]
fn a_module_that_is_to_be_loaded_and_is_not_there_is_no_package() {
    let found = explained(sample!("missingmod"), recorded());
    assert_eq!(found.title, "There is no module nope");
    assert!(found.explanation.unwrap().contains("/home/user/work/err"));
    assert!(found.place.is_none());
}

#[test]
fn two_definitions_are_placed_by_name() {
    let folder = tempfile::tempdir().unwrap();
    fs_err::write(
        folder.path().join("two_defs.py"),
        "import dagster as dg\n\na = dg.Definitions()\nb = dg.Definitions()\n",
    )
    .unwrap();
    let found = explained(sample!("two_defs"), folder.path());
    assert_eq!(found.title, "Two Definitions objects in one module");
    assert!(
        found
            .explanation
            .unwrap()
            .ends_with("two_defs holds 2: a, b.")
    );
    let place = found.place.unwrap();
    assert_eq!(
        (place.line, place.code.as_deref()),
        (4, Some("b = dg.Definitions()"))
    );
    assert!(
        explained(sample!("two_defs"), recorded()).place.is_none(),
        "no file, no place"
    );
}

#[test]
fn an_empty_module_is_placed_at_its_start() {
    let folder = tempfile::tempdir().unwrap();
    fs_err::write(folder.path().join("nodefs.py"), "x = 1\n").unwrap();
    let found = explained(sample!("nodefs"), folder.path());
    assert_eq!(found.title, "Nothing to load in this module");
    assert_eq!(found.place.map(|place| place.line), Some(1));
}

#[test]
fn the_second_of_two_assets_is_found_by_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let text = "@asset\ndef a(): ...\n\n@asset(name=\"a\")\ndef other(): ...\n";
    fs_err::write(folder.path().join("dupasset.py"), text).unwrap();
    let found = explained(sample!("dupasset"), folder.path());
    assert_eq!(found.title, "Two assets are called a");
    assert_eq!(found.place.map(|place| place.line), Some(4));
}

#[test]
fn a_process_that_ended_while_loading_says_its_code() {
    assert_eq!(
        explained(sample!("exit3"), recorded()).title,
        "Loading ended with code 3"
    );
}

#[test]
fn an_unknown_error_still_has_title_and_place() {
    let sample = r#"{"__class__": "SerializableErrorInfo", "cls_name": "DagsterUserCodeLoadError", "message": "dagster._core.errors.DagsterUserCodeLoadError: Error occurred\n",
        "stack": ["  File \"/x/site-packages/dagster/a.py\", line 1, in b\n"], "context": null,
        "cause": {"__class__": "SerializableErrorInfo", "cls_name": "Odd", "message": "shop.Odd: too odd\n", "cause": null, "context": null,
        "stack": ["  File \"/home/user/work/err/a.py\", line 7, in f\n    odd()\n", "  File \"/x/site-packages/odd.py\", line 2, in odd\n"]}}"#;
    let found = explained(sample, recorded());
    assert_eq!(
        (found.title.as_str(), found.message.as_str()),
        ("Odd", "too odd")
    );
    assert_eq!(found.explanation, None);
    assert_eq!(found.place.map(|place| place.line), Some(7));
    assert_eq!(found.frames.len(), 3);
    let strange = explained(r#"{"no": "shape"}"#, recorded());
    assert_eq!(strange.title, "Unknown");
    assert!(strange.text.contains("shape"));
}
