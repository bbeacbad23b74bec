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
        """A lead of somebody's client goes to that manager, whoever's turn it is; nobody's client goes along.

        Nor is anybody there where the manager has left.
        """
        if not user_ids:
            return super()._handle_salesmen_assignment(user_ids=user_ids, team_id=team_id)
        dealt_out = self._deal_out(user_ids)
        if self.env.su or self.env.user._client_works_pool():
            for user_id, leads in dealt_out.items():
                leads._give_clients_along(user_id)
        for user_id, leads in dealt_out.items():
            super(CrmLead, leads)._handle_salesmen_assignment(user_ids=[user_id], team_id=team_id)
        return None

    def _deal_out(self, user_ids):
        """Return who gets which leads: ``{user id: leads}``.

        Turns are taken by clients, not by leads: all leads of one client go to whoever has the first of them.
        """
        turns, taken, dealt_out = cycle(user_ids), {}, {}
        for lead in self:
            # sudo: whose the clients are, whoever deals the leads out
            client = lead.sudo().partner_id.commercial_partner_id
            key = client or lead
            if key not in taken:
                taken[key] = client.client_owner_id.filtered("active").id or next(turns)
            dealt_out[taken[key]] = dealt_out.get(taken[key], self.browse()) + lead
        return dealt_out

    def _give_clients_along(self, user_id):
        """Make who gets these leads the manager of those of their clients that are nobody's, or of who has left."""
        # sudo: nobody's client is nobody's to edit; who may deal out leads decides whose it becomes
        clients = self.sudo().partner_id.commercial_partner_id
        clients.filtered(lambda client: not client.client_open and not client.user_id.active).user_id = user_id
