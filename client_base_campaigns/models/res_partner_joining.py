from odoo import api, models


class ResPartner(models.Model):
    """What a client got goes along where it becomes a part of another; a person stays who it was addressed to."""

    _inherit = "res.partner"

    @api.model
    def _get_models_of_clients(self):
        return [*super()._get_models_of_clients(), "client.campaign.recipient"]

    def _join_clients(self, left=None):
        recipients = self.env["client.campaign.recipient"]
        joined = self.filtered(lambda partner: partner != partner.commercial_partner_id)
        recipients._name_persons(joined.filtered(lambda partner: not partner.is_company))
        for client, parts in joined.grouped("commercial_partner_id").items():
            recipients._leave_one(client, parts)
        super()._join_clients(left)
