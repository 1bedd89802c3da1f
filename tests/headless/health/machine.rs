//! Tools and limits of the machine that are not as they should be.

use std::path::PathBuf;
#[cfg(target_os = "linux")]
use std::process::Command;

#[cfg(target_os = "linux")]
use api::FixDoes;
use api::{FolderRequest, Nothing, Severity};
#[cfg(target_os = "linux")]
use testkit::skipped;
use testkit::{FakeTool, TestWorkspace};

use super::Checked;
#[cfg(target_os = "linux")]
use crate::command::dagdeck;

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
    let workspace = TestWorkspace::of("data-science");
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
    let workspace = TestWorkspace::of("data-science");
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

/// Runs one test of this program again, by a program that first makes the fault for it alone.
#[cfg(target_os = "linux")]
fn again(mut by: Command, test: &str) {
    let this = std::env::current_exe().unwrap();
    let output = by.arg(this).args(["--exact", test, "--nocapture"]);
    let output = output.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}{complained}"
    );
}

/// A program that runs another as root of a small world of its own, after a line of shell; none where the system lets
/// nobody do that.
#[cfg(target_os = "linux")]
fn alone(line: &str) -> Option<Command> {
    const ALONE: [&str; 5] = ["--user", "--map-root-user", "--mount", "sh", "-c"];
    let mut tried = Command::new("unshare");
    if !tried.args(ALONE).arg("true").status().unwrap().success() {
        skipped("this system lets no program have limits and disks of its own");
        return None;
    }
    let mut command = Command::new("unshare");
    let script = format!("{line} && exec \"$@\"");
    command.args(ALONE).args([&script, "sh"]);
    Some(command)
}

/// Under a limit of the system that is really that low, until it is raised.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_limit_on_watched_folders_is_told_with_the_line_that_raises_it() {
    const LOW: &str = "DAGDECK_TEST_FEW_WATCHES";
    const LIMIT: &str = "/proc/sys/user/max_inotify_watches";
    if std::env::var_os(LOW).is_none() {
        if let Some(mut alone) = alone(&format!("echo 12 > {LIMIT}")) {
            alone.env(LOW, "1");
            again(
                alone,
                "health::machine::a_limit_on_watched_folders_is_told_with_the_line_that_raises_it",
            );
        }
        return;
    }
    let workspace = TestWorkspace::copy();
    let few = checked(&workspace).await;
    let finding = few.the_finding("watch-limit").await;
    assert_eq!(finding.title, "Not every folder can be watched");
    let allowed = finding.evidence.join("\n");
    assert!(allowed.contains("the system allows 12"), "{allowed}");
    let FixDoes::Copy { command } = finding.fix.unwrap().does else {
        panic!("it takes a password");
    };
    assert!(command.contains("fs.inotify.max_user_watches=524288"));
    few.opened.deck.shut_down().await;

    fs_err::write(LIMIT, "524288").unwrap();
    let enough = checked(&workspace).await;
    assert_eq!(enough.found("watch-limit").await, []);
    enough.opened.deck.shut_down().await;
}

/// In a process whose PATH is as bare as a desktop's, with a login shell that adds to it; then with the shell's PATH.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_tool_that_only_the_login_shell_finds_is_told() {
    use std::os::unix::fs::PermissionsExt;

    const BARE: &str = "DAGDECK_TEST_BARE_PATH";
    let Some(uv) = std::env::var_os(BARE) else {
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
        let bare = "/usr/bin:/bin".to_owned();
        let whole = format!("{bare}:{}", odd.display());
        for (path, found) in [(bare, odd.join("uv")), (whole, PathBuf::new())] {
            let mut command = Command::new("env");
            command
                .env("PATH", path)
                .env("HOME", home.path())
                .env("SHELL", &shell)
                .env_remove("TERM")
                .env_remove("UV_INSTALL_DIR")
                .env_remove("XDG_BIN_HOME")
                .env(BARE, found);
            again(
                command,
                "health::machine::a_tool_that_only_the_login_shell_finds_is_told",
            );
        }
        return;
    };
    let workspace = TestWorkspace::of("data-science");
    let checked = checked(&workspace).await;
    if uv.is_empty() {
        assert_eq!(checked.found("path-as-in-shell").await, []);
    } else {
        let finding = checked.the_finding("path-as-in-shell").await;
        assert_eq!(finding.severity, Severity::Note);
        let evidence = format!("uv: {}", uv.to_string_lossy());
        assert_eq!(finding.evidence, [evidence]);
    }
    checked.opened.deck.shut_down().await;
}

