"""A forecast of what the shop will sell, from an asset that another project makes.

`daily_revenue` is not made here. Saying that it exists is enough: Dagster finds it by its key, wherever it is made, and loads
what was stored. So the two projects can have packages of their own, and teams of their own.
"""

from datetime import date, timedelta
from statistics import linear_regression

import dagster as dg
import plotille

AHEAD = 14

# The key of an asset that the project data-engineering makes.
daily_revenue = dg.AssetSpec("daily_revenue")


@dg.asset(group_name="forecast", kinds={"python"})
def revenue_forecast(daily_revenue: dict[str, float]) -> dg.Output[dict[str, float]]:
    """The next two weeks, by a straight line through the days so far."""
    days = sorted(daily_revenue)
    amounts = [daily_revenue[day] for day in days]
    slope, start = linear_regression(range(len(days)), amounts)
    last = date.fromisoformat(days[-1])
    forecast = {
        (last + timedelta(days=ahead)).isoformat(): round(start + slope * (len(days) - 1 + ahead), 2)
        for ahead in range(1, AHEAD + 1)
    }
    line = [*amounts, *forecast.values()]
    chart = plotille.plot(range(len(line)), line, width=60, height=12, origin=False)
    return dg.Output(
        forecast,
        metadata={
            "more_each_day": round(slope, 2),
            "chart": dg.MetadataValue.md(f"```\n{chart}\n```"),
        },
    )
