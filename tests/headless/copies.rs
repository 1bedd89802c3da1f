//! A copy of the test workspace is its own: it runs its own code, and the original stays as it was.

use std::process::Command;

use testkit::TestWorkspace;

#[test]
fn a_copy_runs_its_own_code_and_spoils_nothing() {
    let (first, second) = (TestWorkspace::copy(), TestWorkspace::copy());
    for (project, asset) in [("data-engineering", "orders"), ("data-science", "forecast")] {
        let file = first.definitions(project).join(format!("{asset}.py"));
        fs_err::write(&file, "CHANGED = True\n").unwrap();
        let module = format!("{}.defs.{asset}", project.replace('-', "_"));
        let place = |workspace: &TestWorkspace| {
            let output = Command::new(workspace.python(project))
                .args(["-c", &format!("import {module} as m; print(m.__file__)")])
                .current_dir("/")
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{said}");
            String::from_utf8_lossy(&output.stdout).trim().to_owned()
        };
        assert_eq!(place(&first), file.to_str().unwrap());
        assert!(place(&second).starts_with(second.path().to_str().unwrap()));
        let other = second.definitions(project).join(format!("{asset}.py"));
        let text = fs_err::read_to_string(other).unwrap();
        assert!(text.contains("@dg.asset"), "{text}");
    }
}

#[test]
fn packages_of_its_own_are_lost_by_no_other_copy() {
    let (first, second) = (TestWorkspace::copy(), TestWorkspace::copy());
    let imports = |workspace: &TestWorkspace| {
        let mut python = Command::new(workspace.python("data-science"));
        python.args(["-I", "-c", "import pytz"]);
        python.output().unwrap().status.success()
    };
    first.own_packages(&first.project("data-science"));
    assert!(imports(&first));
    let removed = Command::new("uv")
        .args(["pip", "uninstall", "--quiet", "--python"])
        .arg(first.python("data-science"))
        .arg("pytz")
        .status()
        .unwrap();
    assert!(removed.success());
    assert!(!imports(&first) && imports(&second));
}
