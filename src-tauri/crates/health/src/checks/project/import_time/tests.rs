use std::path::Path;

use super::*;
use crate::facts::MachineFacts;

#[test]
fn costs_are_summed_by_package_and_own_modules_stand_apart() {
    let text = "import time: self [us] | cumulative | imported package\n\
        import time:      1000 |       1000 |     pandas.core\n\
        import time:       500 |       1500 |   pandas\n\
        import time:      9000 |      10500 | shop.slow\n\
        import time:        10 |      10510 | shop\n\
        not a line of it\n";
    let ms = Duration::from_micros;
    assert_eq!(
        costs(text, "shop"),
        [
            ("shop.slow".to_owned(), ms(9000)),
            ("pandas".to_owned(), ms(1500)),
            ("shop".to_owned(), ms(10)),
        ]
    );
}

/// How long the slow module sleeps, in seconds.
const SLEPT: f64 = 1.5;

/// A project with a real environment: any Python of this machine will do, for nothing of Dagster is imported.
fn project(folder: &Path) -> Project {
    let text = "[project]\nname = \"shop\"\nversion = \"1\"\n[tool.dg]\ndirectory_type = \"project\"\n\
        [tool.dg.project]\nroot_module = \"shop\"\n";
    std::fs::write(folder.join("pyproject.toml"), text).unwrap();
    let source = folder.join("src/shop");
    std::fs::create_dir_all(&source).unwrap();
    std::fs::write(source.join("__init__.py"), "").unwrap();
    std::fs::write(source.join("definitions.py"), "import shop.slow, json\n").unwrap();
    let sleeps = format!("import time\ntime.sleep({SLEPT})\n");
    std::fs::write(source.join("slow.py"), sleeps).unwrap();
    let reading = workspace::read(folder, &workspace::ReadOptions::default());
    let mut project = reading.projects.into_iter().next().unwrap();
    project.environment.interpreter = process::tools::find("python3").map(|found| found.path);
    assert!(project.environment.interpreter.is_some());
    project
}

#[tokio::test]
async fn a_slow_import_is_found_with_the_module_that_costs_most() {
    let folder = tempfile::tempdir().unwrap();
    let project = project(folder.path());
    let facts = Facts {
        table: Arc::new(crate::run::tests::table(folder.path())),
        ended: process::CancellationToken::new(),
        folder: folder.path().to_owned(),
        machine: MachineFacts::default(),
        workspace: None,
    };
    let found = measure(&facts, &project, Duration::from_millis(1500)).await;
    assert_eq!(found.len(), 1, "{found:?}");
    // On a busy machine another may have taken longer.
    assert!(cost(&found) >= Some(SLEPT), "{found:?}");
    assert_eq!(found[0].evidence.len(), NAMED);
    let hour = Duration::from_secs(3600);
    assert_eq!(measure(&facts, &project, hour).await, []);

    let slow = project.working_directory.join("shop/slow.py");
    std::fs::write(slow, "").unwrap();
    let found = measure(&facts, &project, Duration::ZERO).await;
    assert_eq!(found.len(), 1, "{found:?}");
    // Whether one that costs nothing is among the first is chance.
    assert!(cost(&found) < Some(SLEPT), "{found:?}");
}

/// How long the slow module took, in seconds, where that is told.
fn cost(found: &[Finding]) -> Option<f64> {
    let mut told = found.iter().flat_map(|one| &one.evidence);
    let seconds = told.find_map(|told| told.strip_prefix("shop.slow: "));
    Some(seconds?.strip_suffix(" s").unwrap().parse().unwrap())
}
