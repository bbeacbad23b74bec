import time
from datetime import datetime, timedelta

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user

from odoo.addons.base.tests.common import BaseCommon

# So long a class may take.
LONG = timedelta(minutes=1)


def wait_for_one_day():
    """Wait for midnight where it is near: what a class made on one day is compared with the clock."""
    now = fields.Datetime.now()
    midnight = datetime.combine(now + timedelta(days=1), datetime.min.time())
    if midnight - now < LONG:
        time.sleep((midnight - now).total_seconds() + 1)


class ClientBaseCommon(BaseCommon):
    """A small company: two managers, one of them in the lead's team, and who works around them.

    ``alpha`` is the manager's client, ``beta`` the second manager's, ``free`` is nobody's.
    """

    @classmethod
    def setUpClass(cls):
        wait_for_one_day()
        super().setUpClass()
        # What is required of clients is each test's own business.
        cls.env["client.standard"].search([]).active = False
        seller = "sales_team.group_sale_salesman,base.group_partner_manager"
        cls.manager = cls.make_user("manager", seller)
        cls.second = cls.make_user("second", seller)
        cls.lead = cls.make_user("lead", f"{seller},client_base.group_client_team")
        cls.accountant = cls.make_user("accountant", "account.group_account_invoice,base.group_partner_manager")
        cls.operator = cls.make_user("operator", "client_base.group_client_operator")
        cls.head = cls.make_user("head", "client_base.group_client_admin,sales_team.group_sale_salesman")
        cls.stranger = cls.make_user("stranger", "base.group_user")
        cls.team = cls.env["crm.team"].create(
            {"name": "North", "user_id": cls.lead.id, "member_ids": [Command.set(cls.manager.ids)]}
        )
        cls.alpha = cls.make_client("Alpha Ltd", cls.manager, phone="+1 555 0100")
        cls.beta = cls.make_client("Beta GmbH", cls.second, phone="+1 555 0200")
        cls.free = cls.make_client("Free Inc")
        cls.anna = cls.make_contact(cls.alpha, "Anna Alpha")
        cls.boris = cls.make_contact(cls.beta, "Boris Beta")
        cls.product = cls.env["product.product"].create({"name": "Paper", "type": "consu", "list_price": 100})

    @classmethod
    def make_user(cls, login, groups, **values):
        values = {"name": login.capitalize(), "email": f"{login}@ours.example.com", **values}
        return new_test_user(cls.env, login=login, groups=groups, **values)

    @classmethod
    def make_client(cls, name, owner=None, **values):
        return cls.env["res.partner"].create(
            {"name": name, "is_company": True, "user_id": owner.id if owner else False, **values}
        )

    @classmethod
    def make_contact(cls, client, name, **values):
        return cls.env["res.partner"].create({"name": name, "parent_id": client.id, **values})

    @classmethod
    def make_order(cls, partner, on=None, price=100.0, state="sale", **values):
        """Return an order of ``partner`` as it stands in the base, confirmed on the day ``on``."""
        return cls.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "state": state,
                "order_line": [Command.create({"product_id": cls.product.id, "price_unit": price, "tax_ids": False})],
                **({"date_order": on} if on else {}),
                **values,
            }
        )

    @classmethod
    def stand_in(cls, substitute, absent, **values):
        """Return the substitution of one user for another, from yesterday to tomorrow and approved."""
        now = fields.Datetime.now()
        return cls.env["client.substitution"].create(
            {
                "absent_id": absent.id,
                "substitute_id": substitute.id,
                "date_from": now - timedelta(days=1),
                "date_to": now + timedelta(days=1),
                "state": "approved",
                **values,
            }
        )

    def assert_refused(self, action, words=""):
        """Check that ``action`` raises a UserError that says ``words``; what it left behind stays.

        Unlike assertRaises no savepoint hides what was written before the refusal.
        """
        try:
            action()
        except UserError as error:
            self.assertIn(words, str(error))
        else:
            self.fail(f"It was not refused: {words}")
