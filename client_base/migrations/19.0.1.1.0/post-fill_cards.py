from odoo import SUPERUSER_ID, api

from odoo.addons.client_base.hooks import fill_next_contacts


def migrate(cr, version):
    """Say of each region how it was found, and tell the cards of the contacts that are planned already."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    match_regions(env)
    fill_next_contacts(env)


def match_regions(env):
    """Match the regions to the addresses; what an address does not lead to was chosen by hand, and stays."""
    env.cr.execute(
        """
        CREATE TEMP TABLE client_region_before ON COMMIT DROP AS
        SELECT id, client_region_id FROM res_partner WHERE client_region_id IS NOT NULL AND client_region_by IS NULL
        """
    )
    env["client.region"].action_match_clients()
    env.cr.execute(
        """
        UPDATE res_partner partner
           SET client_region_id = known.client_region_id, client_region_by = 'hand'
          FROM client_region_before known
         WHERE known.id = partner.id AND partner.client_region_id IS DISTINCT FROM known.client_region_id
        """
    )
    env["res.partner"].invalidate_model(["client_region_id", "client_region_by"])
