from odoo import models


class Base(models.AbstractModel):
    """Which clients the rows of any model are about, and whose these are."""

    _inherit = "base"

    def _get_client_owners(self):
        """Return the managers of the clients that each row is about.

        :rtype: dict[int, res.users]
        """
        # sudo: whose client it is does not depend on who asks; only names of colleagues come of it
        return {row.id: row._get_client_partners().client_owner_id for row in self.sudo().exists()}

    def _get_client_of_each(self):
        """Return the client that each row is about, the first where there are several.

        :rtype: dict[int, res.partner]
        """
        found = {}
        for row in self:
            clients = row._get_client_partners().commercial_partner_id.filtered(lambda client: not client.client_open)
            if clients:
                found[row.id] = clients[0]
        return found

    def _get_client_partners(self):
        """Return the partners that say which clients these rows are about."""
        if self._name == "res.partner":
            return self
        return self.env["res.partner"].union(*(self[name] for name in self._get_client_fields()))
