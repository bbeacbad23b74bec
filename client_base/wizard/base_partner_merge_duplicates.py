from odoo import models


class BasePartnerMerge(models.TransientModel):
    """That two cards are two clients holds as well of the card that one of them becomes."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _make_room(self, kept, others):
        super()._make_room(kept, others)
        self.env["client.duplicate"]._move(kept, others)
