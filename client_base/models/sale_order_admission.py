from odoo import models
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    """The profile as a filter: a new client that fits too little is taken by a lead or not at all."""

    _inherit = "sale.order"

    def action_confirm(self):
        if not self.env.su and not self.env.user.has_group("client_base.group_client_team"):
            self._check_admission()
        return super().action_confirm()

    def _check_admission(self):
        """Raise UserError where the first order of a client would be confirmed that nobody admitted."""
        barred = self._get_barred_clients()
        if not barred:
            return
        known = self._read_group(
            [("partner_id.commercial_partner_id", "in", barred.ids), ("state", "=", "sale")], ["partner_id"]
        )
        new = barred - self.env["res.partner"].union(*(partner.commercial_partner_id for (partner,) in known))
        refused = new.filtered(lambda client: client.client_admission == "refused")
        if refused:
            raise UserError(
                self.env._(
                    "%(clients)s: refused as a client by a team lead. Ask yours to take this client after all (card, "
                    "under “Fit”).",
                    clients=", ".join(refused.mapped("display_name")),
                )
            )
        if new:
            raise UserError(
                self.env._(
                    "%(clients)s: fits less than the minimum of %(minimum)s %%. Ask your team lead to take this client "
                    "(card, under “Fit”).",
                    clients=", ".join(new.mapped("display_name")),
                    minimum=f"{new._get_profile_minimum():g}",
                )
            )

    def _get_barred_clients(self):
        """Return the clients of these orders that fit too little, or were refused, as the superuser."""
        # sudo: it binds whoever sells to the client, and tells its name
        partners = self.partner_id.sudo()
        # These alone, with what the guard of the order's lines asks next, instead of the whole card.
        names = ["client_admission", "client_coverage", "client_score", "client_open", "client_owner_id"]
        partners.fetch([*names, "commercial_partner_id"])
        clients = partners.commercial_partner_id
        (clients - partners).fetch(names)
        return clients.filtered(lambda client: client.client_admission == "refused" or client.client_below_minimum)