/// On a machine with little memory, a full disk, few open files, no Git and variables that lead astray; then without.
#[cfg(target_os = "linux")]
#[test]
fn what_a_machine_lacks_is_told_until_it_is_there() {
    const MADE: [(&str, &str); 7] = [
        ("disk-space", "are left on the disk of Dagdeck’s own files"),
        ("file-limit", "Only 140 files may be open at once"),
        ("git-found", "Git isn’t installed"),
        (
            "memory-enough",
            "This machine has too little memory for all locations",
        ),
        ("network-variables", "HTTPS_PROXY is no address of a proxy"),
        (
            "network-variables",
            "The certificates that the environment names aren’t there",
        ),
        (
            "variables-kept-back",
            "PYTHONPATH is set, and Dagdeck doesn’t hand it on",
        ),
    ];
    let workspace = TestWorkspace::of("data-science");
    // Git is asked for where a package comes from a repository.
    workspace.add_project_without_environment("marketing");
    let settings = workspace.project("marketing").join("pyproject.toml");
    let text = fs_err::read_to_string(&settings).unwrap();
    let source = "\n[tool.uv.sources]\nhumanize = { git = \"https://git.invalid/humanize\" }\n";
    fs_err::write(&settings, text + source).unwrap();
    let memory = workspace.around().join("meminfo");
    let little = "MemTotal:         600000 kB\nMemAvailable:     400000 kB\n";
    fs_err::write(&memory, little).unwrap();
    fs_err::create_dir_all(workspace.state()).unwrap();
    let line = format!(
        "mount --bind '{}' /proc/meminfo && mount -t tmpfs -o size=20m none '{}' && ulimit -n 140 \
         && while git=$(command -v git); do mount --bind /dev/null \"$git\" || exit; hash -r; done",
        memory.display(),
        workspace.state().display(),
    );
    let Some(mut lacking) = alone(&line) else {
        return;
    };
    let plain = dagdeck(&workspace);
    lacking.arg(plain.get_program());
    for (name, value) in plain.get_envs() {
        match value {
            Some(value) => lacking.env(name, value),
            None => lacking.env_remove(name),
        };
    }
    lacking
        .env("PYTHONPATH", "/opt/tools")
        .env("HTTPS_PROXY", "http://")
        .env("SSL_CERT_FILE", "/nowhere/certificates.pem")
        .env_remove("SSL_CERT_DIR");
    let found = |mut command: Command| -> Vec<(String, String)> {
        let doctor = command.args(["doctor", "--json", "--trust"]);
        let output = doctor.arg(workspace.path()).output().unwrap();
        let answer: serde_json::Value =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
                panic!("{error}: {}", String::from_utf8_lossy(&output.stderr));
            });
        let findings = answer["findings"].as_array().unwrap().iter();
        let word = |one: &serde_json::Value| one.as_str().unwrap().to_owned();
        let told = findings.map(|one| (word(&one["check"]), word(&one["title"])));
        told.filter(|(check, _)| MADE.iter().any(|(made, _)| made == check))
            .collect()
    };
    let told = found(lacking);
    for (check, title) in MADE {
        let made = |(id, said): &&(String, String)| id == check && said.contains(title);
        assert!(told.iter().any(|one| made(&one)), "{check}: {told:?}");
    }
    assert_eq!(told.len(), MADE.len(), "{told:?}");
    // The machine at hand may lack something else.
    let mut left = found(plain);
    left.retain(|one| told.contains(one));
    assert_eq!(left, []);
}
