from hashlib import sha256

from odoo import api, models
from odoo.tools import SQL, ormcache

from .client_lifecycle_place import Question

FEW = 10
PARAMETERS = Question(SQL("ARRAY[$1::int]"), SQL("$2::date"), SQL("$3::timestamp"), SQL("$4::int"))


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
        # sudo: an order moves its client also when who confirmed it may not edit the client
        lifecycle = self.sudo()
        lifecycle._flush_purchases()
        name, statement = lifecycle._get_prepared()
        [(ids, is_prepared)] = self.env.execute_query(
            SQL(
                "SELECT ARRAY(%s), EXISTS (SELECT FROM pg_prepared_statements WHERE name = %s)",
                self._select_clients_of(partners),
                name,
            )
        )
        if not is_prepared:
            self.env.cr.execute(SQL("PREPARE %s AS %s", SQL.identifier(name), statement))
        for client_id in ids:
            question = lifecycle._get_question(client_id)
            self.env.cr.execute(SQL("EXECUTE %s (%s, %s, %s, %s)", SQL.identifier(name), *question))

    @api.model
    @ormcache()
    def _get_prepared(self):
        """Return the name and the text: another text, as another addon makes it, has another name."""
        statement = self._get_placing(PARAMETERS)
        return f"client_lifecycle_{sha256(repr(statement).encode()).hexdigest()[:16]}", statement
