from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Call regions in full in every language: each was called as by whoever wrote a name last."""
    env = api.Environment(cr, SUPERUSER_ID, {"active_test": False})
    regions = env["client.region"].search([])  # pylint: disable=no-search-all
    env.add_to_compute(regions._fields["complete_name"], regions)
    regions.flush_model(["complete_name"])
