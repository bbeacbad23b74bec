from odoo import SUPERUSER_ID, api

from odoo.addons.client_base.tools.region_match import Place


def migrate(cr, version):
    """Let the regions that forms had written as if chosen by hand follow the address again."""
    find = api.Environment(cr, SUPERUSER_ID, {})["client.region"]._get_matcher().find
    cr.execute(
        """
        SELECT id, client_region_id, country_id, state_id, zip, city FROM res_partner
         WHERE client_region_by = 'hand' AND client_region_id IS NOT NULL
        """
    )
    by_address = {}
    for partner_id, region_id, *place in cr.fetchall():
        found, matched_by = find(Place(*place))
        if found == region_id:
            by_address.setdefault(matched_by, []).append(partner_id)
    for matched_by, ids in by_address.items():
        cr.execute("UPDATE res_partner SET client_region_by = %s WHERE id = ANY(%s)", [matched_by, ids])
