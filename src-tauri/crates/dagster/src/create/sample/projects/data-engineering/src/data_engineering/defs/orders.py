"""Orders of a small shop: made up, cleaned, and added up by day.

An asset is a thing that is kept: a table, a file, a model. Each function below says how one is made. What it takes as an
argument is the asset that it is made from, so Dagster knows the order by itself.
"""

import random
from datetime import date, timedelta

import dagster as dg
from faker import Faker

DAYS = 60


@dg.asset(group_name="shop", kinds={"python"})
def raw_orders(context: dg.AssetExecutionContext) -> list[dict]:
    """Orders as they come in, with a few that are broken."""
    dice = random.Random(7)
    fake = Faker()
    fake.seed_instance(7)
    first = date.today() - timedelta(days=DAYS)
    orders = []
    for day in range(DAYS):
        # The shop grows slowly and sells more at the weekend.
        when = first + timedelta(days=day)
        count = 20 + day // 3 + (10 if when.weekday() >= 5 else 0) + dice.randint(-4, 4)
        for _ in range(count):
            orders.append(
                {
                    "day": when.isoformat(),
                    "customer": fake.name(),
                    "city": fake.city(),
                    "amount": round(dice.uniform(5, 120), 2) if dice.random() > 0.02 else None,
                }
            )
    context.log.info("%s orders over %s days", len(orders), DAYS)
    return orders


@dg.asset(group_name="shop", kinds={"python"})
def orders(raw_orders: list[dict]) -> dg.Output[list[dict]]:
    """Orders that have an amount."""
    kept = [order for order in raw_orders if order["amount"] is not None]
    return dg.Output(kept, metadata={"orders": len(kept), "left_out": len(raw_orders) - len(kept)})


@dg.asset(group_name="shop", kinds={"python"})
def daily_revenue(orders: list[dict]) -> dg.Output[dict[str, float]]:
    """What was sold on each day. The project data-science reads this one."""
    revenue: dict[str, float] = {}
    for order in orders:
        revenue[order["day"]] = round(revenue.get(order["day"], 0) + order["amount"], 2)
    return dg.Output(revenue, metadata={"days": len(revenue), "total": round(sum(revenue.values()), 2)})


@dg.asset_check(asset=orders)
def every_amount_is_positive(orders: list[dict]) -> dg.AssetCheckResult:
    """An order of nothing, or of less, would be a mistake further up."""
    wrong = [order for order in orders if order["amount"] <= 0]
    return dg.AssetCheckResult(passed=not wrong, metadata={"wrong": len(wrong)})
