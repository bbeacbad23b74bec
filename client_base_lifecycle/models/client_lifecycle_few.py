from hashlib import sha256

from odoo import api, models
from odoo.tools import SQL, ormcache

from .client_lifecycle_place import Question

FEW = 10
# The client is found within the statement, from what bought: a contact, an address, or itself.
CLIENT = SQL("ARRAY(SELECT commercial_partner_id FROM res_partner WHERE id = $1)")
PARAMETERS = Question(CLIENT, SQL("$2::date"), SQL("$3::timestamp"), SQL("$4::int"))


class ClientLifecycle(models.AbstractModel):
    """Few clients are placed one by one, by a statement that PostgreSQL plans once in a session.

    To plan it takes longer than to place a client, and who confirms an order waits for both.
    """

    _inherit = "client.lifecycle"

    @api.model
    def _place_clients_of(self, partners):
        if len(partners) > FEW:
            super()._place_clients_of(partners)
            return
        self._flush_purchases()
        ids = partners.ids
        if len(ids) > 1:
            # In one order, so that two of them never wait for each other.
            ids = [client_id for (client_id,) in self.env.execute_query(self._select_clients_of(partners))]
        name = SQL.identifier(self._prepare_placing())
        for partner_id in ids:
            self.env.cr.execute(SQL("EXECUTE %s (%s, %s, %s, %s)", name, *self._get_question(partner_id)))

    @api.model
    def _prepare_placing(self):
        """Return the name under which this session knows the statement."""
        name, statement = self._get_prepared()
        self.env.cr.execute(SQL("SELECT FROM pg_prepared_statements WHERE name = %s", name))
        if not self.env.cr.rowcount:
            self.env.cr.execute(SQL("PREPARE %s (int, date, timestamp, int) AS %s", SQL.identifier(name), statement))
        return name

    @api.model
    @ormcache()
    def _get_prepared(self):
        """Return the name and the text: another text, as another addon makes it, has another name."""
        statement = self._get_placing(PARAMETERS)
        return f"client_lifecycle_{sha256(repr(statement).encode()).hexdigest()[:16]}", statement
