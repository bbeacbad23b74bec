from odoo import api, fields, models


class ResPartner(models.Model):
    """The region a client lies in."""

    _inherit = "res.partner"

    client_region_id = fields.Many2one(
        "client.region",
        string="Region",
        compute="_compute_client_region_id",
        store=True,
        readonly=False,
        index="btree_not_null",
        ondelete="set null",
        help="Found by the address; you can choose another one, which holds until the address changes.",
    )

    @api.depends("country_id", "state_id")
    def _compute_client_region_id(self):
        # sudo: regions are common knowledge, and address changes come from any user
        match = self.env["client.region"].sudo()._get_match()
        for partner in self:
            partner.client_region_id = match(partner)
