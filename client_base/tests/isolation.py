"""The probe: every model and method by which a client might be reached, tried by who must not.

The foreign world is a set of clients with everything that hangs on clients, each text of which
carries a canary.  Which rows belong to it is found by comparing all tables before and after; which
models there are is asked of the registry.  So a new model, or a new field, is probed without
anybody naming it here.
"""

from contextlib import contextmanager

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, MissingError, UserError, ValidationError
from odoo.fields import Command
from odoo.tools import mute_logger

from .common import ClientBaseCommon

CANARY = "cnry9q"  # no word of any language, so nothing else says it
# Odoo says no in one of these ways.
REFUSALS = (AccessError, MissingError, UserError, ValidationError, ValueError, KeyError, NotImplementedError)
REFUSALS += (IntegrityError,)
# What belongs to no client, although it came about with one.
SHARED = {
    "bus.bus",  # readable by nobody but the server
    "ir.attachment",  # asset bundles and the like; those of clients are probed by their canary
    "ir.cron.trigger",
    "res.device.log",
    "res.users.log",
}


class IsolationCommon(ClientBaseCommon):
    """Builds the foreign world and knows how to look for it."""

    CLIENTS = 20

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.former = cls.make_user("former", "sales_team.group_sale_salesman")
        cls.env.flush_all()
        before = cls.get_all_ids()
        cls.foreign = cls.make_foreign_world()
        cls.env.flush_all()
        cls.foreign_ids = {name: ids - before.get(name, set()) for name, ids in cls.get_all_ids().items()}
        cls.env["res.partner"].search([]).mapped("client_open")

    @classmethod
    def get_models(cls):
        """Return the models that hold or show rows, in a fixed order."""
        return [
            model
            for _name, model in sorted(cls.env.items())
            if not model._abstract and not model._transient and (model._auto or model._table_query is not None)
        ]

    @classmethod
    def get_all_ids(cls):
        return {model._name: cls.get_ids(model) for model in cls.get_models() if model._name not in SHARED}

    @classmethod
    def get_ids(cls, model):
        try:
            return set(model.sudo().with_context(active_test=False).search([]).ids)
        except UserError:  # a view that only answers about something
            return set()

    @classmethod
    def make_foreign_world(cls):
        """Return clients of the second manager, with contacts, documents, messages and the rest."""
        clients = cls.env["res.partner"]
        for number in range(cls.CLIENTS):
            clients |= cls.make_foreign_client(f"{CANARY}{number}x")
        return clients

    @classmethod
    def make_foreign_client(cls, canary):
        client = cls.make_client(
            f"{canary} name",
            cls.second,
            email=f"{canary}@mail.example",
            phone=f"{canary} phone",
            street=f"{canary} street",
            city=f"{canary} city",
            ref=f"{canary} ref",
            comment=f"<p>{canary} note</p>",
            website=f"https://{canary}.example",
        )
        contact = cls.make_contact(client, f"{canary} person", email=f"{canary}.person@mail.example")
        cls.env["res.partner.bank"].create({"partner_id": client.id, "acc_number": f"{canary} account"})
        order = cls.make_order(contact)
        order.write({"client_order_ref": f"{canary} order", "user_id": False})
        cls.make_order(client, state="draft").user_id = False
        cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": client.id,
                "invoice_user_id": False,
                "ref": f"{canary} invoice",
                "invoice_line_ids": [Command.create({"name": f"{canary} line", "price_unit": 10})],
            }
        )
        for document in (client, order):
            document.message_post(body=f"{canary} message", subject=f"{canary} subject", partner_ids=contact.ids)
            document.message_subscribe(client.ids)
            document.activity_schedule("mail.mail_activity_data_todo", summary=f"{canary} todo", user_id=cls.second.id)
            cls.env["ir.attachment"].create(
                {"name": f"{canary} file", "res_model": document._name, "res_id": document.id, "raw": canary.encode()}
            )
        cls.make_foreign_extras(client, canary)
        return client

    @classmethod
    def make_foreign_extras(cls, client, canary):
        """Add what other addons hang on clients, where they are installed."""
        if "crm.lead" in cls.env:
            cls.env["crm.lead"].create(
                {"name": f"{canary} lead", "partner_id": client.id, "user_id": False, "description": canary}
            )
        if "calendar.event" in cls.env:
            cls.env["calendar.event"].with_user(cls.second).create(
                {
                    "name": f"{canary} meeting",
                    "start": "2026-03-02 10:00:00",
                    "stop": "2026-03-02 11:00:00",
                    "partner_ids": [Command.set([client.id, cls.second.partner_id.id])],
                    "description": canary,
                }
            )
        if "account.analytic.account" in cls.env:
            plan = cls.env["account.analytic.plan"].search([], limit=1, order="id")
            cls.env["account.analytic.account"].create(
                {"name": f"{canary} analytic", "partner_id": client.id, "plan_id": plan.id}
            )

    # --- looking ---

    @contextmanager
    def trying(self):
        """Undo whatever the attempt changed; a refusal is what we hope for."""
        self.env.invalidate_all()
        savepoint = self.env.cr.savepoint(flush=False)
        try:
            with mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model", "odoo.sql_db"):
                yield
        except REFUSALS as refusal:
            self.check_text(refusal, "refusal")
        finally:
            self.env.transaction.clear()
            savepoint.close(rollback=True)
            self.env.invalidate_all()

    def check_text(self, answer, where):
        """Record a leak when ``answer`` holds a canary."""
        if CANARY in str(answer):
            self.leaks.append(f"{where}: {str(answer)[:200]}")

    def check_ids(self, model, ids, where):
        """Record a leak when ``ids`` has rows of the foreign world."""
        if shown := self.foreign_ids.get(model._name, set()) & set(ids):
            self.leaks.append(f"{where}: rows {sorted(shown)[:5]}")
