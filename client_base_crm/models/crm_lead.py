from itertools import cycle

from odoo import api, models


class CrmLead(models.Model):
    """Leads and opportunities follow the client; one without a client belongs to its salesperson."""

    _name = "crm.lead"
    _inherit = ["crm.lead", "client.document.mixin"]

    @api.onchange("partner_id")
    def _onchange_client(self):
        self._follow_client()

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._prepare_followed_values(vals) for vals in vals_list])

    @api.model
    def _prepare_followed_values(self, vals):
        """Odoo makes whoever enters a lead its salesperson; a substitute enters it for the client's manager."""
        vals = {**self.default_get(["partner_id", "user_id"]), **vals}
        salesperson = self.env["res.users"].browse(vals.get("user_id"))
        return {**vals, "user_id": self.partner_id.browse(vals.get("partner_id"))._get_salesperson(salesperson).id}

    def _handle_salesmen_assignment(self, user_ids=False, team_id=False):
        """A lead of somebody's client goes to that manager, whoever's turn it is; nobody's client goes along."""
        # sudo: whose the clients are, whoever deals the leads out
        theirs = self.filtered(lambda lead: lead.sudo().partner_id.client_owner_id) if user_ids else self.browse()
        for manager, leads in theirs.grouped(lambda lead: lead.sudo().partner_id.client_owner_id).items():
            super(CrmLead, leads)._handle_salesmen_assignment(user_ids=manager.ids, team_id=team_id)
        others = self - theirs
        others._give_clients_along(user_ids or [])
        return super(CrmLead, others)._handle_salesmen_assignment(user_ids=user_ids, team_id=team_id)

    def _give_clients_along(self, user_ids):
        """Make those who get these leads, one after the other, the managers of the leads' clients."""
        for lead, user_id in zip(self, cycle(user_ids), strict=False):
            # sudo: nobody's client is nobody's to edit; who may deal out leads decides whose it becomes
            client = lead.sudo().partner_id.commercial_partner_id
            if client and not client.client_open and not client.user_id:
                client.user_id = user_id
