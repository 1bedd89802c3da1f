//! A Python that this machine has not, brought by the real uv. Pythons are published where no test may count on reaching
//! them, so uv is told of one that lies packed in a folder: a copy of one of this machine.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use testkit::skipped;

use crate::command::program;
use crate::sync_failures::Demo;

/// One packed Python, and a uv that sees no other.
struct Shelf {
    /// `3.12.1`.
    version: String,
    variables: Vec<(&'static str, String)>,
    installed: PathBuf,
}

impl Shelf {
    /// Packs one; none where this machine has none that can be moved.
    fn made(folder: &Path) -> Option<Self> {
        let (version, prefix) = movable()?;
        fs_err::create_dir_all(folder).unwrap();
        let archive = folder.join("python.tar.gz");
        let left_out = ["site-packages", "test", "__pycache__", "idlelib", "*.a"];
        let packed = Command::new("tar")
            .args(left_out.map(|name| format!("--exclude={name}")))
            .args([
                "--transform=s,^,python/,S",
                "--use-compress-program=gzip -1",
            ])
            .arg("-C")
            .arg(&prefix)
            .arg("-cf")
            .arg(&archive)
            .args(["bin", "lib"])
            .status();
        assert!(packed.unwrap().success());
        let sum = Command::new("sha256sum").arg(&archive).output().unwrap();
        let sum = String::from_utf8(sum.stdout).unwrap();
        let [major, minor, patch] = parts(&version)?;
        let (machine, system) = (std::env::consts::ARCH, std::env::consts::OS);
        let published = json!({
            format!("cpython-{version}-{system}-{machine}-gnu"): {
                "name": "cpython", "arch": {"family": machine, "variant": null}, "os": system, "libc": "gnu",
                "major": major, "minor": minor, "patch": patch, "prerelease": "", "variant": null,
                "url": format!("file://{}", archive.display()),
                "sha256": sum.split(' ').next(), "build": "20240107",
            }
        });
        let list = folder.join("downloads.json");
        fs_err::write(&list, published.to_string()).unwrap();
        let installed = folder.join("installed");
        let variables = vec![
            ("UV_PYTHON_DOWNLOADS_JSON_URL", list.display().to_string()),
            ("UV_PYTHON_INSTALL_DIR", installed.display().to_string()),
            ("UV_PYTHON_PREFERENCE", "only-managed".to_owned()),
        ];
        Some(Self {
            version,
            variables,
            installed,
        })
    }

    fn variables(&self) -> Vec<(&'static str, &str)> {
        self.variables
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect()
    }

    fn minor(&self) -> &str {
        self.version.rsplit_once('.').unwrap().0
    }

    /// What uv put into its folder.
    fn brought(&self) -> Vec<String> {
        let entries = fs_err::read_dir(&self.installed).into_iter().flatten();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| !name.starts_with('.')).collect()
    }

    /// The Python that an environment was made from is the one that was brought.
    fn is_under(&self, environment: &Path) -> bool {
        let python = fs_err::canonicalize(environment.join("bin/python")).unwrap();
        python.starts_with(fs_err::canonicalize(&self.installed).unwrap())
    }
}

/// A released Python of this machine with a folder of its own: what the system brings lies all over it.
fn movable() -> Option<(String, PathBuf)> {
    let list = Command::new("uv")
        .args([
            "python",
            "list",
            "--only-installed",
            "--output-format",
            "json",
        ])
        .output()
        .unwrap();
    let list: Value = serde_json::from_slice(&list.stdout).unwrap();
    list.as_array().unwrap().iter().find_map(|one| {
        let version = one["version"].as_str()?;
        parts(version).filter(|&[major, minor, _]| (major, minor) >= (3, 10))?;
        let prefix = Command::new(one["path"].as_str()?)
            .args(["-c", "import sys; print(sys.base_prefix)"])
            .stdin(Stdio::null())
            .output()
            .ok()?;
        let prefix = PathBuf::from(String::from_utf8(prefix.stdout).ok()?.trim());
        let own = prefix != Path::new("/usr") && prefix.join("lib").is_dir();
        own.then(|| (version.to_owned(), prefix))
    })
}

