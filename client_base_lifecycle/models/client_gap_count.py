from odoo import api, models


class ClientGapCount(models.Model):
    """What is missing, by the segment with the company that the job runs for."""

    _inherit = "client.gap.count"

    @api.model
    def _get_dimensions(self):
        return {"client_segment_id": self.env._("Segment"), **super()._get_dimensions()}
