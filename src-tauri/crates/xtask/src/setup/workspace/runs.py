import time

import dagster as dg


@dg.op
def until_terminated() -> None:
    while True:
        time.sleep(0.1)


@dg.job(executor_def=dg.in_process_executor)
def slow() -> None:
    """Runs until somebody terminates it."""
    until_terminated()


@dg.op
def for_eight_seconds() -> None:
    end = time.monotonic() + 8
    while time.monotonic() < end:
        time.sleep(0.1)


@dg.job(executor_def=dg.in_process_executor)
def medium() -> None:
    """Ends by itself after 8 seconds."""
    for_eight_seconds()
