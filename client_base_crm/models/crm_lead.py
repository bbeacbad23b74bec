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
        # Odoo makes whoever enters a lead its salesperson; a substitute enters it for the client's manager.
        defaults = self.default_get(["partner_id", "user_id"])
        return super().create([self._prepare_followed_values({**defaults, **vals}) for vals in vals_list])

    def write(self, vals):
        if not vals.get("partner_id") or "user_id" in vals:
            return super().write(vals)
        # A client that the lead got later has its manager, as has a new one made of the lead.
        for salesperson, leads in self.grouped("user_id").items():
            followed = leads._prepare_followed_values({**vals, "user_id": salesperson.id})
            super(CrmLead, leads).write(followed if followed["user_id"] != salesperson.id else vals)
        return True

    @api.model
    def _prepare_followed_values(self, vals):
        """Return ``vals`` with the client's manager for the salesperson, where that one does not see the client."""
        client, salesperson = self.partner_id.browse(vals.get("partner_id")), vals.get("user_id")
        followed = client._get_salesperson(self.env["res.users"].browse(salesperson))
        return {**vals, "user_id": followed.id or salesperson}

    def _handle_salesmen_assignment(self, user_ids=False, team_id=False):
        """A lead of somebody's client goes to that manager, whoever's turn it is; nobody's client goes along."""
        # sudo: whose the clients are, whoever deals the leads out
        theirs = self.filtered(lambda lead: lead.sudo().partner_id.client_owner_id) if user_ids else self.browse()
        for manager, leads in theirs.grouped(lambda lead: lead.sudo().partner_id.client_owner_id).items():
            super(CrmLead, leads)._handle_salesmen_assignment(user_ids=manager.ids, team_id=team_id)
        others = self - theirs
        if self.env.su or self.env.user._client_works_pool():
            others._give_clients_along(user_ids or [])
        return super(CrmLead, others)._handle_salesmen_assignment(user_ids=user_ids, team_id=team_id)

    def _give_clients_along(self, user_ids):
        """Make those who get these leads, one after the other, the managers of the leads' clients."""
        given = {}
        for lead, user_id in zip(self, cycle(user_ids), strict=False):
            given.setdefault(user_id, self.browse())
            given[user_id] += lead
        for user_id, leads in given.items():
            # sudo: nobody's client is nobody's to edit; who may deal out leads decides whose it becomes
            clients = leads.sudo().partner_id.commercial_partner_id
            clients.filtered(lambda client: not client.client_open and not client.user_id).user_id = user_id
