from odoo import api, models
from odoo.tools import SQL

from ..tools.likeness import PHONE_DIGITS
from .late_index import LateIndex


class ResPartner(models.Model):
    """Finding who called by any part of the number, however it is written."""

    _inherit = "res.partner"

    _client_digits_index = LateIndex(
        lambda registry: (
            "USING gin (regexp_replace(phone, '[^0-9]', '', 'g') gin_trgm_ops) WHERE phone IS NOT NULL"
            if registry.has_trigram
            else ""
        )
    )

    @api.model
    def _search_by_digits(self, digits, limit):
        """Return those that the user sees whose phone has these ``digits`` in a row, ``limit`` at most.

        Of a whole number the end counts: "8 (495) …" is "+7 495 …".
        """
        query = self._search([("client_open", "=", False), ("phone", "!=", False)])
        number = SQL("regexp_replace(%s, '[^0-9]', '', 'g')", SQL.identifier("res_partner", "phone"))
        query.add_where(SQL("%s LIKE %s", number, f"%{digits[-PHONE_DIGITS:]}%"))
        query.limit = limit
        return self.browse(query)
