"""What users rely on where other apps of Odoo are installed too; run inside Odoo by ``test_other_apps.py``."""

from contextlib import suppress

from psycopg2 import Error

from odoo import Command, fields, models
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.client_base.parameters import POOL
from odoo.addons.client_base.tests import test_isolation
from odoo.addons.client_base.tests.common import ClientBaseCommon
from odoo.addons.client_base.tests.isolation import CANARY

# What comes about with the rows of clients, and tells of none: the numbers of their orders.
NO_CLIENTS = ("stock.reference",)
# In which users tell of somebody.
WORDS = ("name", "description", "note")


@tagged("post_install", "-at_install")
class TestOtherApps(ClientBaseCommon):
    """Other apps name clients beside what their rows are about; that hides nothing from who works with it."""

    def test_employees_are_colleagues(self):
        worker = self.env["hr.employee"].create({"name": "Wanda Warehouse"})
        self.assertTrue(worker.work_contact_id.client_open, "who has no user works here all the same")
        self.env["ir.config_parameter"].set_param(POOL, "closed")
        self.assertEqual(worker.work_contact_id.with_user(self.manager).name, "Wanda Warehouse")
        self.assertIn(worker.id, self.env["hr.employee.public"].with_user(self.manager).search([]).ids)
        worker.work_contact_id = self.make_contact(self.beta, "Somebody Else")
        self.assertFalse(self.env["res.partner"].search([("name", "=", "Wanda Warehouse")]).client_open)

    def test_employees_at_a_foreign_client_s(self):
        worker = self.env["hr.employee"].create({"name": "Ivan Installer", "address_id": self.beta.id})
        self.assertEqual(
            self.env["hr.employee.public"].with_user(self.manager).browse(worker.id).name, "Ivan Installer"
        )

    def test_a_product_that_a_foreign_client_waits_for_is_sold(self):
        self.product.stock_notification_partner_ids = self.beta
        order = (
            self.env["sale.order"]
            .with_user(self.manager)
            .create({"partner_id": self.alpha.id, "order_line": [Command.create({"product_id": self.product.id})]})
        )
        order.action_confirm()
        self.env.invalidate_all()
        self.assertEqual(order.order_line.product_id.name, "Paper")
        self.assertEqual(order.picking_ids.partner_id, self.alpha)
        self.assertFalse(order.order_line.product_id.stock_notification_partner_ids, "whose they are stays hidden")

    def test_an_event_in_a_foreign_client_s_rooms(self):
        event = self.env["event.event"].create(
            {"name": "Fair", "address_id": self.beta.id, "date_begin": "2030-01-01", "date_end": "2030-01-02"}
        )
        registrations = self.env["event.registration"]
        for client in (self.alpha, self.beta):
            registrations |= registrations.create({"event_id": event.id, "partner_id": client.id, "name": client.name})
        self.env.invalidate_all()
        mine = event.with_user(self.manager)
        self.assertEqual(mine.name, "Fair")
        self.assertEqual(mine.registration_ids.partner_id, self.alpha)

    def test_chats_on_the_website(self):
        """Whoever answered the visitor goes on; the session is not read by other managers who answer there."""
        for agent in (self.manager, self.lead, self.head):
            agent.group_ids |= self.env.ref("im_livechat.im_livechat_group_user")
        channel = self.env["discuss.channel"].create(
            {
                "name": "Visitor",
                "channel_type": "livechat",
                "livechat_channel_id": self.env["im_livechat.channel"].create({"name": "Site"}).id,
                "livechat_operator_id": self.manager.partner_id.id,
                "channel_member_ids": [
                    Command.create({"partner_id": self.manager.partner_id.id, "livechat_member_type": "agent"}),
                    Command.create({"partner_id": self.boris.id, "livechat_member_type": "visitor"}),
                ],
            }
        )
        self.assertEqual(channel.livechat_customer_partner_ids, self.boris)
        self.assertTrue(channel.with_user(self.manager).message_post(body="Good morning", message_type="comment"))
        self.assertEqual(channel.with_user(self.manager).name, "Visitor")
        self.assertFalse(channel.with_user(self.lead).search([("id", "=", channel.id)]))
        self.assertTrue(channel.with_user(self.head).search([("id", "=", channel.id)]))

    def test_cards_are_seen_with_their_clients(self):
        """Such a row takes from its campaign what its number is the number of."""
        campaign = self.env["card.campaign"].create(
            {"name": "Fair", "preview_record_ref": f"res.partner,{self.alpha.id}", "res_model": "res.partner"}
        )
        cards = self.env["card.card"].create(
            [{"campaign_id": campaign.id, "res_id": client.id} for client in (self.alpha, self.beta)]
        )
        self.manager.group_ids |= self.env.ref("marketing_card.marketing_card_group_user")
        self.assertEqual(self.env["card.card"].with_user(self.manager).search([]), cards[:1])


