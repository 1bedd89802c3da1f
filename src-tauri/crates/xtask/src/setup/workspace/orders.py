import dagster as dg


@dg.asset
def orders() -> None:
    """Orders as they came in."""
