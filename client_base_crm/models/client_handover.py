from odoo import api, fields, models
from odoo.fields import Domain


class ClientHandover(models.Model):
    """Open leads go with their client.

    Those without a client go with none: whoever gets the other activities of somebody who leaves gets them.
    """

    _inherit = "client.handover"

    other_lead_ids = fields.Many2many(
        "crm.lead",
        string="Leads Without a Client Handed Over",
        readonly=True,
        copy=False,
        groups="base.group_system",  # undoing gives back what stands here, whoever may see it
    )

    def _get_handover_documents(self):
        open_leads = Domain("won_status", "=", "pending")
        return [*super()._get_handover_documents(), (self.env["crm.lead"], "user_id", "partner_id", open_leads)]

    @api.model
    def _get_work_without_clients(self, user):
        leads = user._get_leads_without_client_domain()
        return {**super()._get_work_without_clients(user), "other_lead_ids": leads}
