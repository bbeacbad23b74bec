from datetime import timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tests import tagged
from odoo.tools import mute_logger

from .isolation import CANARY, SHARED, IsolationCommon

# What the caller can ask for to see more of a partner's name.
SHOW_MORE = {
    "show_email": True,
    "show_address": True,
    "show_vat": True,
    "address_inline": True,
    "formatted_display_name": True,
    "partner_show_db_id": True,
    "active_test": False,
    "bin_size": True,
}
MAX_IDS = 40


@tagged("post_install", "-at_install")
class TestIsolation(IsolationCommon):
    """Nobody reaches a foreign client, by any model and any method that a browser can call."""

    # Models whose foreign rows Odoo's own rules hide from managers, whatever ours do.
    HIDDEN_ANYWAY = frozenset()

    def setUp(self):
        super().setUp()
        self.leaks, self.tries = [], 0

    def probe(self, user):
        for model in self.get_models():
            self.probe_model(model.with_user(user).with_context(**SHOW_MORE))

    def probe_model(self, model):
        ids = sorted(self.foreign_ids.get(model._name, ()))[:MAX_IDS]
        for name, ask in self.get_questions(model, ids).items():
            self.tries += 1
            where = f"{model.env.user.login} {model._name}.{name}"
            with self.trying():
                answer = ask()
                self.check_text(answer, where)
                if name.startswith("search") and hasattr(answer, "ids") and model._name not in SHARED:
                    self.check_ids(model, answer.ids, where)

    def get_questions(self, model, ids):
        """Return ``{name: question}``: what a browser can ask of a model, about rows ``ids``."""
        spec = self.get_specification(model)
        names = list(spec)
        rows = model.browse(ids)
        first = rows[:1]
        questions = {
            "search": lambda: model.search([]),
            "search_ordered": lambda: model.search([], order="id desc"),
            "search_fetch": lambda: model.search_fetch([], names),
            "web_search_read": lambda: model.web_search_read([], spec, limit=5000),
            "name_search": lambda: model.name_search("", limit=5000),
            "name_search_canary": lambda: model.name_search(CANARY, limit=5000),
            "web_name_search": lambda: model.web_name_search("", {"display_name": {}}, limit=5000),
            "count": lambda: self.count(model, ids),
        }
        for name, field in self.get_groupable(model).items():
            questions[f"group_{name}"] = lambda name=name: model.formatted_read_group([], [name], ["__count"])
            if field.type in ("many2one", "selection"):
                questions[f"panel_{name}"] = lambda name=name: model.search_panel_select_range(name)
        questions |= {
            f"through_{name}": lambda name=name: self.count_through(model, name)
            for name in self.get_partner_paths(model)
        }
        questions |= {
            f"group_through_{name}": lambda name=name: model.formatted_read_group([], [name], ["__count"])
            for name in self.get_partner_paths(model)
            if model._fields[name.partition(".")[0]].store
        }
        questions |= self.get_partner_questions(model) if model._name == "res.partner" else {}
        questions |= self.get_file_questions(model) if model._name == "ir.attachment" else {}
        if not ids:
            return questions
        if hasattr(model, "message_post"):
            questions |= self.get_thread_questions(first)
        if hasattr(model, "activity_schedule"):
            questions |= self.get_activity_questions(first)
        return questions | {
            "read": lambda: rows.read(names),
            "read_one": first.read,
            "web_read": lambda: rows.web_read(spec),
            "export_data": lambda: rows.export_data(["display_name", "id", *names]),
            "copy": lambda: first.copy().read(),
            "copy_data": first.copy_data,
            "write": lambda: self.changed(first, first.write({"write_date": "2020-01-01"})),
            "web_save": lambda: first.web_save({}, spec),
            "unlink": lambda: self.changed(first, first.unlink()),
            "metadata": rows.get_metadata,
            "external_id": lambda: rows.get_external_id() and "",
            "onchange": lambda: model.browse(ids[:1]).onchange({}, [], spec),
            "action_archive": lambda: "active" in model and self.changed(first, first.action_archive()),
        }

    def get_partner_questions(self, model):
        foreign = model.browse(self.foreign.ids)
        address = self.foreign[0].sudo().email
        return {
            "find_or_create": lambda: self.given(foreign & model.find_or_create(address)),
            "address_get": lambda: foreign[0].address_get(["invoice", "delivery"]) and "",
            "mentions": lambda: model.get_mention_suggestions(CANARY, limit=100),
            "mentions_in_channel": lambda: model.get_mention_suggestions_from_channel(1, CANARY, limit=100),
            "subscribe": lambda: (
                model.env.user.partner_id.message_subscribe(foreign.ids)
                or model.env.user.partner_id.message_follower_ids.read(["name", "email", "display_name"])
            ),
            "portal": lambda: foreign[0].signup_get_auth_param() and f"{CANARY}: signs up",
        }

    def get_file_questions(self, model):
        return {
            f"read_of_{name}": lambda name=name: model.search_read([("res_model", "=", name)], ["name", "datas"])
            for name in self.env["ir.rule"]._get_client_models()
        }

    def get_thread_questions(self, row):
        return {
            "followers": row.message_get_followers,
            "post": lambda: self.changed(row, row.message_post(body="x")),
            "subscribe": lambda: self.changed(row, row.message_subscribe(row.env.user.partner_id.ids)),
            "messages": lambda: row.message_ids.read(["body", "subject"]),
        }

    def get_activity_questions(self, row):
        return {
            "activity": lambda: self.changed(row, row.activity_schedule("mail.mail_activity_data_todo")),
            "activity_search": lambda: self.given(row.activity_search(["mail.mail_activity_data_todo"])),
            "activities": lambda: row.activity_ids.read(["summary"]),
        }

    def given(self, rows):
        """Return a canary when there are any rows."""
        return f"{CANARY}: {rows}" if rows else ""

    def count(self, model, ids):
        """Return a canary when a count gives foreign rows away."""
        found = model.search_count([("id", "in", ids)]) if ids and model._name not in SHARED else 0
        return f"{CANARY}: counts {found}" if found else ""

    def count_through(self, model, name):
        """Return a canary when a search through a relation answers yes about a foreign client."""
        found = model.search_count([(name, "ilike", CANARY)])
        return f"{CANARY}: {found} rows say yes" if found else ""

    def changed(self, row, result):
        """Return a canary when something was done: a refusal should have come before."""
        return f"{CANARY}: {row} was changed" if result else ""

    def get_specification(self, model):
        return {
            name: {"fields": {"display_name": {}}} if field.relational else {}
            for name, field in model._fields.items()
            if (not field.groups or model.env.user.has_groups(field.groups)) and name != "display_name"
        } | {"display_name": {}}

    def get_groupable(self, model):
        """Return the fields that may tell about clients when one groups by them."""
        return {
            name: field
            for name, field in model._fields.items()
            if field.store
            and not field.groups
            and (
                (
                    field.type == "many2one"
                    and (field.comodel_name == "res.partner" or field.comodel_name in ("sale.order",))
                )
                or name in ("name", "email", "partner_name", "email_from", "subject")
            )
        }

    def get_partner_paths(self, model):
        """Return the paths by which a search reaches the e-mail of a partner."""
        return [
            f"{name}.email"
            for name, field in model._fields.items()
            if field.relational and field.comodel_name == "res.partner" and (field.store or field.search)
        ]

    def check(self, user):
        self.probe(user)
        self.assertGreater(self.tries, 500, "the probe looked at too little to say anything")
        self.assertFalse(self.leaks, f"{len(self.leaks)} leaks in {self.tries} tries:\n" + "\n".join(self.leaks[:60]))

    def test_no_model_of_ours_is_probed_without_rows(self):
        """A new model that names clients needs rows in the foreign world, or the probe proves nothing."""
        ours = {
            model._name
            for model in self.get_models()
            if model._module == "client_base" and model._name.startswith("client.") and model._get_client_fields()
        }
        # Handovers and imports have tests of their own for who sees their rows.
        without = {name for name in ours if not self.foreign_ids.get(name)}
        self.assertFalse(without - {"client.handover.line", "client.gap.report"})

    def test_the_probe_sees_what_is_there(self):
        """The owner finds the foreign world, so not finding it means something."""
        for model in self.get_models():
            self.probe_model(model.with_user(self.second).with_context(**SHOW_MORE))
            if len(self.leaks) > 200:
                return
        self.fail(f"only {len(self.leaks)} signs of what the owner sees")

    def test_manager(self):
        self.check(self.manager)

    def test_operator(self):
        self.check(self.operator)

    def test_lead_of_another_team(self):
        self.check(self.lead)

    def test_former_owner(self):
        """Who once had the clients has them no more, although he followed and wrote there."""
        self.foreign.user_id = self.former
        self.foreign.message_subscribe(self.former.partner_id.ids)
        for client in self.foreign:
            client.with_user(self.former).message_post(body="my last word")
        self.foreign.user_id = self.second
        self.check(self.former)

    def test_substitute_before_and_after(self):
        """Who stood in, and will again, reaches nothing now; but notifications sent to him stay his, like letters."""
        now = fields.Datetime.now()
        past = self.stand_in(self.former, self.second, date_from=now - timedelta(days=9))
        for client in self.foreign.with_context(mail_activity_quick_update=True):
            routed = client.activity_schedule("mail.mail_activity_data_todo", summary=CANARY, user_id=self.second.id)
            self.assertEqual(routed.user_id, self.former)
            client.with_user(self.former).message_post(body="They will order")
        past.date_to = now - timedelta(days=1)
        self.stand_in(self.former, self.second, date_from=now + timedelta(days=1), date_to=now + timedelta(days=9))
        self.check(self.former)

    def test_substitute_for_somebody_else(self):
        """Who stands in for one manager now reaches that one's clients, and no other's."""
        self.stand_in(self.former, self.manager)
        self.assertTrue(self.alpha.with_user(self.former).has_access("read"))
        self.check(self.former)

    def test_portal_user(self):
        client = self.make_client("Portal Ltd", self.manager)
        portal = self.make_user("portal", "base.group_portal", parent_id=client.id)
        self.check(portal)

    def test_portal_user_has_nothing_counted(self):
        portal = self.make_user("portal", "base.group_portal")
        for page, arguments in (
            ("client.completeness", ("team", True)),
            ("client.audit.check", (True,)),
            ("client.department", ()),
        ):
            pages = self.env[page].with_user(portal)
            with self.subTest(page=page), self.assertQueryCount(12), self.assertRaises(AccessError):
                pages.get_page(*arguments)

    def test_portal_user_learns_nothing_that_is_said_of_the_client(self):
        """Who signs in at the portal reads the own company's card, and none of what colleagues know of it."""
        client = self.make_client("Portal Ltd", self.manager)
        own = client.with_user(self.make_user("portal", "base.group_portal", parent_id=client.id))
        self.assertEqual(own.read(["name"])[0]["name"], "Portal Ltd")
        told = {"client_open", "client_owner_id"}
        for name in sorted(name for name in own._fields if name.startswith("client_") and name not in told):
            with self.subTest(field=name), mute_logger("odoo.orm.models"), self.assertRaises(AccessError):
                own.read([name])

    def test_rogue_group_rule(self):
        """A group rule of another addon that opens everything opens nothing."""
        names = ("res.partner", "sale.order", "account.move")
        for name in names:
            self.env["ir.rule"].create(
                {
                    "name": "rogue",
                    "model_id": self.env["ir.model"]._get_id(name),
                    "domain_force": "[(1, '=', 1)]",
                    "groups": [Command.set(self.env.ref("base.group_user").ids)],
                }
            )
        for name in names:
            self.probe_model(self.env[name].with_user(self.manager))
        self.assertFalse(self.leaks)

    def test_each_guard_matters(self):
        """With the guard of any one model switched off the probe finds a leak there."""
        guard = self.registry["ir.rule"]._get_client_guard
        idle = []
        for name in self.env["ir.rule"]._get_client_models():
            model = self.env[name].with_user(self.manager)
            if name == "res.partner" or not self.foreign_ids.get(name) or not model.has_access("read"):
                continue
            self.env.registry.clear_cache()
            with patch.object(
                self.registry["ir.rule"],
                "_get_client_guard",
                lambda rule, of, name=name: Domain.TRUE if of == name else guard(rule, of),
            ):
                self.leaks = []
                self.probe_model(model)
            if not self.leaks:
                idle.append(name)
        self.env.registry.clear_cache()
        self.assertFalse(set(idle) - self.HIDDEN_ANYWAY, "the probe finds nothing without these guards")

    def test_the_rule_on_partners_matters(self):
        self.env.ref("client_base.res_partner_rule_client_scope").active = False
        self.probe_model(self.env["res.partner"].with_user(self.manager))
        self.assertTrue(self.leaks)
