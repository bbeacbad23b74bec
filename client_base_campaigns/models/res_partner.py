from odoo import fields, models

from .client_campaign import CHANNELS
from .client_campaign_recipient import NOT_WRITTEN_TO


class ResPartner(models.Model):
    """The campaigns that a client was in, and by what it is reached best."""

    _inherit = "res.partner"

    client_reach_by = fields.Selection(
        CHANNELS,
        string="Best Reached By",
        help="Campaigns use this channel first, where there is an address for it.",
        groups="base.group_user",
    )
    # No page shows them: conditions on clients, those of groups too, and exports name them.
    client_campaign_recipient_ids = fields.One2many("client.campaign.recipient", "partner_id", string="In Campaigns")
    client_campaign_pick_ids = fields.One2many("client.campaign.pick", "partner_id", string="Picked for Campaigns")
    client_campaign_count = fields.Integer(
        string="Campaigns", compute="_compute_client_campaign_count", groups="base.group_user"
    )

    def unlink(self):
        # sudo: they are gone with their clients, whoever sees the campaigns
        recipients = self.env["client.campaign.recipient"].sudo().search([("partner_id", "in", self.ids)])
        recipients.campaign_id._forget_counts()
        return super().unlink()

    def _compute_client_campaign_count(self):
        counts = dict(
            self.env["client.campaign.recipient"]._read_group(
                [("partner_id", "in", self.ids), ("delivery", "not in", NOT_WRITTEN_TO)],
                ["partner_id"],
                ["__count"],
            )
        )
        for partner in self:
            partner.client_campaign_count = counts.get(partner._origin, 0)

    def action_open_campaigns(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("client_base_campaigns.client_campaign_recipient_action")
        return {**action, "domain": [("partner_id", "=", self.id)], "context": {"search_default_filter_group": 1}}

    def _get_card_tiles(self):
        manages = self.env.user.has_group("client_base.group_client_own")
        return [*super()._get_card_tiles(), manages and self._get_tile_campaign()]

    def _get_tile_campaign(self):
        """Return the tile of the last campaign that the client was in; nothing where there was none."""
        last = self.env["client.campaign.recipient"].search(
            [("partner_id", "=", self.id), ("delivery", "not in", NOT_WRITTEN_TO)], order="id desc", limit=1
        )
        if not last:
            return None
        selections = (last._get_selection_words(name).get(last[name]) for name in ("delivery", "answer"))
        return {
            "title": self.env._("Last Campaign"),
            "text": last.campaign_id.name,
            "detail": ", ".join(word for word in selections if word),
            "tone": "good" if last.answer == "yes" else "",
            "call": "action_open_campaigns",
        }
