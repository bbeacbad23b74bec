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
    campaign_refusal = fields.Char(compute="_compute_campaign_refusal")

    @api.depends("owner_id", "other_receiver_id", "source", "state")
    @api.depends_context("uid")
    def _compute_campaign_refusal(self):
        """Say before anything moves why the campaigns would stop all the rest."""
        for handover in self:
            planning = handover.source == "owner" and handover.state in ("draft", "preview")
            handover.campaign_refusal = planning and handover._get_campaign_refusal()

    def _get_campaign_refusal(self):
        campaigns, receiver = self.env["client.campaign"], self.other_receiver_id
        if not receiver or campaigns._may_name(receiver):
            return False
        # sudo: a figure; whoever hands over the clients must know that there is more to hand over
        count = campaigns.sudo().search_count(self.owner_id._get_open_campaigns_domain())
        if not count:
            return False
        return self.env._(
            "Campaigns of the manager: %(count)s. They cannot go to %(user)s, who sees clients that you do not see, "
            "and nothing can be handed over like this. Choose yourself there, or a colleague whose clients you see.",
            count=count,
            user=receiver.name,
        )

    @api.model
    def _get_work_without_clients(self, user):
        return {**super()._get_work_without_clients(user), "other_campaign_ids": user._get_open_campaigns_domain()}

    def _move_work_without_clients(self):
        count = super()._move_work_without_clients()
        # As by hand: nobody reaches more clients through a colleague.
        self.other_campaign_ids.sudo(False)._check_responsible()
        return count
