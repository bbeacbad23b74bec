from odoo import fields, models
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

    def _move_other_activities(self):
        if self.source != "owner" or not self.other_receiver_id:
            return super()._move_other_activities()
        leads = self.env["crm.lead"].search(self.owner_id._get_leads_without_client_domain())
        leads.user_id = self.other_receiver_id
        self.other_lead_ids = leads
        return super()._move_other_activities() + len(leads)

    def _return_other_activities(self):
        super()._return_other_activities()
        if self.owner_id.active:
            theirs = self.other_receiver_id._get_leads_without_client_domain()
            self.other_lead_ids.filtered_domain(theirs).user_id = self.owner_id
