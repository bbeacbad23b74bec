from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Mend what earlier versions left behind."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    join_clients(env)
    close_handovers(env)


def join_clients(env):
    """Give what hangs on persons and others who are no clients any more to the clients that they are parts of."""
    env.cr.execute(
        """
        SELECT part.id
          FROM res_partner part
         WHERE part.commercial_partner_id != part.id AND part.id IN (
               SELECT partner_id FROM client_dmu_member
                UNION SELECT partner_id FROM client_interaction
                UNION SELECT partner_id FROM client_market
                UNION SELECT partner_id FROM client_score
                UNION SELECT client_partner_id FROM mail_activity)
      ORDER BY part.id
        """
    )
    env["res.partner"].browse(part_id for (part_id,) in env.cr.fetchall())._join_clients()


def close_handovers(env):
    """Have nobody confirm what was handed on long ago."""
    for handover in env["client.handover"].search([("state", "in", ("applied", "done"))], order="id"):
        handover._close_earlier_lines()