fn parts(version: &str) -> Option<[u32; 3]> {
    let numbers: Option<Vec<u32>> = version.split('.').map(|part| part.parse().ok()).collect();
    numbers?.try_into().ok()
}

#[test]
fn a_machine_without_a_python_gets_one_and_an_environment_from_it() {
    let demo = Demo::new();
    let Some(shelf) = Shelf::made(&demo.root().with_file_name("shelf")) else {
        skipped("this machine has no Python that can be moved");
        return;
    };
    let only = format!("=={}.*", shelf.minor());
    demo.asks(|text| {
        let text = text.replace("python-downloads = \"never\"\n", "");
        text.replace(">=3.10", &only)
    });
    let doctor = |more: &[&str]| -> Value {
        let mut command = demo.command(program());
        command.arg("doctor").arg(demo.root()).arg("--json");
        let output = command.args(more).envs(shelf.variables()).output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let states = |answer: &Value, check: &str| -> Vec<(String, String)> {
        let word = |value: &Value| value.as_str().unwrap().to_owned();
        let findings = answer["findings"].as_array().unwrap().iter();
        let of_it = findings.filter(|one| one["check"] == check);
        of_it
            .map(|one| (word(&one["title"]), word(&one["state"]["kind"])))
            .collect()
    };
    let accepted = "No Python here is one that a project accepts";
    let available = "No Python on this machine fits the project";
    let environment = "No Python environment yet";
    let all = [
        ("python-accepted", accepted),
        ("python-available", available),
        ("environment-present", environment),
    ];

    let before = doctor(&["--trust"]);
    for (check, title) in all {
        let open = [(title.to_owned(), "open".to_owned())];
        assert_eq!(states(&before, check), open, "{before:#}");
    }
    let told = before["findings"].as_array().unwrap().iter();
    let told = told.filter(|one| one["check"] == "python-accepted");
    let severities: Vec<&Value> = told.map(|one| &one["severity"]).collect();
    assert_eq!(severities, [&json!("note")], "uv downloads one by itself");
    assert_eq!(shelf.brought(), [""; 0], "nothing is brought unasked");

    let mut preview = demo.command(program());
    preview.args(demo.arguments()).arg("--dry-run");
    let preview = preview.envs(shelf.variables()).output().unwrap();
    let preview: Value = serde_json::from_slice(&preview.stdout).unwrap();
    let plan = &preview["environments"][0];
    assert_eq!(
        (&plan["downloads"], &plan["failure"]),
        (&json!(true), &Value::Null)
    );
    assert_eq!(
        shelf.brought(),
        [""; 0],
        "nor by asking what a sync would do"
    );

    let after = doctor(&["--fix-safe"]);
    for (check, title) in all {
        let fixed = [(title.to_owned(), "fixed".to_owned())];
        assert_eq!(states(&after, check), fixed, "{after:#}");
    }
    assert!(shelf.is_under(&demo.environment()));
    let again = doctor(&[]);
    for (check, _) in all {
        assert_eq!(states(&again, check), [], "{again:#}");
    }
}

#[test]
fn a_python_that_has_to_be_downloaded_can_be_chosen() {
    let demo = Demo::synced();
    let Some(shelf) = Shelf::made(&demo.root().with_file_name("shelf")) else {
        skipped("this machine has no Python that can be moved");
        return;
    };
    demo.changed("python-downloads = \"never\"\n", "");
    let told = demo.sync_to(&["--python", shelf.minor()], &shelf.variables());
    assert_eq!(told.state, "succeeded", "{told:?}");
    assert!(shelf.is_under(&demo.environment()));
    assert!(demo.has("iniconfig-2.0.0"));
    let pin = fs_err::read_to_string(demo.project().join(".python-version")).unwrap();
    assert_eq!(pin.trim(), shelf.minor());
}
