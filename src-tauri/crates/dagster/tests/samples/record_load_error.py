"""Records what a real code server answers where code does not load, as a sample for the tests.

    INTERPRETER record_load_error.py FILE.py > load-NAME.json

INTERPRETER is that of an environment with Dagster. The file is served alone in a folder of its own, as `dagster api grpc -f`
serves it. What is printed calls that folder /home/user/work/err, the environment /home/user/work/venv and its Python /usr.
"""

import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from dagster._core.errors import DagsterUserCodeUnreachableError
from dagster._grpc.client import DagsterGrpcClient

# How long a code server may take until it answers, in seconds.
PATIENCE = 60


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def asked(client: DagsterGrpcClient) -> str:
    """What it answers once it takes calls."""
    begun = time.monotonic()
    while True:
        try:
            return client.list_repositories()
        except DagsterUserCodeUnreachableError:
            if time.monotonic() - begun > PATIENCE:
                raise
            time.sleep(0.1)


def main(file: Path) -> None:
    folder = Path(tempfile.mkdtemp()).resolve()
    try:
        shutil.copy(file, folder)
        port = free_port()
        server = subprocess.Popen(
            [sys.executable, "-m", "dagster", "api", "grpc", "-f", file.name, "-p", str(port)]
            + ["--lazy-load-user-code", "-d", str(folder)],
            cwd=folder,
            stdout=sys.stderr,
        )
        try:
            answer = asked(DagsterGrpcClient(port=port, host="127.0.0.1"))
        finally:
            server.terminate()
            server.wait()
    finally:
        shutil.rmtree(folder)
    told = json.loads(answer)
    if told.get("__class__") != "SerializableErrorInfo":
        sys.exit(f"{file} loads: there is no error to record")
    text = json.dumps(told)
    places = {
        str(folder): "/home/user/work/err",
        sys.prefix: "/home/user/work/venv",
        sys.base_prefix: "/usr",
    }
    for ours, recorded in places.items():
        text = text.replace(ours, recorded)
    print(text)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
