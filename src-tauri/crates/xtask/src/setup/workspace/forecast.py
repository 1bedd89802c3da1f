import dagster as dg


@dg.asset(deps=[dg.AssetKey("orders")])
def forecast() -> None:
    """Next week's orders."""
