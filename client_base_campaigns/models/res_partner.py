from odoo import fields, models


class ResPartner(models.Model):
    """The campaigns that a client was in."""

    _inherit = "res.partner"

    client_campaign_count = fields.Integer(string="Campaigns", compute="_compute_client_campaign_count")

    def _compute_client_campaign_count(self):
        counts = dict(
            self.env["client.campaign.recipient"]._read_group(
                [("partner_id", "in", self.ids), ("delivery", "!=", "excluded")], ["partner_id"], ["__count"]
            )
        )
        for partner in self:
            partner.client_campaign_count = counts.get(partner._origin, 0)

    def action_open_campaigns(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("client_base_campaigns.client_campaign_recipient_action")
        return {**action, "domain": [("partner_id", "=", self.id)], "context": {}}
