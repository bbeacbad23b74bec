from odoo import api, fields, models
from odoo.tools import SQL


class ClientFactMark(models.Model):
    """A manager's day whose count in ``client.fact.day`` is out of date; rows are only ever added, and taken away."""

    _name = "client.fact.mark"
    _description = "Day to Be Counted Anew"
    _log_access = False

    user_id = fields.Many2one("res.users", required=True, ondelete="cascade")
    day = fields.Date(required=True)

    _day_index = models.Index("(user_id, day)")

    @api.model
    def _mark(self, where):
        """Mark the days of the contacts (``contact``) that the condition ``where`` says."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO client_fact_mark (user_id, day)
                SELECT DISTINCT contact.user_id, contact.date::date FROM client_interaction contact WHERE %s
                """,
                where,
            )
        )
