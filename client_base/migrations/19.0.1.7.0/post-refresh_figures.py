from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Count anew what stood still: the fit of who came back to a channel format, the days of clients now erased."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    cr.execute(
        """
        SELECT id FROM res_partner client
         WHERE COALESCE(client_coverage, 0) = 0 AND EXISTS (SELECT FROM client_score WHERE partner_id = client.id)
        """
    )
    env["client.profile"]._refresh([row[0] for row in cr.fetchall()])
    cr.execute("INSERT INTO client_fact_mark (user_id, day) SELECT user_id, day FROM client_fact_day")
    env["client.fact.day"]._cron_refresh()
