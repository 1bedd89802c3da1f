"""A job that makes all assets of the shop anew, and a schedule that runs it every morning once it is switched on."""

import dagster as dg

refresh_shop = dg.define_asset_job("refresh_shop", selection=dg.AssetSelection.groups("shop"))

every_morning = dg.ScheduleDefinition(name="every_morning", job=refresh_shop, cron_schedule="0 6 * * *")