class TestIsolationBesideOtherApps(test_isolation.TestIsolation):
    """The probe, with a foreign row of every model about clients for which one can be guessed."""

    HIDDEN_ANYWAY = frozenset(
        ("hr.expense", "maintenance.equipment", "product.wishlist", "project.task", "res.users.settings.volumes")
    )

    @classmethod
    def prepare_world(cls):
        """Make rows of our own of every model: what those of clients need is there then."""
        super().prepare_world()
        cls.make_rows(cls.env.company.partner_id, "ours")

    @classmethod
    def make_foreign_world(cls):
        clients = super().make_foreign_world()
        cls.make_rows(clients[0], CANARY)
        return clients

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name in NO_CLIENTS:
            cls.foreign_ids.pop(name, None)

    @classmethod
    def make_rows(cls, client, word):
        for name in cls.env["ir.rule"]._get_client_models():
            model = cls.env[name]
            told = [model._fields[field] for field in model._get_client_fields()]
            computed = any(field.compute and field.readonly for field in told)
            # Of what hangs on any record the probe makes rows itself.
            hangs = bool(model._get_client_reference_fields())
            # Whoever has a user works here, and is no client; what our stock moves to make goods is no client's.
            ours = name.startswith("client.") or name in ("mrp.production", "res.partner", "res.users")
            if model._auto and not (computed or hangs or ours):
                cls.make_row(model, client, word)

    @classmethod
    @mute_logger("odoo.sql_db")
    def make_row(cls, model, client, word):
        """Make a row of the model about ``client``, as far as what it requires can be guessed."""
        with suppress(UserError, ValueError, TypeError, KeyError, AttributeError, Error), cls.env.cr.savepoint():
            model.create(cls.guess_values(model, client, word))
            cls.env.flush_all()

    @classmethod
    def guess_values(cls, model, client, word):
        values = {name: cls.guess_value(model._fields[name], word) for name in cls.get_blanks(model)}
        for name in model._get_client_fields():
            values[name] = client.id if model._fields[name].type == "many2one" else [Command.set(client.ids)]
        return values

    @classmethod
    def get_blanks(cls, model):
        """Return the names of the fields that must be filled, and of those in which users tell of somebody."""
        defaults = model.default_get(list(model._fields))
        return [
            name
            for name, field in model._fields.items()
            if field.store
            and not field.related
            and name not in models.MAGIC_COLUMNS
            and not defaults.get(name)
            and (field.required or (not field.compute and name in WORDS))
        ]

    @classmethod
    def guess_value(cls, field, word):
        if field.type == "many2one":
            rows = cls.env[field.comodel_name]
            ours = cls.env.company.partner_id
            return (rows.search([], limit=1) or rows.create(cls.guess_values(rows, ours, "ours"))).id
        if field.type == "selection":
            return field.get_values(cls.env)[0]
        values = {"integer": 1, "float": 1, "monetary": 1, "boolean": True}
        values |= {"date": fields.Date.today(), "datetime": fields.Datetime.now()}
        return values.get(field.type, f"{word} {field.name}")

    def test_most_models_have_a_foreign_row(self):
        models = {name for name in self.env["ir.rule"]._get_client_models() if self.env[name]._auto}
        others = {name for name in models if not name.startswith("client.")}
        without = {name for name in others if not self.foreign_ids.get(name)}
        self.assertLess(len(without), len(others) / 4, sorted(without))
