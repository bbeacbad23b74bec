from odoo import fields, models


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

    def _move_other_activities(self):
        if self.source != "owner" or not self.other_receiver_id:
            return super()._move_other_activities()
        campaigns = self.env["client.campaign"].search(self.owner_id._get_open_campaigns_domain())
        campaigns.user_id = self.other_receiver_id
        # As by hand: nobody reaches more clients through a colleague.
        campaigns.sudo(False)._check_responsible()
        self.other_campaign_ids = campaigns
        return super()._move_other_activities() + len(campaigns)

    def _return_other_activities(self):
        super()._return_other_activities()
        if self.owner_id.active:
            theirs = self.other_receiver_id._get_open_campaigns_domain()
            self.other_campaign_ids.filtered_domain(theirs).user_id = self.owner_id
