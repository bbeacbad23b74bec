from odoo import api, models


class ClientRegion(models.Model):
    """A region to whose clients campaigns go stays: without it a group would be of all clients."""

    _inherit = "client.region"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_campaigns(self):
        words = self.env._("Campaigns go to clients of the region “%s”: archive it instead of deleting it.")
        self._refuse_where_used("client.campaign", "region_ids", words)
