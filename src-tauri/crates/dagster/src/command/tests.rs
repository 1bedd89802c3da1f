use super::*;

fn shared(folder: &Path) -> Shared {
    Shared {
        root: folder.to_owned(),
        instance: folder.join("home"),
        instance_ref: None,
        dot_env: BTreeMap::from([("TOKEN".to_owned(), "from the root".to_owned())]),
        telemetry: false,
    }
}

fn server(folder: &Path) -> CodeServer {
    CodeServer {
        shared: shared(folder),
        interpreter: folder.join("p/.venv/bin/python"),
        address: Address::Socket("/run/d/l0-1.sock".into()),
        location: "data-science".into(),
        server_id: "id-1".into(),
        code: Code::Module("data_science.definitions".into()),
        attribute: None,
        working_directory: folder.join("p/src"),
        project: Some(folder.join("p")),
        log_level: LogLevel::Info,
    }
}

#[test]
fn a_code_server_is_one_process_that_survives_load_errors() {
    let folder = Path::new("/w");
    let line = code_server(&server(folder));
    assert_eq!(
        line.arguments.join(" "),
        "-m dagster api grpc --lazy-load-user-code --socket /run/d/l0-1.sock --location-name data-science \
         --fixed-server-id id-1 --use-python-environment-entry-point --inject-env-vars-from-instance --log-level info \
         --log-format colored -m data_science.definitions -d /w/p/src"
    );
    assert_eq!(line.folder, folder);
    assert_eq!(
        line.environment["DAGSTER_PROJECT_ENV_FILE_PATHS"],
        r#"{"data-science":"/w/p"}"#
    );
    assert_eq!(line.environment["DAGSTER_HOME"], "/w/home");
    assert_eq!(line.environment["TOKEN"], "from the root");
    assert_eq!(line.environment["DAGSTER_IS_DEV_CLI"], "1");
    assert!(line.environment["PATH"].starts_with("/w/p/.venv/bin"));
}

#[test]
fn every_kind_of_code_has_its_flag() {
    let with = |code: Code| {
        let server = CodeServer {
            code,
            attribute: Some("defs".into()),
            address: Address::local(4000),
            ..server(Path::new("/w"))
        };
        code_server(&server).arguments.join(" ")
    };
    assert!(with(Code::File("/w/a.py".into())).contains("-f /w/a.py -a defs -d"));
    assert!(with(Code::Package("a".into())).contains("--package-name a -a defs"));
    assert!(with(Code::Autoload("a.defs".into())).contains("--autoload-defs-module-name a.defs"));
    assert!(with(Code::Module("a".into())).contains("--host 127.0.0.1 --port 4000"));
}

#[test]
fn statistics_are_off_unless_asked_for() {
    let folder = Path::new("/w");
    let mut daemon = Daemon {
        shared: shared(folder),
        interpreter: "/w/d/.venv/bin/python".into(),
        workspace_file: "/state/workspace.yaml".into(),
        log_level: LogLevel::Info,
    };
    assert_eq!(
        super::daemon(&daemon).environment["DAGSTER_DISABLE_TELEMETRY"],
        "1"
    );
    daemon.shared.telemetry = true;
    assert!(
        !super::daemon(&daemon)
            .environment
            .contains_key("DAGSTER_DISABLE_TELEMETRY")
    );
}

#[test]
fn scripts_run_where_no_code_of_the_person_can_be_imported() {
    let shared = shared(Path::new("/w"));
    let line = readdress_runs(
        Path::new("/py"),
        &shared,
        &Address::Socket("/run/l0-1.sock".into()),
        &["r1".into()],
    );
    assert_eq!(line.folder, shared.instance);
    assert_eq!(
        line.arguments[2..],
        [r#"{"host":"localhost","socket":"/run/l0-1.sock"}"#, "r1"]
    );
}

#[test]
fn a_deployment_is_made_from_two_commands() {
    let plan = MakeDeployment {
        uv: "/bin/uv".into(),
        folder: "/state/d".into(),
        python: Some("/bin/python3.12".into()),
        dagster: "1.13.27".into(),
    };
    let [venv, install] = make_deployment(&plan);
    assert_eq!(
        venv.arguments.join(" "),
        "venv --no-project --clear --python /bin/python3.12 .venv"
    );
    assert!(
        install
            .arguments
            .join(" ")
            .ends_with("dagster==1.13.27 dagster-webserver==1.13.27")
    );
}

#[test]
fn what_is_previewed_is_what_is_synced() {
    let project = UvProject {
        python: Some("/bin/python3.12".into()),
        environment: Some("/envs/shared".into()),
        all_members: true,
        unfinished: vec!["grpcio".into()],
        ..UvProject::new(Path::new("/bin/uv"), Path::new("/w/a"))
    };
    let sync = project.sync();
    assert_eq!(
        sync.arguments.join(" "),
        "sync --compile-bytecode --all-packages --reinstall-package grpcio --python /bin/python3.12"
    );
    assert_eq!(sync.environment["UV_PROJECT_ENVIRONMENT"], "/envs/shared");
    let preview = project.preview();
    assert_eq!(
        preview.arguments.join(" "),
        "sync --dry-run --output-format json --no-python-downloads --all-packages --reinstall-package grpcio --python /bin/python3.12"
    );
    assert_eq!(preview.environment, sync.environment);
    let plain = UvProject::new(Path::new("/bin/uv"), Path::new("/w/a"));
    assert_eq!(plain.sync().arguments, ["sync", "--compile-bytecode"]);
    assert!(plain.sync().environment.is_empty());
    assert_eq!(
        plain.lock_preview().arguments,
        ["lock", "--dry-run", "--no-python-downloads"]
    );
}
