from odoo import api, fields, models


class ClientHandover(models.Model):
    """Campaigns go with no client: whoever gets the other activities of somebody who leaves gets them."""

    _inherit = "client.handover"

    other_campaign_ids = fields.Many2many(
        "client.campaign",
        string="Campaigns Handed Over",
        readonly=True,
        copy=False,
        groups="base.group_system",  # undoing gives back what stands here, whoever may see it
    )

    @api.model
    def _get_work_without_clients(self, user):
        return {**super()._get_work_without_clients(user), "other_campaign_ids": user._get_open_campaigns_domain()}

    def _move_work_without_clients(self):
        count = super()._move_work_without_clients()
        # As by hand: nobody reaches more clients through a colleague.
        self.other_campaign_ids.sudo(False)._check_responsible()
        return count
