from odoo import api, fields, models
from odoo.exceptions import UserError


class ClientMassChange(models.TransientModel):
    """A selection of clients also goes into the group of a campaign that is being planned."""

    _inherit = "client.mass.change"

    change = fields.Selection(selection_add=[("campaign", "Add to a campaign")], ondelete={"campaign": "cascade"})
    campaign_id = fields.Many2one("client.campaign", domain=[("state", "in", ("draft", "group"))], ondelete="cascade")

    @api.depends("campaign_id")
    def _compute_preview(self):
        return super()._compute_preview()

    def _sort(self, clients):
        if self.change != "campaign":
            return super()._sort(clients)
        return self.campaign_id._sort_picks(clients) if self.campaign_id else (clients, *[clients.browse()] * 2)

    def action_apply(self):
        return self._add_to_campaign() if self.change == "campaign" else super().action_apply()

    def _add_to_campaign(self):
        self.ensure_one()
        if not self.env["client.campaign.pick"].has_access("create"):
            raise UserError(self.env._("Only marketers add clients to campaigns: ask the campaign's responsible."))
        if not self.campaign_id:
            raise UserError(self.env._("Choose the campaign first."))
        self.campaign_id._check_choosing()
        added, _known, _refused = self._sort(self._get_clients())
        self.campaign_id._pick(added)
        self.write({"state": "done", "changed_count": len(added)})
        return self._reopen()
