from odoo import models


class ClientHandover(models.Model):
    """Leads without a client go with none: whoever gets the other activities of somebody who leaves gets them."""

    _inherit = "client.handover"

    def _move_other_activities(self):
        if self.source != "owner" or not self.other_receiver_id:
            return super()._move_other_activities()
        leads = self.env["crm.lead"].search(self.owner_id._get_leads_without_client_domain())
        leads.user_id = self.other_receiver_id
        return super()._move_other_activities() + len(leads)
