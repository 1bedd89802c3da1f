//! What Dagster and uv really printed, as rows.

use logstore::{LogKey, Stream};

use crate::{bench, drawn};

fn sample(name: &str) {
    let bytes = std::fs::read(
        std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/samples")
            .join(name),
    )
    .unwrap();
    let bench = bench();
    let writer = bench.writer("sample");
    let stream = if name.ends_with("err") {
        Stream::Err
    } else {
        Stream::Out
    };
    writer.bytes(stream, &bytes);
    writer.finish();
    let mut view = bench.view("sample");
    let window = view.window(0, 1_000);
    let rows: Vec<String> = window.rows.iter().map(drawn).collect();
    let counts = bench.store.counts(&LogKey::new("sample"));
    assert_eq!(window.status.counts, counts);
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false, snapshot_path => "../snapshots" }, {
        insta::assert_snapshot!(name.replace('.', "-"), format!("{}\n{counts:?}", rows.join("\n")));
    });
    assert_eq!(
        std::fs::read(bench.store.file(&LogKey::new("sample")).unwrap()).unwrap(),
        bytes,
        "raw bytes stay as printed"
    );
}

macro_rules! samples {
    ($($test:ident: $file:literal,)*) => { $(#[test] fn $test() { sample($file); })* };
}

samples! {
    code_server: "code-server-run1.stdout",
    code_server_in_json: "code-server-format-json.stdout",
    code_server_in_rich: "code-server-format-rich.stdout",
    port_in_use: "code-server-portinuse.stderr",
    uvicorn_port_in_use: "webserver-portinuse.stderr",
    run_events: "hand-de.stderr",
    import_error: "cs-imp_err.stdout",
    syntax_error: "cs-syn.stdout",
    two_definitions: "grpc-two_defs.stderr",
    chained_in_the_webserver: "webserver.stdout",
    unreachable_in_the_webserver: "webserver-unreachable.stdout",
    broken_location: "dg-dev-broken-location.stdout",
    uv_plain: "uv-sync.stderr",
    uv_terminal: "uv-sync-tty.stderr",
    uv_failing: "uv-no-solution.stderr",
}
