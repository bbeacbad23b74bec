from odoo import fields, models
from odoo.exceptions import UserError


class ClientCampaignJoin(models.TransientModel):
    """Adds clients to a campaign by hand, after its group was frozen."""

    _name = "client.campaign.join"
    _description = "Add Clients to a Campaign"

    campaign_id = fields.Many2one(
        "client.campaign", required=True, domain=[("state", "in", ("offer", "sending", "receipts"))], ondelete="cascade"
    )
    partner_ids = fields.Many2many(
        "res.partner",
        string="Clients",
        required=True,
        domain=lambda self: self.env["res.partner"]._get_client_domain(),
    )
    reason = fields.Char(string="Why", required=True)

    def action_join(self):
        """Add the clients, and tell of whom nothing will be heard all the same, and why."""
        self.ensure_one()
        clients = self._get_clients()
        joined = self.campaign_id._join(clients, self.env._("By hand: %s", self.reason))
        if not joined:
            raise UserError(
                self.env._("These clients are in the campaign already, or its responsible does not see them.")
            )
        left_out = self._get_left_out(clients, joined)
        if not left_out:
            return {"type": "ir.actions.act_window_close"}
        title = self.env._("Added: %(count)s, left out: %(left)s", **self._count(joined, left_out))
        return joined._warn_of_left_out(left_out, title)

    def _get_clients(self):
        """Return the clients that were chosen, be it by their contacts."""
        return self.partner_ids.commercial_partner_id

    def _get_left_out(self, clients, joined):
        """Return ``{client: why}`` of those who get nothing of the campaign though they were chosen."""
        reasons = joined._get_selection_words("exclusion")
        excluded = {one.partner_id: reasons[one.exclusion] for one in joined if one.exclusion}
        others = clients - joined.partner_id
        known = self.campaign_id.recipient_ids.search(
            [("campaign_id", "=", self.campaign_id.id), ("partner_id", "in", others.ids)]
        ).partner_id
        return {
            **excluded,
            **dict.fromkeys(known, self.env._("in the campaign already")),
            **dict.fromkeys(others - known, self.env._("its responsible does not see this client")),
        }

    def _count(self, joined, left_out):
        return {"count": sum(not one.exclusion for one in joined), "left": len(left_out)}
