"""Measure the engine of the lifecycle beside the bare SQL of the same; run by ``odoo shell``, which provides ``env``.

All in one run on one database: the bare aggregate and the bare update of the wide partner rows, then the first run,
a quiet night, the night after one client in a hundred ordered, the analysis, and the overview.  Prints one line of
JSON: ``{job: [figure, unit, rows written]}``.
"""

import json
import resource
import statistics
import time

BARE_AGGREGATE = """
    SELECT partner.commercial_partner_id, count(*), min(sale.date_order), max(sale.date_order),
           sum(sale.amount_untaxed / COALESCE(NULLIF(sale.currency_rate, 0), 1))
      FROM sale_order sale
      JOIN res_partner partner ON partner.id = sale.partner_id
     WHERE sale.state = 'sale'
  GROUP BY partner.commercial_partner_id
"""
BARE_UPDATE = f"""
    WITH known AS ({BARE_AGGREGATE})
  UPDATE res_partner partner
     SET bench_count = known.count, bench_turnover = known.sum, bench_first = known.min, bench_last = known.max,
         bench_segment = CASE WHEN known.max < now() - interval '366 days' THEN 1 ELSE 4 + (known.count >= 3)::int END
    FROM known
   WHERE known.commercial_partner_id = partner.id
"""  # noqa: S608  # put together from what stands above
BENCH_COLUMNS = ("count", "turnover", "first", "last", "segment")


def count_written(env):
    env.cr.commit()
    env.cr.execute("SELECT pg_stat_force_next_flush()")
    env.cr.commit()
    env.cr.execute(
        """
        SELECT sum(n_tup_ins + n_tup_upd + n_tup_del)::int FROM pg_stat_user_tables
         WHERE relname IN ('client_standing', 'client_segment_move', 'res_partner', 'client_lifecycle_summary')
        """
    )
    return env.cr.fetchone()[0]


def measure(env, job, times=1):
    """Return the median seconds of ``job``, their unit, and the rows that the last time wrote."""
    seconds = []
    for _time in range(times):
        env.transaction.clear()
        before = count_written(env)
        started = time.perf_counter()
        job()
        env.cr.commit()
        seconds.append(time.perf_counter() - started)
        written = count_written(env) - before
    return [round(statistics.median(seconds), 3), "s", written]


def run(env, *statements):
    def job():
        for statement in statements:
            env.cr.execute(statement)

    return job


def order_from_one_in_a_hundred(env):
    """Put an order of yesterday into the base for every hundredth client that ordered before."""
    env.cr.execute(
        """
        INSERT INTO sale_order (name, partner_id, partner_invoice_id, partner_shipping_id, company_id, currency_id,
                                user_id, state, date_order, amount_untaxed, amount_total, currency_rate)
        SELECT 'Night', partner_id, partner_id, partner_id, company_id, 1, NULL, 'sale', now() - interval '1 hour',
               50, 50, 1
          FROM client_standing WHERE orders > 0 AND partner_id % 100 = 0
        """
    )
    env.cr.commit()


engine = env["client.lifecycle"].with_context(cron_id=True)  # noqa: F821  # as the job: committed portion by portion
manager = env["res.users"].search([("login", "=", "manager7")])  # noqa: F821
results = {"bare aggregate": measure(env, run(env, BARE_AGGREGATE), 3)}  # noqa: F821
run(
    env,  # noqa: F821
    "ALTER TABLE res_partner ADD COLUMN IF NOT EXISTS bench_count int, ADD COLUMN IF NOT EXISTS bench_turnover numeric,"
    " ADD COLUMN IF NOT EXISTS bench_first timestamp, ADD COLUMN IF NOT EXISTS bench_last timestamp,"
    " ADD COLUMN IF NOT EXISTS bench_segment int",
    "CREATE INDEX IF NOT EXISTS bench_segment ON res_partner (bench_segment)",
    "TRUNCATE client_standing, client_segment_move, client_decision, client_lifecycle_summary CASCADE",
    "UPDATE res_company SET client_forecast_on = NULL",
)()
env.cr.commit()  # noqa: F821
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
results["first run"] = measure(env, engine._refresh_all)  # noqa: F821
results["memory of the first run"] = [(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024, "MB", 0]
env.cr.commit()  # noqa: F821
env.cr._cnx.set_session(autocommit=True)  # noqa: F821
env.cr.execute("VACUUM ANALYZE client_standing, client_segment_move, sale_order")  # noqa: F821
env.cr._cnx.set_session(autocommit=False)  # noqa: F821
results["quiet night"] = measure(env, engine._refresh_all, 3)  # noqa: F821
order_from_one_in_a_hundred(env)  # noqa: F821
results["night after 1%"] = measure(env, engine._refresh_all)  # noqa: F821
results["analysis, first"] = measure(env, engine._analyse)  # noqa: F821
results["analysis, next night"] = measure(env, engine._analyse)  # noqa: F821
for user in (env.ref("base.user_admin"), manager):  # noqa: F821
    page = env(user=user, su=False)["client.lifecycle.page"]  # noqa: F821
    results[f"overview, {user.login}"] = measure(env, lambda page=page: page.get_page({"view": "overview"}), 7)  # noqa: F821
results["bare update"] = measure(env, run(env, BARE_UPDATE))  # noqa: F821
# What is measured in this database later has no columns, and no index, that the peer lacks.
run(env, *(f"ALTER TABLE res_partner DROP COLUMN bench_{name}" for name in BENCH_COLUMNS))()  # noqa: F821
env.cr.commit()  # noqa: F821
print("BENCH " + json.dumps(results))
