//! The instance, deployments/local and what is left of earlier runs, not as they should be.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use api::{FindingView, Lifecycle, ServiceName, ServiceRequest, Severity};
#[cfg(target_os = "linux")]
use testkit::skipped;
use testkit::{TestDir, TestWorkspace, wait_until, within};

use super::{Checked, lines};
use crate::launched::STARTING;
use crate::opened::take_away;

async fn checked(workspace: &TestWorkspace) -> Checked {
    Checked::of(&workspace.path(), &workspace.state()).await
}

fn deployment(workspace: &TestWorkspace) -> PathBuf {
    workspace.path().join("deployments/local")
}

/// What Dagster's own Python says of an instance folder: whether it opens, and what it prints.
fn opens(workspace: &TestWorkspace, home: &Path) -> (bool, String) {
    let open = "from dagster import DagsterInstance\n\
        i = DagsterInstance.get(); i.get_runs(limit=1); i.get_asset_keys(); i.all_instigator_state()";
    let output = Command::new(deployment(workspace).join(".venv/bin/python"))
        .args(["-c", open])
        .env("DAGSTER_HOME", home)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.success(), said)
}

/// The one finding of a check, under a DAGSTER_HOME of the person's own.
async fn at_home(workspace: &TestWorkspace, home: &Path) -> Checked {
    let variables = [("DAGSTER_HOME", home.to_str().unwrap())];
    Checked::with(&workspace.path(), &workspace.state(), &variables).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_without_settings_warns_until_it_has_an_empty_file() {
    let workspace = TestWorkspace::of("data-science");
    let home = workspace.around().join("home");
    fs_err::create_dir_all(&home).unwrap();
    let (fine, said) = opens(&workspace, &home);
    assert!(
        fine && said.contains("No dagster instance configuration file"),
        "{said}"
    );
    let checked = at_home(&workspace, &home).await;
    let finding = checked.the_finding("dagster-home-settings").await;
    assert_eq!(finding.severity, Severity::Note);
    checked.fixed(&finding).await;
    let (fine, said) = opens(&workspace, &home);
    assert!(fine && !said.contains("No dagster instance"), "{said}");
    for bad in ["bogus: 1\n", "telemetry: [\n", "- a\n"] {
        fs_err::write(home.join("dagster.yaml"), bad).unwrap();
        assert!(!opens(&workspace, &home).0, "Dagster takes {bad}");
        let finding = checked.the_finding("dagster-home-settings").await;
        assert_eq!(finding.severity, Severity::Blocker, "{bad}");
    }
    fs_err::write(home.join("dagster.yaml"), "telemetry:\n  enabled: false\n").unwrap();
    assert!(opens(&workspace, &home).0);
    assert_eq!(checked.found("dagster-home-settings").await, []);
    checked.opened.deck.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn databases_that_two_processes_made_are_set_aside() {
    let workspace = TestWorkspace::of("data-science");
    let home = workspace.around().join("home");
    fs_err::create_dir_all(&home).unwrap();
    fs_err::write(home.join("dagster.yaml"), "").unwrap();
    assert!(opens(&workspace, &home).0);
    let checked = at_home(&workspace, &home).await;
    assert_eq!(checked.found("dagster-home-whole").await, []);
    // What the race leaves: the database names two versions of itself.
    let again = "import sqlite3, sys\nc = sqlite3.connect(sys.argv[1])\n\
        c.execute(\"insert into alembic_version values ('7e2f3204cf8e')\"); c.commit()";
    let status = Command::new(deployment(&workspace).join(".venv/bin/python"))
        .args(["-c", again])
        .arg(home.join("history/runs.db"))
        .status()
        .unwrap();
    assert!(status.success());
    let (fine, said) = opens(&workspace, &home);
    assert!(!fine && said.contains("alembic"), "{said}");
    let finding = checked.the_finding("dagster-home-whole").await;
    assert_eq!(finding.severity, Severity::Blocker);
    assert!(!finding.fix.as_ref().unwrap().safe);
    checked.fixed(&finding).await;
    assert!(home.join("history.set-aside-1/runs.db").is_file());
    assert!(opens(&workspace, &home).0, "it is made anew");
    checked.opened.deck.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_home_is_made() {
    let workspace = TestWorkspace::of("data-science");
    let home = workspace.around().join("not/yet");
    let checked = at_home(&workspace, &home).await;
    let finding = checked.the_finding("dagster-home-usable").await;
    assert!(
        finding.title.contains("there is no such folder"),
        "{}",
        finding.title
    );
    checked.fixed(&finding).await;
    assert!(home.is_dir());
    checked.opened.deck.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deployments_local_is_synced_and_gets_what_it_lacks() {
    let workspace = TestWorkspace::of("data-science");
    workspace.own_packages(&deployment(&workspace));
    let environment = deployment(&workspace).join(".venv");
    let uv = process::tools::find("uv").unwrap().path;
    let uninstall = |package: &str| {
        let status = Command::new(&uv)
            .args(["pip", "uninstall", "--quiet", "--python"])
            .arg(environment.join("bin/python"))
            .arg(package)
            .status()
            .unwrap();
        assert!(status.success());
    };
    uninstall("dagster-webserver");
    let checked = checked(&workspace).await;
    let finding = checked.the_finding("deployment-complete").await;
    assert_eq!(finding.title, "deployments/local lacks dagster-webserver");
    assert!(
        finding.fix.as_ref().unwrap().safe,
        "its pyproject.toml asks for it"
    );
    checked.fixed(&finding).await;
    take_away(&environment);
    let finding = checked.the_finding("deployment-synced").await;
    assert_eq!(finding.title, "deployments/local has no environment");
    checked.fixed(&finding).await;
    assert!(environment.join("bin/python").exists());
    // Not asked for at all: uv adds it, at the version of the Dagster that is there.
    uninstall("dagster-dg-cli");
    let settings = deployment(&workspace).join("pyproject.toml");
    let text = fs_err::read_to_string(&settings).unwrap();
    fs_err::write(&settings, text.replace("    \"dagster-dg-cli\",\n", "")).unwrap();
    let finding = checked.the_finding("deployment-complete").await;
    assert_eq!(finding.severity, Severity::Note);
    let line = lines(&finding).remove(0);
    assert!(line.ends_with("add dagster-dg-cli==1.13.27"), "{line}");
    checked.fixed(&finding).await;
    checked.opened.deck.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webserver_that_is_older_than_a_project_is_brought_up() {
    let workspace = TestWorkspace::of("data-science");
    workspace.own_packages(&deployment(&workspace));
    let folder = deployment(&workspace);
    let settings = folder.join("pyproject.toml");
    let text = fs_err::read_to_string(&settings).unwrap();
    let older = text
        .replace("dagster==1.13.27", "dagster==1.13.26")
        .replace("\"dagster-webserver\"", "\"dagster-webserver==1.13.26\"");
    fs_err::write(&settings, older).unwrap();
    let uv = process::tools::find("uv").unwrap().path;
    let synced = Command::new(uv)
        .args(["sync", "--quiet"])
        .current_dir(&folder)
        .env_remove("VIRTUAL_ENV")
        .status();
    assert!(synced.unwrap().success());
    let checked = checked(&workspace).await;
    let finding = checked.the_finding("webserver-new-enough").await;
    assert_eq!(
        finding.title,
        "The webserver’s Dagster 1.13.26 is older than a project’s 1.13.27"
    );
    assert!(!finding.fix.as_ref().unwrap().safe);
    checked.fixed(&finding).await;
    checked.opened.deck.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_temporary_instance_goes_to_the_trash() {
    let workspace = TestWorkspace::of("data-science");
    let left = workspace.path().join(".tmp_dagster_home_k3j2");
    fs_err::create_dir_all(left.join("history")).unwrap();
    let checked = checked(&workspace).await;
    let finding = checked.the_finding("temporary-homes").await;
    assert_eq!(finding.severity, Severity::Note);
    checked.fixed(&finding).await;
    assert!(!left.exists());
    #[cfg(target_os = "linux")]
    {
        use trash::os_limited::{list, purge_all};
        let ours = list().unwrap().into_iter();
        let ours: Vec<_> = ours.filter(|item| item.original_path() == left).collect();
        assert_eq!(ours.len(), 1, "it is in the trash");
        purge_all(ours).unwrap();
    }
    checked.opened.deck.shut_down().await;
}

/// A process that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have been ended by what is tested.
        let _gone = self.0.kill();
        let _reaped = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_of_a_dagdeck_that_is_gone_is_ended() {
    let workspace = TestWorkspace::of("data-science");
    let checked = checked(&workspace).await;
    assert_eq!(checked.found("processes-left").await, []);
    // Marked as a Dagdeck marks what it starts, and no guard knows the mark.
    let left = Command::new("sleep")
        .arg("600")
        .current_dir(workspace.path())
        .env("DAGDECK_MARK", "0123456789abcdef0123456789abcdef")
        .spawn()
        .unwrap();
    let mut left = Running(left);
    let finding = checked.the_finding("processes-left").await;
    let title = format!("Process {} is left of an earlier run", left.0.id());
    assert_eq!(finding.title, title);
    checked.fixed(&finding).await;
    assert!(left.0.wait().is_ok());
    checked.opened.deck.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webserver_from_a_terminal_is_told_with_its_port_and_left_alone() {
    let workspace = TestWorkspace::of("data-science");
    let around = TestDir::new();
    let nothing = around.join("workspace.yaml");
    fs_err::write(&nothing, "load_from: []\n").unwrap();
    let checked = checked(&workspace).await;
    assert_eq!(checked.found("dagster-not-ours").await, []);
    let port = process::ports::any_free().unwrap();
    let started = Command::new(deployment(&workspace).join(".venv/bin/python"))
        .args(["-m", "dagster_webserver", "--port"])
        .arg(port.to_string())
        .arg("--workspace")
        .arg(&nothing)
        .current_dir(workspace.path())
        .env("DAGSTER_HOME", around.make("home"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let running = Running(started);
    wait_until("it listens", Duration::from_secs(60), async || {
        process::ports::is_held_by(port, running.0.id())
    })
    .await;
    let finding: FindingView = checked.the_finding("dagster-not-ours").await;
    let told = format!("process {}, port {port}: ", running.0.id());
    assert!(finding.evidence[0].starts_with(&told), "{finding:?}");
    assert_eq!(finding.fix, None);
    drop(running);
    assert_eq!(checked.found("dagster-not-ours").await, []);
    checked.opened.deck.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_that_ends_by_itself_is_a_finding_until_it_is_back() {
    let workspace = TestWorkspace::of("data-science");
    let checked = checked(&workspace).await;
    let deck = &checked.opened.deck;
    let service = ServiceName::Daemon;
    deck.service_start(ServiceRequest { service })
        .await
        .unwrap();
    let running = async || {
        let daemon = checked.opened.shown().await.daemon;
        let up = matches!(daemon.lifecycle, Lifecycle::Running { .. });
        daemon.process.filter(|_| up)
    };
    // It is tried again each time a little later, and at last no more: sooner or later it is seen down.
    let mut killed = None;
    let finding = within("its end is told", STARTING, async || {
        if let Some(process) = running().await
            && killed.replace(process.pid) != Some(process.pid)
        {
            // It may have ended since it was looked at.
            let _gone = Command::new("kill")
                .args(["-KILL", &process.pid.to_string()])
                .status();
        }
        checked.found("services-up").await.pop()
    })
    .await;
    assert!(
        finding.title.starts_with("The daemon ended by signal 9"),
        "{finding:?}"
    );
    assert_eq!(finding.severity, Severity::Warning);
    deck.service_start(ServiceRequest { service })
        .await
        .unwrap();
    within("it is back", STARTING, running).await;
    assert_eq!(checked.found("services-up").await, []);
    deck.shut_down().await;
}

/// A folder of this machine that is reached as one of another: sshfs over the server's own program.
#[cfg(target_os = "linux")]
struct Share {
    place: PathBuf,
}

#[cfg(target_os = "linux")]
impl Share {
    /// None where the system lets nobody mount one.
    fn mounted(around: &Path) -> Option<Self> {
        use std::os::unix::fs::PermissionsExt;

        let (folder, place) = (around.join("shared"), around.join("share"));
        fs_err::create_dir_all(&folder).unwrap();
        fs_err::create_dir_all(&place).unwrap();
        let server = around.join("server");
        fs_err::write(&server, "#!/bin/sh\nexec /usr/lib/openssh/sftp-server\n").unwrap();
        fs_err::set_permissions(&server, std::fs::Permissions::from_mode(0o755)).unwrap();
        let mounted = Command::new("sshfs")
            .arg("-o")
            .arg(format!("ssh_command={}", server.display()))
            .arg(format!("server:{}", folder.display()))
            .arg(&place)
            .output()
            .unwrap();
        if mounted.status.success() {
            return Some(Self { place });
        }
        let said = String::from_utf8_lossy(&mounted.stderr);
        skipped(&format!(
            "this system lets nobody mount a share: {}",
            said.trim()
        ));
        None
    }
}

#[cfg(target_os = "linux")]
impl Drop for Share {
    fn drop(&mut self) {
        let gone = Command::new("fusermount3")
            .arg("-u")
            .arg(&self.place)
            .status();
        assert!(gone.unwrap().success(), "{}", self.place.display());
    }
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn an_instance_on_a_share_is_told_until_it_is_on_a_disk() {
    let workspace = TestWorkspace::of("data-science");
    let Some(share) = Share::mounted(workspace.around()) else {
        return;
    };
    let home = share.place.join("home");
    fs_err::create_dir(&home).unwrap();
    let far = at_home(&workspace, &home).await;
    let finding = far.the_finding("dagster-home-local").await;
    assert_eq!(
        finding.title,
        "DAGSTER_HOME is on a network file system (SSHFS)"
    );
    assert_eq!(finding.severity, Severity::Warning);
    far.opened.deck.shut_down().await;
    drop(share);

    fs_err::create_dir(&home).unwrap();
    let near = at_home(&workspace, &home).await;
    assert_eq!(near.found("dagster-home-local").await, []);
    near.opened.deck.shut_down().await;
}
