//! Small Python programs that must run inside the deployment environment, because only Dagster itself can do their work.

use std::path::Path;

use process::CommandLine;
use serde_json::json;

use super::{Shared, python};
use crate::code_server::Address;

/// Opens the instance once, alone: several processes opening an empty one at the same time damage it for good.
const PREPARE: &str = "\
from dagster import DagsterInstance
with DagsterInstance.get() as instance:
    instance.get_run_ids(limit=1)
    instance.get_asset_keys(limit=1)
    instance.all_instigator_state()
print('instance ready')
";

/// Says the instance in Dagster's own words.
const INSTANCE_REF: &str = "\
from dagster import DagsterInstance
from dagster._serdes import serialize_value
with DagsterInstance.get() as instance:
    print(serialize_value(instance.get_ref()))
";

/// Tells runs where the server that executes them is to be asked from now on.
const READDRESS: &str = "\
import sys
from dagster import DagsterInstance
info = sys.argv[1]
with DagsterInstance.get() as instance:
    for run_id in sys.argv[2:]:
        if instance.get_run_by_id(run_id):
            instance.add_run_tags(run_id, {'.dagster/grpc_info': info})
            print('readdressed', run_id)
";

/// What [`prepare_instance`] prints when it is done.
pub const PREPARED: &str = "instance ready";

/// What [`readdress_runs`] prints before each run id.
pub const READDRESSED: &str = "readdressed ";

/// The command line that makes a fresh instance whole. About 1.5 s; everything else waits for it.
#[must_use]
pub fn prepare_instance(interpreter: &Path, shared: &Shared) -> CommandLine {
    script(interpreter, shared, PREPARE)
}

/// The command line that prints the instance in Dagster's own words as its last line, as [`Shared::instance_ref`] takes it.
/// About 1.5 s.
#[must_use]
pub fn read_instance_ref(interpreter: &Path, shared: &Shared) -> CommandLine {
    script(interpreter, shared, INSTANCE_REF)
}

/// The command line that points runs at the own address of the server that executes them, so that they can be terminated
/// after another server took over the location's.
#[must_use]
pub fn readdress_runs(
    interpreter: &Path,
    shared: &Shared,
    address: &Address,
    runs: &[String],
) -> CommandLine {
    let info = match address {
        Address::Socket(path) => json!({ "host": "localhost", "socket": path }),
        Address::Port { host, port } => json!({ "host": host, "port": port }),
    };
    script(interpreter, shared, READDRESS)
        .arg(info.to_string())
        .args(runs)
}

/// `python -c` puts the current folder first on the import path, so it runs in the instance folder, which holds no code.
fn script(interpreter: &Path, shared: &Shared, text: &str) -> CommandLine {
    let mut line = python(interpreter, shared).args(["-c", text]);
    line.folder.clone_from(&shared.instance);
    line
}
