from odoo import fields, models
from odoo.exceptions import UserError

# More names than these nobody reads in a message.
NAMED = 20


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
        joined = self.campaign_id._join(self.partner_ids, self.env._("By hand: %s", self.reason))
        if not joined:
            raise UserError(
                self.env._("These clients are in the campaign already, or its responsible does not see them.")
            )
        close = {"type": "ir.actions.act_window_close"}
        left_out = self._get_left_out(joined)
        if not left_out:
            return close
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "title": self.env._("Added: %(count)s, left out: %(left)s", **self._count(joined, left_out)),
                "message": "; ".join(self._get_words(left_out)),
                "next": close,
            },
        }

    def _get_left_out(self, joined):
        """Return ``{client: why}`` of those who get nothing of the campaign though they were chosen."""
        reasons = joined._get_selection_words("exclusion")
        excluded = {one.partner_id: reasons[one.exclusion] for one in joined if one.exclusion}
        others = self.partner_ids - joined.partner_id
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

    def _get_words(self, left_out):
        """Return the clients with the reasons, the first of them where there are many."""
        words = [f"{client.display_name}: {why}" for client, why in left_out.items()]
        more = len(words) - NAMED
        return words if more <= 0 else [*words[:NAMED], self.env._("%s more", more)]
