from odoo import models


class Base(models.AbstractModel):
    """Whose clients the rows of any model are about."""

    _inherit = "base"

    def _get_client_owners(self):
        """Return the managers of the clients that each row is about.

        :rtype: dict[int, res.users]
        """
        # sudo: whose client it is does not depend on who asks; only names of colleagues come of it
        rows = self.sudo().exists()
        if self._name == "res.partner":
            return {row.id: row.client_owner_id for row in rows}
        names = self._get_client_fields()
        return {
            row.id: self.env["res.users"].sudo().union(*(row[name].client_owner_id for name in names)) for row in rows
        }

    def _get_client_of_each(self):
        """Return the client that each row is about, where it is one.

        :rtype: dict[int, res.partner]
        """
        names = self._get_client_fields()
        found = {}
        for row in self:
            partners = row if self._name == "res.partner" else row[names[0]] if names else self.env["res.partner"]
            client = partners[:1].commercial_partner_id
            if client and not client.client_open:
                found[row.id] = client
        return found
