"""The probe: every model and method by which a client might be reached, tried by who must not.

The foreign world is a set of clients with everything that hangs on clients, each text of which
carries a canary.  Which rows belong to it is found by comparing all tables before and after; which
models there are is asked of the registry.  So a new model, or a new field, is probed without
anybody naming it here.
"""

import itertools
import threading
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

    CLIENTS = 200

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # As in a request: some views list the routes of the database that is served.
        threading.current_thread().dbname = cls.env.cr.dbname
        cls.former = cls.make_user("former", "sales_team.group_sale_salesman")
        cls.prepare_world()
        cls.env.flush_all()
        before = cls.get_all_ids()
        cls.foreign = cls.make_foreign_world()
        cls.env.flush_all()
        # Or PostgreSQL, which takes the tables for empty, plans some of the questions a thousand times too slow.
        cls.env.cr.execute("ANALYZE")
        cls.foreign_ids = {name: ids - before.get(name, set()) for name, ids in cls.get_all_ids().items()}
        cls.make_mixed_rows()
        cls.env["res.partner"].search([]).mapped("client_open")

    @classmethod
    def prepare_world(cls):
        """Make what belongs to no client before the foreign world is made."""

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
        """Return clients of the second manager, with contacts, documents, messages and the rest.

        Model by model, not client by client: there are hundreds.
        """
        canaries = [f"{CANARY}{number}x" for number in range(cls.CLIENTS)]
        clients, contacts = cls.make_foreign_cards(canaries)
        orders = cls.make_foreign_documents(canaries, clients, contacts)
        for documents in (clients, orders):
            cls.make_foreign_talk(canaries, documents, contacts)
        cls.make_foreign_extras(canaries, clients)
        cls.make_foreign_knowledge(canaries, clients, contacts)
        # What a browser does, which fills in more than what is stored above.
        for canary, document in zip(canaries, (clients[0], orders[0]), strict=False):
            document.message_post(body=f"{canary} letter", subject=f"{canary} subject", partner_ids=contacts[0].ids)
            document.message_subscribe(clients[0].ids)
        return clients

    @classmethod
    def make_mixed_rows(cls):
        """Make rows of the manager's own clients that point to a foreign one, as a branch or a delivery does."""
        foreign = cls.foreign[0]
        cls.make_client("Branch of a foreign client", cls.manager, parent_id=foreign.id)
        cls.make_order(cls.alpha, partner_shipping_id=foreign.id, partner_invoice_id=foreign.child_ids[0].id)

    @classmethod
    def make_many(cls, name, vals_list, user=None):
        return cls.env[name].with_user(user or cls.env.user).create(list(vals_list)).with_user(cls.env.user)

    @classmethod
    def make_foreign_cards(cls, canaries):
        """Return clients and contacts, one of each for each canary."""
        clients = cls.make_many(
            "res.partner",
            (
                {
                    "name": f"{canary} name",
                    "is_company": True,
                    "user_id": cls.second.id,
                    "email": f"{canary}@mail.example",
                    "phone": f"{canary} phone",
                    "street": f"{canary} street",
                    "city": f"{canary} city",
                    "ref": f"{canary} ref",
                    "comment": f"<p>{canary} note</p>",
                    "website": f"https://{canary}.example",
                }
                for canary in canaries
            ),
        )
        pairs = list(zip(canaries, clients.ids, strict=True))
        contacts = cls.make_many(
            "res.partner",
            (
                {"name": f"{canary} person", "parent_id": client, "email": f"{canary}.person@mail.example"}
                for canary, client in pairs
            ),
        )
        cls.make_many(
            "res.partner.bank", ({"partner_id": client, "acc_number": f"{canary} account"} for canary, client in pairs)
        )
        return clients, contacts

    @classmethod
    def make_foreign_documents(cls, canaries, clients, contacts):
        """Return confirmed orders, one for each canary; make quotations and invoices beside them."""
        line = {"product_id": cls.product.id, "price_unit": 100, "tax_ids": False}
        orders = cls.make_many(
            "sale.order",
            (
                {
                    "partner_id": contact,
                    "user_id": False,
                    "state": "sale",
                    "client_order_ref": f"{canary} order",
                    "order_line": [Command.create(line)],
                }
                for canary, contact in zip(canaries, contacts.ids, strict=True)
            ),
        )
        cls.make_many(
            "sale.order",
            ({"partner_id": client, "user_id": False, "order_line": [Command.create(line)]} for client in clients.ids),
        )
        cls.make_many(
            "account.move",
            (
                {
                    "move_type": "out_invoice",
                    "partner_id": client,
                    "invoice_user_id": False,
                    "ref": f"{canary} invoice",
                    "invoice_line_ids": [Command.create({"name": f"{canary} line", "price_unit": 10})],
                }
                for canary, client in zip(canaries, clients.ids, strict=True)
            ),
        )
        return orders

    @classmethod
    def make_foreign_talk(cls, canaries, documents, contacts):
        """Hang a message with a notification, a follower, an activity and a file on each of ``documents``."""
        model = documents._name
        rows = list(zip(canaries, documents.ids, contacts.ids, strict=True))
        messages = cls.make_many(
            "mail.message",
            (
                {
                    "model": model,
                    "res_id": row,
                    "body": f"{canary} message",
                    "subject": f"{canary} subject",
                    "message_type": "comment",
                    "subtype_id": cls.env.ref("mail.mt_comment").id,
                    "partner_ids": [Command.set([contact])],
                }
                for canary, row, contact in rows
            ),
        )
        cls.make_many(
            "mail.notification",
            (
                {"mail_message_id": message, "res_partner_id": contact, "notification_type": "inbox"}
                for message, contact in zip(messages.ids, contacts.ids, strict=True)
            ),
        )
        cls.make_many(
            "mail.followers",
            ({"res_model": model, "res_id": row, "partner_id": contact} for _canary, row, contact in rows),
        )
        cls.make_many(
            "mail.activity",
            (
                {
                    "res_model_id": cls.env["ir.model"]._get_id(model),
                    "res_id": row,
                    "activity_type_id": cls.env.ref("mail.mail_activity_data_todo").id,
                    "summary": f"{canary} todo",
                    "user_id": cls.second.id,
                }
                for canary, row, _contact in rows
            ),
        )
        cls.make_many(
            "ir.attachment",
            (
                {"name": f"{canary} file", "res_model": model, "res_id": row, "raw": canary.encode()}
                for canary, row, _contact in rows
            ),
        )

    @classmethod
    def make_foreign_knowledge(cls, canaries, clients, contacts):
        """Add what the suite itself knows of clients: who decides, scores, demand, contacts."""
        rows = list(zip(canaries, clients.ids, contacts.ids, strict=True))
        advisers = cls.make_many(
            "res.partner", ({"name": f"{canary} adviser", "parent_id": client} for canary, client, _person in rows)
        )
        role = cls.env.ref("client_base.dmu_role_decision_maker").id
        members, others = (
            cls.make_many(
                "client.dmu.member",
                (
                    {"partner_id": client, "person_id": person, "role_id": role, "note": f"{canary} likes"}
                    for (canary, client, _person), person in zip(rows, persons.ids, strict=True)
                ),
            )
            for persons in (contacts, advisers)
        )
        cls.make_many(
            "client.dmu.influence",
            (
                {"influencer_id": other, "influenced_id": member, "how": f"{canary} how"}
                for canary, member, other in zip(canaries, members.ids, others.ids, strict=True)
            ),
        )
        criterion = cls.env["client.criterion"].search([], limit=1, order="id")
        category = cls.env["product.category"].search([], limit=1, order="id")
        for name, values in {
            "client.score": {"criterion_id": criterion.id, "value": 1, "note": "{} why"},
            "client.profile.snapshot": {"date": "2026-01-01", "score": 50},
            "client.market": {
                "category_id": category.id,
                "capacity": 10,
                "source": "{} source",
                "competitors": "{} rival",
            },
            "client.interaction": {"subject": "{} talk", "comment": "{} said", "user_id": cls.second.id},
        }.items():
            cls.make_many(
                name,
                (
                    {
                        "partner_id": client,
                        **{
                            field: value.format(canary) if isinstance(value, str) else value
                            for field, value in values.items()
                        },
                    }
                    for canary, client, _person in rows
                ),
            )

        cls.env.flush_all()
        cls.env["client.key"]._refresh()
        pairs = itertools.pairwise(clients.ids)
        cls.make_many("client.duplicate", ({"one_id": one, "other_id": other, "score": 70} for one, other in pairs))

    @classmethod
    def make_foreign_extras(cls, canaries, clients):
        """Add what other addons hang on clients, where they are installed."""
        pairs = list(zip(canaries, clients.ids, strict=True))
        if "crm.lead" in cls.env:
            cls.make_many(
                "crm.lead",
                (
                    {"name": f"{canary} lead", "partner_id": client, "user_id": False, "description": canary}
                    for canary, client in pairs
                ),
            )
        if "calendar.event" in cls.env:
            cls.make_many(
                "calendar.event",
                (
                    {
                        "name": f"{canary} meeting",
                        "start": "2026-03-02 10:00:00",
                        "stop": "2026-03-02 11:00:00",
                        "partner_ids": [Command.set([client, cls.second.partner_id.id])],
                        "description": canary,
                    }
                    for canary, client in pairs
                ),
                cls.second,
            )
        if "account.analytic.account" in cls.env:
            plan = cls.env["account.analytic.plan"].search([], limit=1, order="id")
            cls.make_many(
                "account.analytic.account",
                ({"name": f"{canary} analytic", "partner_id": client, "plan_id": plan.id} for canary, client in pairs),
            )

        if "client.decision" in cls.env:
            cls.make_many(
                "client.decision",
                (
                    {"partner_id": client, "terms": f"{canary} terms", "result": f"{canary} result"}
                    for canary, client in pairs
                ),
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
