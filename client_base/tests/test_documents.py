from odoo import Command, fields
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from .common import ClientBaseCommon


class TestDocuments(ClientBaseCommon):
    """The salesperson of a document is somebody who sees its client."""

    def make_invoice(self, partner, user=None, **values):
        return (
            self.env["account.move"]
            .with_user(user or self.accountant)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": partner.id,
                    "invoice_line_ids": [Command.create({"name": "Paper", "price_unit": 10, "tax_ids": False})],
                    **values,
                }
            )
        )

    def test_an_invoice_belongs_to_the_clients_manager(self):
        for partner in (self.beta, self.boris):
            self.assertEqual(self.make_invoice(partner).invoice_user_id, self.second)
        self.assertEqual(self.make_invoice(self.free).invoice_user_id, self.accountant)

    def test_an_invoice_is_not_given_to_who_does_not_see_the_client(self):
        words = f"{self.manager.name} does not see the client Beta GmbH.*{self.second.name}"
        with self.assertRaisesRegex(ValidationError, words):
            self.make_invoice(self.beta, invoice_user_id=self.manager.id)
        invoice = self.make_invoice(self.alpha)
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            invoice.invoice_user_id = self.second
        invoice.partner_id = self.beta
        self.assertEqual(invoice.invoice_user_id, self.second, "another client, another manager")

    def test_whose_client_it_is_only_those_hear_who_may_know(self):
        order = self.make_order(self.beta)
        self.env.cr.execute("UPDATE sale_order SET user_id = %s WHERE id = %s", [self.manager.id, order.id])
        order.invalidate_recordset()
        with self.assertRaises(ValidationError) as refusal:
            order.with_user(self.manager).sudo()._check_salesperson_sees_client()  # as Odoo checks
        for secret in ("Beta", self.second.name):
            self.assertNotIn(secret, str(refusal.exception))

    def test_a_contact_does_not_keep_the_salesperson_of_another_company(self):
        self.env.cr.execute("UPDATE res_partner SET user_id = %s WHERE id = %s", [self.manager.id, self.boris.id])
        self.boris.invalidate_recordset()
        self.assertEqual(self.make_order(self.boris).user_id, self.second)
        self.assertEqual(self.make_invoice(self.boris).invoice_user_id, self.second)

    def test_what_a_substitute_makes_is_the_absent_managers(self):
        self.stand_in(self.manager, self.second)
        order = self.env["sale.order"].with_user(self.manager).create({"partner_id": self.beta.id})
        self.assertEqual(order.user_id, self.second)
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            order.with_user(self.manager).user_id = self.manager
        order.order_line = [Command.create({"product_id": self.product.id, "qty_delivered": 1})]
        order.action_confirm()
        self.assertEqual(order._create_invoices().sudo().invoice_user_id, self.second)

    def test_what_a_shop_sells_is_not_refused(self):
        """Code that acts for nobody in particular names a salesperson of its own, for anybody's client."""
        order = self.env["sale.order"].create({"partner_id": self.free.id, "user_id": self.manager.id})
        self.assertFalse(order.user_id, "nobody's yet: the leads see it")
        order.write({"partner_id": self.beta.id, "user_id": self.manager.id})
        self.assertEqual(order.user_id, self.second)

    def test_who_pays_may_be_another_managers_client(self):
        order = self.make_order(self.alpha)
        order.partner_invoice_id = self.beta
        self.assertEqual(order.user_id, self.manager)
        order.order_line.qty_delivered = 1
        self.assertEqual(order._create_invoices().invoice_user_id, self.second)

    def test_a_series_of_invoices_goes_on_after_a_handover(self):
        invoice = self.make_invoice(self.alpha, auto_post="monthly", invoice_date=fields.Date.today())
        invoice.sudo().action_post()
        self.alpha.user_id = self.second
        invoice.sudo()._copy_recurring_entries()
        series = [("auto_post_origin_id", "=", invoice.auto_post_origin_id.id)]
        latest = self.env["account.move"].search(series, order="id desc", limit=1)
        self.assertEqual(latest.invoice_user_id, self.second)

    def test_a_credit_note_after_a_handover_is_the_new_managers(self):
        invoice = self.make_invoice(self.alpha)
        invoice.sudo().action_post()
        self.alpha.user_id = self.second
        wizard = self.env["account.move.reversal"].with_context(active_model=invoice._name, active_ids=invoice.ids)
        for step in ("refund_moves", "modify_moves"):
            with self.subTest(step=step):
                reversal = wizard.with_user(self.accountant).create({"journal_id": invoice.journal_id.id})
                with self.env.cr.savepoint() as savepoint:
                    getattr(reversal, step)()
                    notes = invoice.reversal_move_ids | self.env["account.move"].search([], order="id desc", limit=1)
                    self.assertEqual(notes.invoice_user_id, self.second)
                    savepoint.rollback()
        self.assertEqual(invoice.invoice_user_id, self.manager)

    def test_an_invoice_stays_with_the_client_whose_contact_went_to_another(self):
        invoice, draft = self.make_invoice(self.anna), self.make_invoice(self.anna)
        invoice.sudo().action_post()
        activity = draft.sudo().activity_schedule("mail.mail_activity_data_todo", user_id=self.manager.id)
        self.anna.with_user(self.head).parent_id = self.beta
        for user, count in ((self.manager, 2), (self.second, 0), (self.accountant, 2)):
            with self.subTest(user=user.name):
                moves = self.env["account.move"].with_user(user)
                self.assertEqual(moves.search_count([("id", "in", (invoice | draft).ids)]), count)
                lines = self.env["account.move.line"].with_user(user)
                self.assertEqual(lines.search_count([("move_id", "=", invoice.id)]), 2 * bool(count))
                # Managers may see the analysis where an administrator lets them.
                guard = self.env["ir.rule"].with_user(user)._get_client_guard("account.invoice.report")
                analysed = self.env["account.invoice.report"].search_count(guard & Domain("move_id", "=", invoice.id))
                self.assertEqual(analysed, int(bool(count)))
        self.assertEqual((draft.invoice_user_id, activity.user_id), (self.manager, self.manager))
        self.assertEqual(activity.client_partner_id, self.alpha)
        for move in invoice, draft:
            self.env.invalidate_all()
            (shown,) = move.with_user(self.manager).web_read(
                {"partner_id": {"fields": {"display_name": {}}}, "invoice_line_ids": {"fields": {"name": {}}}}
            )
            self.assertEqual(shown["partner_id"]["display_name"], "Another manager's client")
            self.assertEqual(shown["invoice_line_ids"][0]["name"], "Paper")
        draft.invoice_user_id = self.manager
        history = [client._get_history_invoices() for client in (self.alpha, self.beta)]
        self.assertEqual([len(rows) for rows in history], [1, 0])
        draft.with_user(self.accountant).partner_id = self.boris
        self.assertEqual(activity.client_partner_id, self.beta)

    def test_what_was_ordered_before_a_handover_is_ordered_again_with_the_new_manager(self):
        order = self.make_order(self.alpha)
        self.assertEqual(order.user_id, self.manager)
        self.alpha.user_id = self.second
        self.assertEqual(order.with_user(self.head).copy().user_id, self.second)

    def test_lines_of_orders_are_read_in_their_order(self):
        notes = [{"display_type": "line_note", "name": name, "sequence": 9 - int(name)} for name in "123"]
        lines = [Command.create(note) for note in notes]
        orders = self.env["sale.order"].create(
            [{"partner_id": self.alpha.id, "user_id": self.manager.id, "order_line": lines} for _number in range(2)]
        )
        orders.flush_recordset()
        self.env.invalidate_all()
        for order in orders.with_user(self.manager):
            self.assertEqual(order.order_line.mapped("name"), ["3", "2", "1"])
