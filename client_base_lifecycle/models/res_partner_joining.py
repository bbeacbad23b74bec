from odoo import api, models


class ResPartner(models.Model):
    """What is decided with a client goes along where it becomes a part of another."""

    _inherit = "res.partner"

    @api.model
    def _get_models_of_clients(self):
        return [*super()._get_models_of_clients(), "client.decision"]

    def _join_clients(self, left=None):
        joined = self.filtered(lambda partner: partner != partner.commercial_partner_id)
        for client, parts in joined.grouped("commercial_partner_id").items():
            self.env["client.decision"]._leave_one_open(client, parts)
        super()._join_clients(left)
