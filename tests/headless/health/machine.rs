//! Tools and limits of the machine that are not as they should be.

use std::path::PathBuf;

use dagdeck::wire::{FolderRequest, Nothing, Severity};
use testkit::{FakeTool, TestWorkspace};

use super::{Checked, lines};

async fn checked(workspace: &TestWorkspace) -> Checked {
    Checked::of(&workspace.path(), &workspace.state()).await
}

fn real_uv() -> PathBuf {
    process::tools::find("uv").unwrap().path
}

/// A uv that does something else first, and hands on what it is asked otherwise.
fn uv_that(workspace: &TestWorkspace, first: &str) -> FakeTool {
    let folder = workspace.around().join("tools");
    let body = format!("{first}\nexec '{}' \"$@\"", real_uv().display());
    FakeTool::new(&folder, "uv", &body)
}

async fn pick(checked: &Checked, uv: &str) {
    let path = uv.to_owned();
    let deck = &checked.opened.deck;
    deck.uv_pick(FolderRequest { path }).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_uv_is_replaced_by_one_of_dagdecks_own() {
    let workspace = TestWorkspace::copy();
    let checked = checked(&workspace).await;
    assert_eq!(checked.found("uv-new-enough").await, []);
    // What the real 0.7.20 says of itself, and of `uv sync --output-format`.
    let old = uv_that(
        &workspace,
        "case \"$*\" in --version) echo 'uv 0.7.20'; exit 0;; *--output-format*) \
         echo \"error: unexpected argument '--output-format' found\" >&2; exit 2;; esac",
    );
    pick(&checked, old.program().to_str().unwrap()).await;
    let finding = checked.the_finding("uv-new-enough").await;
    assert_eq!(finding.title, "uv 0.7.20 is too old");
    assert_eq!(finding.severity, Severity::Warning);
    assert!(finding.fix.as_ref().unwrap().safe);
    checked.fixed(&finding).await;
    let deck = &checked.opened.deck;
    let kept = deck.snapshot_get(Nothing {}).await.unwrap().settings.uv;
    assert!(PathBuf::from(kept).starts_with(workspace.state()));
    deck.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_does_not_answer_is_told_in_uvs_words() {
    let workspace = TestWorkspace::copy();
    let checked = checked(&workspace).await;
    assert_eq!(checked.found("index-reachable").await, []);
    // Nobody listens on the discard port.
    let uv = uv_that(
        &workspace,
        "export UV_DEFAULT_INDEX=http://127.0.0.1:9/simple",
    );
    pick(&checked, uv.program().to_str().unwrap()).await;
    let finding = checked.the_finding("index-reachable").await;
    assert_eq!(finding.title, "The package index can’t be reached");
    let said = finding.evidence.join("\n");
    assert!(said.contains("127.0.0.1:9/simple"), "{said}");
    pick(&checked, "").await;
    assert_eq!(checked.found("index-reachable").await, []);
    checked.opened.deck.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_any_python_the_fix_has_uv_install_one() {
    let workspace = TestWorkspace::copy();
    for name in ["data-engineering", "data-science"] {
        fs_err::remove_dir_all(workspace.project(name).join(".venv")).unwrap();
    }
    fs_err::remove_dir_all(workspace.path().join("deployments/local/.venv")).unwrap();
    let installed = workspace.around().join("installed");
    // Pythons are downloaded from a place of their own, which no test may count on.
    let uv = uv_that(
        &workspace,
        &format!(
            "case \"$*\" in 'python install'*) touch '{0}'; exit 0;; \
             'python list --only-installed'*) test -e '{0}' || {{ echo '[]'; exit 0; }};; esac",
            installed.display()
        ),
    );
    let checked = checked(&workspace).await;
    pick(&checked, uv.program().to_str().unwrap()).await;
    let finding = checked.the_finding("python-accepted").await;
    assert_eq!(
        finding.title,
        "No Python here is one that a project accepts"
    );
    assert_eq!(
        finding.severity,
        Severity::Note,
        "uv downloads one by itself"
    );
    let line = lines(&finding).remove(0);
    assert!(line.contains(" python install --no-bin 3."), "{line}");
    checked.fixed(&finding).await;
    assert!(installed.exists());
    checked.opened.deck.shut_down().await;
}

/// Under a limit of the system that is really that low.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_limit_on_watched_folders_is_told_with_the_line_that_raises_it() {
    use dagdeck::wire::FixDoes;
    use std::process::Command;

    const LOW: &str = "DAGDECK_TEST_FEW_WATCHES";
    if std::env::var_os(LOW).is_none() {
        let script = "echo 12 > /proc/sys/user/max_inotify_watches && exec \"$@\"";
        let alone = ["--user", "--map-root-user", "sh", "-c"];
        let allowed = Command::new("unshare").args(alone).arg("true").status();
        if !allowed.is_ok_and(|status| status.success()) {
            println!("this system lets no program have limits of its own");
            return;
        }
        let output = Command::new("unshare")
            .args(alone)
            .args([script, "sh"])
            .arg(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "health::machine::a_limit_on_watched_folders_is_told_with_the_line_that_raises_it",
                "--nocapture",
            ])
            .env(LOW, "1")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        let complained = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success() && said.contains("1 passed"),
            "{said}{complained}"
        );
        return;
    }
    let workspace = TestWorkspace::copy();
    let checked = checked(&workspace).await;
    let finding = checked.the_finding("watch-limit").await;
    assert_eq!(finding.title, "Not every folder can be watched");
    let allowed = finding.evidence.join("\n");
    assert!(allowed.contains("the system allows 12"), "{allowed}");
    let FixDoes::Copy { command } = finding.fix.unwrap().does else {
        panic!("it takes a password");
    };
    assert!(command.contains("fs.inotify.max_user_watches=524288"));
    checked.opened.deck.shut_down().await;
}

/// In a process whose PATH is as bare as a desktop's, with a login shell that adds to it.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_tool_that_only_the_login_shell_finds_is_told() {
    use std::os::unix::fs::PermissionsExt;
    use std::process::Command;

    const BARE: &str = "DAGDECK_TEST_BARE_PATH";
    if std::env::var_os(BARE).is_none() {
        let home = testkit::TestDir::new();
        let odd = home.make("odd");
        std::os::unix::fs::symlink(real_uv(), odd.join("uv")).unwrap();
        let shell = home.join("shell");
        // As `sh -ilc` whose start-up files add a folder.
        let text = format!(
            "#!/bin/sh\nexport PATH=\"$PATH:{}\"\neval \"$2\"\n",
            odd.display()
        );
        fs_err::write(&shell, text).unwrap();
        fs_err::set_permissions(&shell, std::fs::Permissions::from_mode(0o755)).unwrap();
        let output = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "health::machine::a_tool_that_only_the_login_shell_finds_is_told",
                "--nocapture",
            ])
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", home.path())
            .env("SHELL", &shell)
            .env_remove("TERM")
            .env_remove("UV_INSTALL_DIR")
            .env_remove("XDG_BIN_HOME")
            .env(BARE, odd.join("uv"))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        let complained = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success() && said.contains("1 passed"),
            "{said}{complained}"
        );
        return;
    }
    let workspace = TestWorkspace::copy();
    let checked = checked(&workspace).await;
    let finding = checked.the_finding("path-as-in-shell").await;
    assert_eq!(finding.severity, Severity::Note);
    let uv = std::env::var(BARE).unwrap();
    assert_eq!(finding.evidence, [format!("uv: {uv}")]);
    checked.opened.deck.shut_down().await;
}
