//! The Python that benchmarked workspaces hold.

/// One asset with this name.
pub(super) fn asset(name: &str) -> String {
    format!("import dagster as dg\n\n\n@dg.asset\ndef {name}() -> None: ...\n")
}

/// Prints this many numbered lines in a second, for so many seconds, beside the server's own work.
pub(super) fn flood(lines_per_second: u32, seconds: u32) -> String {
    format!(
        r#"import os
import threading
import time


def _flood() -> None:
    end = {seconds} * {lines_per_second}
    batch = {lines_per_second} // 100
    started = time.monotonic()
    for first in range(0, end, batch):
        lines = [f"flood {{n:09d}} " + "x" * 80 for n in range(first, first + batch)]
        text = ("\n".join(lines) + "\n").encode()
        while text:
            text = text[os.write(1, text):]
        ahead = first / {lines_per_second} - (time.monotonic() - started)
        if ahead > 0:
            time.sleep(ahead)


threading.Thread(target=_flood, daemon=True).start()
"#
    )
}
