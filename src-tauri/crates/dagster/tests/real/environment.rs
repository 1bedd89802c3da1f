//! What the person's code sees of the environment is what it sees under `dg dev`.

use std::collections::BTreeMap;

use dagster::code_server::RepositoriesAnswer;
use dagster::environment::interpreter_of;

use super::bench::{Bench, projects, start};

/// Writes down what it sees while it is loaded, before and after Dagster is there.
const LOOK: &str = r#"
import json, os, sys
from pathlib import Path
import dagster as dg

seen = dict(os.environ, CWD=os.getcwd(), FIRST=sys.path[0])
Path(__file__).with_name("seen.json").write_text(json.dumps(seen))

@dg.asset
def made(): ...
"#;

#[tokio::test(flavor = "multi_thread")]
async fn dot_env_files_reach_the_code_in_order() {
    for (_, interpreter) in projects() {
        let mut bench = Bench::new(LOOK);
        let text = "BOTH=root\nONLY_ROOT='a b'\n";
        bench.write(".env", text);
        bench.write(
            "projects/shop/.env",
            "BOTH=project\nexport FILLED=\"${ONLY_ROOT}-${NOT_SET:-c}\" # why\n",
        );
        let (read, problems) =
            workspace::parse_dot_env(&bench.shared.root.join(".env"), text, &BTreeMap::new());
        assert_eq!(problems, []);
        bench.shared.dot_env = read.variables();
        bench.prepare().await;
        let (running, loading) = start(&bench.server(&interpreter, 1)).await;
        assert!(
            matches!(loading.listed, RepositoriesAnswer::Loaded(_)),
            "{}",
            running.output()
        );
        let seen = fs_err::read_to_string(bench.project().join("seen.json")).unwrap();
        let seen: BTreeMap<String, String> = serde_json::from_str(&seen).unwrap();
        let root = fs_err::canonicalize(&bench.shared.root).unwrap();
        let environment = interpreter.parent().unwrap().parent().unwrap();
        for (name, value) in [
            ("BOTH", "project"),
            ("ONLY_ROOT", "a b"),
            ("FILLED", "a b-c"),
            ("CWD", root.to_str().unwrap()),
            ("DAGSTER_IS_DEV_CLI", "1"),
            ("DAGSTER_DISABLE_TELEMETRY", "1"),
            ("DAGSTER_HOME", bench.shared.instance.to_str().unwrap()),
            ("VIRTUAL_ENV", environment.to_str().unwrap()),
        ] {
            assert_eq!(seen.get(name).map(String::as_str), Some(value), "{name}");
        }
        let bin = interpreter_of(environment).parent().unwrap().to_owned();
        assert!(seen["PATH"].starts_with(bin.to_str().unwrap()));
        assert!(
            !bench.shared.instance.join(".telemetry").exists(),
            "no statistics are gathered"
        );
    }
}
