from odoo import models


class ResUsers(models.Model):
    """Nobody leaves with leads either."""

    _inherit = "res.users"

    def _get_leads_without_client_domain(self):
        """Return the domain of the user's open leads that belong to no client."""
        return [("user_id", "=", self.id), ("partner_id", "=", False), ("won_status", "=", "pending")]

    def _count_to_hand_over(self):
        # sudo: a figure; whoever archives users need not see leads
        leads = self.env["crm.lead"].sudo().search_count(self._get_leads_without_client_domain())
        return {**super()._count_to_hand_over(), self.env._("%s leads without a client", leads): leads}
