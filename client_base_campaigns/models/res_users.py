from odoo import models


class ResUsers(models.Model):
    """Nobody leaves with campaigns: what clients answer would reach nobody, and programmes would stand still."""

    _inherit = "res.users"

    def _get_open_campaigns_domain(self):
        """Return the domain of the campaigns that the user is responsible for and that are not over, or come back."""
        return [("user_id", "=", self.id), "|", ("state", "!=", "closed"), ("model_of_ids", "!=", False)]

    def _count_to_hand_over(self):
        # sudo: a figure; whoever archives users need not see campaigns
        campaigns = self.env["client.campaign"].sudo().search_count(self._get_open_campaigns_domain())
        return {**super()._count_to_hand_over(), self.env._("%s campaigns", campaigns): campaigns}
