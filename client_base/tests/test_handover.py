from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.tests import new_test_user

from .common import ClientBaseCommon


class TestHandover(ClientBaseCommon):
    """Clients that go from one manager to another, with all that is open, and come back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        seller = "sales_team.group_sale_salesman,base.group_partner_manager"
        cls.third = cls.make_user("third", seller)
        cls.team.member_ids = cls.manager | cls.third
        cls.head.group_ids += cls.env.ref("base.group_erp_manager") + cls.env.ref("sales_team.group_sale_manager")

    def plan(self, user=None, **values):
        """Return a handover of the manager's clients to ``third``, previewed by ``user``."""
        values = {"source": "owner", "owner_id": self.manager.id, "receiver_id": self.third.id, **values}
        handover = self.env["client.handover"].with_user(user or self.lead).create(values)
        handover.action_preview()
        return handover

    def apply(self, user=None, **values):
        handover = self.plan(user, **values)
        handover.action_apply()
        self.env.flush_all()
        self.env.invalidate_all()
        return handover

    def make_activity(self, record, user):
        return record.activity_schedule("mail.mail_activity_data_call", summary="Call back", user_id=user.id)

    def make_invoice(self, partner, state="draft", **values):
        lines = [Command.create({"product_id": self.product.id, "price_unit": 100, "tax_ids": False})]
        invoice = self.env["account.move"].create(
            {"move_type": "out_invoice", "partner_id": partner.id, "invoice_line_ids": lines, **values}
        )
        if state == "posted":
            invoice.action_post()
        return invoice

    def get_refusals(self, handover):
        return {line.partner_id.name: line.refusal for line in handover.sudo().line_ids if line.refusal}

    # --- what moves ---

    def test_a_client_moves_with_its_contacts(self):
        address = self.make_contact(self.alpha, "Warehouse", type="delivery")
        self.anna.user_id = self.manager
        address.user_id = self.second
        handover = self.apply()
        self.assertEqual(handover.state, "applied")
        self.assertEqual((self.alpha | self.anna).user_id, self.third)
        self.assertEqual((self.alpha | self.anna | address).client_owner_id, self.third)
        self.assertEqual(address.user_id, self.second, "a contact keeps a salesperson of its own")
        self.assertEqual(self.beta.client_owner_id, self.second)
        line = handover.line_ids
        self.assertEqual(
            (line.partner_id, line.old_owner_id, line.new_owner_id), (self.alpha, self.manager, self.third)
        )
        self.assertEqual((line.state, line.moved_by_id), ("moved", self.lead))
        self.assertTrue(line.moved_on)
        self.assertTrue(handover.date_applied)

    def test_branches_and_archived_clients_of_a_manager_move_too(self):
        branch = self.make_client("Alpha Branch", self.manager, parent_id=self.beta.id)
        archived = self.make_client("Alpha Old", self.manager, active=False)
        self.apply()
        self.assertEqual((branch | archived).client_owner_id, self.third)

    def test_open_activities_move(self):
        order = self.make_order(self.anna)
        theirs = [self.make_activity(record, self.manager) for record in (self.alpha, self.anna, order)]
        done = self.make_activity(self.alpha, self.manager)
        done._action_done()
        others = self.make_activity(self.alpha, self.head), self.make_activity(self.beta, self.manager)
        self.apply()
        self.assertEqual([activity.user_id for activity in theirs], [self.third] * 3)
        self.assertEqual(done.user_id, self.manager)
        self.assertEqual([activity.user_id for activity in others], [self.head, self.manager])

    def test_what_a_substitute_does_for_the_manager_moves_too(self):
        activity = self.make_activity(self.alpha, self.head)
        activity.client_for_id = self.manager
        self.apply()
        self.assertEqual(activity.user_id, self.third)
        self.assertFalse(activity.client_for_id, "it must not come back to the former manager")

    def test_open_documents_move_and_closed_ones_stay(self):
        quotation = self.make_order(self.anna, state="draft")
        confirmed = self.make_order(self.alpha)
        locked, cancelled = self.make_order(self.alpha), self.make_order(self.alpha, state="cancel")
        locked.locked = True
        orders = quotation | confirmed | locked | cancelled
        orders.user_id = self.manager
        foreign = self.make_order(self.alpha, state="draft")
        foreign.user_id = self.head
        draft = self.make_invoice(self.anna, invoice_user_id=self.manager.id)
        posted = self.make_invoice(self.alpha, "posted", invoice_user_id=self.manager.id)
        self.apply()
        self.assertEqual((quotation | confirmed).user_id, self.third)
        self.assertEqual((locked | cancelled).user_id, self.manager)
        self.assertEqual(foreign.user_id, self.head)
        self.assertEqual(draft.invoice_user_id, self.third)
        self.assertEqual(posted.invoice_user_id, self.manager)

    def test_confirmed_orders_stay_where_sales_are_not_invoiced_here(self):
        quotation, confirmed = self.make_order(self.alpha, state="draft"), self.make_order(self.alpha)
        (quotation | confirmed).user_id = self.manager
        self.apply(move_orders=False)
        self.assertEqual(quotation.user_id, self.third)
        self.assertEqual(confirmed.user_id, self.manager)

    def test_followers_change_places(self):
        order = self.make_order(self.anna)
        order.locked = True
        self.alpha.message_subscribe((self.manager | self.head).partner_id.ids)
        order.message_subscribe(self.manager.partner_id.ids)
        self.beta.message_subscribe(self.manager.partner_id.ids)
        self.apply()
        self.assertEqual(
            self.alpha.message_partner_ids & (self.manager | self.third | self.head).partner_id,
            (self.third | self.head).partner_id,
        )
        self.assertIn(self.third.partner_id, order.message_partner_ids)
        self.assertNotIn(self.manager.partner_id, order.message_partner_ids)
        self.assertIn(self.manager.partner_id, self.beta.message_partner_ids)
        follower = self.alpha.message_follower_ids.filtered(lambda item: item.partner_id == self.third.partner_id)
        defaults, _internal, _external = self.env["mail.message.subtype"].default_subtypes("res.partner")
        self.assertEqual(follower.subtype_ids, defaults)

    def test_what_depends_on_the_manager_is_recomputed(self):
        requirement = {
            "name": "Manager",
            "field_id": self.env.ref("client_base.field_res_partner__client_owner_id").id,
        }
        self.env["client.standard"].create({"name": "M", "requirement_ids": [Command.create(requirement)]})
        self.assertEqual(self.free.client_completeness, 0)
        handover = self.apply(source="domain", domain=f"[('id', '=', {self.free.id})]")
        self.assertEqual(self.free.client_owner_id, self.third)
        self.assertEqual(self.free.client_completeness, 100)
        self.assertFalse(self.free.client_missing_ids)
        handover.action_undo()
        self.env.flush_all()
        self.assertFalse(self.free.client_owner_id)
        self.assertEqual(self.free.client_completeness, 0)
        self.assertTrue(self.free.client_missing_ids)

    # --- who sees what afterwards ---

    def test_the_former_manager_sees_nothing_any_more(self):
        order, invoice = self.make_order(self.alpha), self.make_invoice(self.alpha)
        activity = self.make_activity(self.alpha, self.manager)
        (order | self.make_order(self.anna)).user_id = self.manager
        self.alpha.message_subscribe(self.manager.partner_id.ids)
        handover = self.apply()
        for record in (self.alpha, self.anna, order, invoice):
            with self.subTest(record=record.display_name):
                theirs = record.with_user(self.manager)
                self.assertFalse(theirs.search([("id", "=", record.id)]))
                with self.assertRaises(AccessError):
                    theirs.read(["display_name"])
                self.assertTrue(record.with_user(self.third).search([("id", "=", record.id)]))
                record.with_user(self.third).read(["display_name"])
        self.assertFalse(activity.with_user(self.manager).search([("id", "=", activity.id)]))
        self.assertTrue(activity.with_user(self.third).search([("id", "=", activity.id)]))
        message = self.alpha.message_post(body="News", message_type="comment", subtype_xmlid="mail.mt_comment")
        self.assertNotIn(self.manager.partner_id, message.notified_partner_ids)
        self.assertIn(self.third.partner_id, message.notified_partner_ids)
        self.env.invalidate_all()
        # He sees that there was a handover, but none of its clients.
        lines = self.env["client.handover.line"].with_user(self.manager)
        self.assertEqual(self.env["client.handover"].with_user(self.manager).search([]), handover)
        self.assertFalse(lines.search([]))
        with self.assertRaises(AccessError):
            lines.browse(handover.line_ids.ids).read(["partner_id"])

    def test_who_sees_a_handover(self):
        handover = self.plan()
        other_lead = self.make_user("other_lead", "client_base.group_client_team")
        seers = {
            user: bool(handover.with_user(user).search([("id", "=", handover.id)]))
            for user in (self.lead, self.head, self.accountant, self.manager, self.third, self.second, other_lead)
        }
        plan_of = {self.lead, self.head, self.accountant}
        self.assertEqual({user for user, seen in seers.items() if seen}, plan_of, "a plan is its maker's affair")
        handover.action_apply()
        self.env.invalidate_all()
        seers = {user for user in seers if handover.with_user(user).search([("id", "=", handover.id)])}
        self.assertEqual(seers, plan_of | {self.manager, self.third})
        with self.assertRaises(AccessError):
            handover.with_user(self.stranger).read(["name"])

    def test_a_client_shows_its_managers(self):
        self.apply()
        self.apply(owner_id=self.third.id, receiver_id=self.manager.id)
        client = self.alpha.with_user(self.manager)
        self.assertEqual(client.client_handover_count, 2)
        lines = self.env["client.handover.line"].with_user(self.manager)
        history = lines.search(client.action_open_client_handovers()["domain"], order="id")
        self.assertEqual(
            [(line.old_owner_id, line.new_owner_id) for line in history],
            [(self.manager, self.third), (self.third, self.manager)],
        )

    # --- which clients, to whom ---

    def test_clients_chosen_in_a_list(self):
        handovers = self.env["client.handover"].with_user(self.lead)
        chosen = self.anna | self.alpha | self.free
        action = handovers._open_for_selection(chosen.ids, [("id", "in", chosen.ids)])
        handover = handovers.browse(action["res_id"])
        self.assertEqual(handover.line_ids.partner_id, self.alpha | self.free, "a contact stands for its company")
        self.assertEqual(handover.line_ids.old_owner_id, self.manager)
        handover.receiver_id = self.third
        handover.action_preview()
        handover.action_apply()
        self.assertEqual((self.alpha | self.free).client_owner_id, self.third)

    def test_all_pages_of_a_list(self):
        self.env["ir.config_parameter"].set_param("web.active_ids_limit", 1)
        clients = self.alpha | self.make_client("Another", self.manager)
        handovers = self.env["client.handover"].with_user(self.lead)
        action = handovers._open_for_selection(clients[:1].ids, [("user_id", "in", self.manager.ids)])
        self.assertEqual(handovers.browse(action["res_id"]).line_ids.partner_id, clients)

    def test_clients_by_a_filter(self):
        handover = self.plan(source="domain", domain="[('name', 'in', ('Alpha Ltd', 'Beta GmbH', 'Free Inc'))]")
        self.assertEqual(handover.line_ids.partner_id, self.alpha | self.free, "a lead finds only what he sees")
        with self.assertRaises(UserError):
            self.plan(source="domain", domain="[('no_such_field', '=', 1)]")

    def test_equal_load(self):
        clients = self.make_clients(5)
        self.make_client("Had Before", self.third)
        handover = self.plan(rule="equal", receiver_ids=[Command.set((self.third | self.lead).ids)])
        receivers = [line.new_owner_id for line in handover.line_ids.sorted("partner_id")]
        self.assertEqual(len(receivers), len(clients) + 1)
        loads = {load.user_id: (load.client_before, load.client_after) for load in handover.load_ids}
        self.assertEqual(loads, {self.manager: (6, 0), self.third: (1, 3), self.lead: (0, 4)})
        handover.action_draft()
        handover.action_preview()
        again = [line.new_owner_id for line in handover.line_ids.sorted("partner_id")]
        self.assertEqual(again, receivers, "the same plan each time")

    def test_equal_load_deals_out_only_what_may_go(self):
        company = self.env["res.company"].create({"name": "Our Company"})
        fourth = self.make_user("fourth", "sales_team.group_sale_salesman")
        (self.head | fourth).company_ids += company
        self.make_clients(3).company_id = company
        self.make_client("Fifth", self.manager)
        self.make_client("Sixth", self.manager)
        everybody = {"rule": "equal", "receiver_ids": [Command.set((self.third | fourth | self.stranger).ids)]}
        handover = self.plan(self.head, receiver_id=False, **everybody)
        lines = self.env["client.handover.line"].with_user(self.head)
        lines.create([{"handover_id": handover.id, "partner_id": self.alpha.id} for _number in range(3)])
        handover.action_draft()
        handover.source = "list"
        handover.action_preview()
        self.assertEqual((handover.planned_count, handover.refused_count), (6, 3))
        self.assertEqual(set(self.get_refusals(handover).values()), {"double"})
        loads = {load.user_id: load.client_after for load in handover.load_ids}
        self.assertEqual(loads, {self.manager: 0, self.third: 3, fourth: 3, self.stranger: 0})

    def test_by_region(self):
        world, north = self.env["client.region"].create([{"name": "World"}, {"name": "North"}])
        coast, island = self.env["client.region"].create(
            [{"name": "Coast", "parent_id": north.id}, {"name": "Island", "parent_id": north.id}]
        )
        clients = [self.make_client(f"In {region.name}", self.manager) for region in (world, north, coast, island)]
        for client, region in zip(clients, (world, north, coast, island), strict=True):
            client.client_region_id = region
        choices = {north: self.third, island: self.lead}
        rows = [Command.create({"region_id": region.id, "receiver_id": user.id}) for region, user in choices.items()]
        handover = self.plan(rule="region", region_ids=rows, receiver_id=False)
        receivers = {line.partner_id: line.new_owner_id for line in handover.line_ids}
        self.assertEqual([receivers[client] for client in clients[1:]], [self.third, self.third, self.lead])
        self.assertEqual(self.get_refusals(handover), {"In World": "no_receiver", "Alpha Ltd": "no_receiver"})

    def test_by_hand(self):
        handover = self.plan(rule="line", receiver_id=False)
        self.assertEqual(self.get_refusals(handover), {"Alpha Ltd": "no_receiver"})
        handover.line_ids = [Command.update(handover.line_ids.id, {"new_owner_id": self.lead.id})]
        self.assertEqual(handover.line_ids.state, "planned")
        self.assertEqual(handover.load_ids.user_id, self.manager | self.lead)
        handover.action_apply()
        self.assertEqual(self.alpha.client_owner_id, self.lead)

    def test_what_cannot_go_is_listed_with_the_reason(self):
        ours = self.env["res.company"].create({"name": "Our Company"}).partner_id
        handover = self.env["client.handover"].with_user(self.head).create({"source": "list", "rule": "line"})
        same = self.make_client("Same", self.third)
        inactive = self.make_user("inactive", "sales_team.group_sale_salesman", active=False)
        rows = (
            (ours, self.third, "not_client"),
            (self.anna, self.third, "not_client"),
            (same, self.third, "same"),
            (self.beta, self.stranger, "receiver"),
            (self.free, inactive, "receiver"),
            (self.alpha, self.third, False),
            (self.alpha, self.third, "double"),
        )
        lines = self.env["client.handover.line"].with_user(self.head)
        for partner, receiver, _refusal in rows:
            lines.create({"handover_id": handover.id, "partner_id": partner.id, "new_owner_id": receiver.id})
        handover.action_preview()
        self.assertEqual(
            [line.refusal for line in handover.line_ids.sorted("id")], [refusal for _partner, _user, refusal in rows]
        )
        self.assertEqual((handover.planned_count, handover.refused_count), (1, 6))
        handover.action_apply()
        self.assertEqual(self.alpha.client_owner_id, self.third)
        self.assertEqual(self.beta.client_owner_id, self.second)

    def test_a_client_of_one_of_our_companies_needs_a_receiver_there(self):
        company = self.env["res.company"].create({"name": "Our Company"})
        self.alpha.company_id = company
        self.head.company_ids += company
        handover = self.plan(self.head).with_context(allowed_company_ids=self.head.company_ids.ids)
        handover.action_preview()
        self.assertEqual(self.get_refusals(handover), {"Alpha Ltd": "company"})
        self.third.company_ids += company
        handover.action_preview()
        self.assertFalse(self.get_refusals(handover))

    def test_a_client_that_changed_since_the_preview_is_refused(self):
        kept = self.make_client("Kept", self.manager)
        handover = self.plan()
        self.alpha.user_id = self.lead
        kept_for_nobody = self.make_client("Lost", self.manager)
        handover.action_apply()
        self.assertEqual(self.get_refusals(handover), {"Alpha Ltd": "changed"})
        self.assertEqual(self.alpha.client_owner_id, self.lead)
        self.assertEqual(kept.client_owner_id, self.third)
        self.assertEqual(kept_for_nobody.client_owner_id, self.manager, "what came after the preview stays")

    def test_a_client_that_left_the_scope_is_refused(self):
        handover = self.plan()
        other = self.make_client("Other", self.manager)
        self.alpha.user_id = self.second
        handover.sudo().line_ids.create(
            {"handover_id": handover.id, "partner_id": other.id, "new_owner_id": self.third.id}
        )
        handover.action_apply()
        self.assertEqual(self.get_refusals(handover), {"Alpha Ltd": "hidden"})
        self.assertEqual(other.client_owner_id, self.third)

    def test_a_receiver_archived_since_the_preview_is_refused(self):
        handover = self.plan()
        self.third.active = False
        self.assert_refused(handover.action_apply, "every client is refused")
        self.assertEqual(self.alpha.client_owner_id, self.manager)

    # --- who may ---

    def test_a_lead_hands_over_within_the_team_only(self):
        self.assertEqual(self.get_refusals(self.plan(receiver_id=self.second.id)), {"Alpha Ltd": "receiver"})
        self.assertFalse(self.plan(owner_id=self.second.id).line_ids)
        with self.assertRaises(AccessError):
            self.env["client.handover.line"].with_user(self.lead).create(
                {"handover_id": self.plan().id, "partner_id": self.beta.id, "new_owner_id": self.third.id}
            )

    def test_who_sees_all_hands_over_all(self):
        self.apply(self.head, owner_id=self.second.id)
        self.assertEqual(self.beta.client_owner_id, self.third)
        self.apply(self.accountant, owner_id=self.third.id, receiver_id=self.second.id)
        self.assertEqual(self.beta.client_owner_id, self.second)

    def test_managers_make_no_handovers(self):
        for user in (self.manager, self.operator, self.stranger):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                self.plan(user)
        handover = self.apply()
        for step in ("action_undo", "action_preview"):
            with self.subTest(step=step), self.assertRaises(AccessError):
                getattr(handover.with_user(self.third), step)()

    def test_history_is_not_written_by_hand(self):
        handover = self.plan()
        self.assert_refused(lambda: handover.write({"state": "applied"}))
        self.assert_refused(lambda: handover.write({"receiver_id": self.lead.id}))
        self.assert_refused(lambda: handover.line_ids.write({"state": "moved"}))
        handover.action_apply()
        self.assert_refused(lambda: handover.line_ids.write({"new_owner_id": self.lead.id}))
        self.assert_refused(handover.line_ids.unlink)
        self.assert_refused(handover.unlink)
        self.assert_refused(handover.action_apply, "moved on meanwhile")
        self.assert_refused(lambda: handover.line_ids.with_user(self.third).write({"state": "confirmed"}))
        forged = (
            self.env["client.handover"]
            .with_user(self.lead)
            .create({"state": "applied", "requester_id": self.head.id, "source": "list"})
        )
        self.assertEqual((forged.state, forged.requester_id), ("draft", self.lead))

    def test_a_manager_gives_no_client_away(self):
        client = self.alpha.with_user(self.manager)
        for owner in (self.third.id, False):
            with self.assertRaises(AccessError):
                client.user_id = owner
        with self.assertRaises(AccessError):
            self.anna.with_user(self.manager).user_id = self.third
        client.write({"user_id": self.manager.id, "phone": "+1 555 0199"})
        self.anna.with_user(self.manager).user_id = self.manager
        own = client.create({"name": "New", "user_id": False})
        own.user_id = self.manager
        self.assertEqual(own.client_owner_id, self.manager)
        self.alpha.with_user(self.lead).user_id = self.third
        self.assertEqual(self.anna.client_owner_id, self.third)

    def test_a_manager_changed_on_the_card_is_a_handover_too(self):
        activity = self.make_activity(self.alpha, self.manager)
        begun = self.env["client.interaction"].create({"partner_id": self.alpha.id, "user_id": self.manager.id})
        order = self.make_order(self.anna, state="draft", user_id=self.manager.id)
        self.anna.user_id = self.manager
        handover = self.apply()
        another = self.make_client("Another", self.third)
        (self.alpha | another).with_user(self.lead).user_id = self.manager
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual((self.alpha | self.anna | another).client_owner_id, self.manager)
        self.assertEqual((activity.user_id, begun.user_id, order.user_id, self.anna.user_id), (self.manager,) * 4)
        self.assertEqual((handover.state, handover.line_ids.state), ("done", "kept"), "nobody is to confirm it")
        line = self.env["client.handover.line"].search([("partner_id", "=", self.alpha.id)], order="id desc", limit=1)
        self.assertEqual((line.old_owner_id, line.new_owner_id), (self.third, self.manager))
        self.assertEqual((line.moved_by_id, line.handover_id.state), (self.lead, "done"))
        self.assertEqual(line.handover_id.line_ids.partner_id, self.alpha | another)
        self.assertFalse(line.handover_id.activity_ids)
        self.assertTrue(begun.with_user(self.manager).has_access("write"))
        line.handover_id.with_user(self.lead).action_undo()
        self.assertEqual((self.alpha | another).user_id, self.third)
        self.assertEqual(order.user_id, self.third)

    def test_there_and_back_on_the_card(self):
        order = self.make_order(self.alpha, state="draft", user_id=self.manager.id)
        for owner in (self.third, self.lead, self.third, self.manager):
            self.alpha.with_user(self.lead).user_id = owner
            self.env.invalidate_all()
            self.assertEqual((self.alpha.client_owner_id, order.user_id), (owner, owner))
        self.assertEqual(self.alpha.client_handover_count, 4)

    def test_to_take_or_to_let_go_on_the_card_is_no_handover(self):
        for owner in (self.third, False):
            self.free.with_user(self.lead).user_id = owner
        self.anna.with_user(self.lead).user_id = self.third
        self.assertFalse(self.env["client.handover.line"].search([("partner_id", "in", (self.free | self.anna).ids)]))

    def test_what_is_open_goes_along_with_a_client_that_becomes_a_part_of_another(self):
        person = self.env["res.partner"].create({"name": "Petra Private", "user_id": self.manager.id})
        helper = self.make_contact(person, "Her Helper")
        quotation, draft = self.make_order(person, state="draft"), self.make_invoice(helper)
        foreign = self.make_order(self.beta, state="draft", user_id=self.head.id)
        activity = self.make_activity(helper, self.manager)
        contact = self.env["client.interaction"].create({"partner_id": person.id, "user_id": self.manager.id})
        self.assertEqual((quotation.user_id, draft.invoice_user_id), (self.manager, self.manager))
        person.with_user(self.head).parent_id = self.beta
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual((person | helper).client_owner_id, self.second)
        self.assertEqual((quotation.user_id, draft.invoice_user_id), (self.second, self.second))
        self.assertEqual((activity.user_id, contact.user_id, contact.partner_id), (self.second, self.second, self.beta))
        self.assertEqual(foreign.user_id, self.head)
        self.assertTrue(quotation.with_user(self.second).has_access("read"))
        line = self.env["client.handover.line"].search([("partner_id", "=", person.id)])
        self.assertEqual((line.old_owner_id, line.new_owner_id, line.state), (self.manager, self.second, "confirmed"))
        self.assertEqual(line.moved_by_id, self.head)

    def make_own_invoice(self, person):
        """Return a draft that is made out to a person, the manager's, and the activity on it."""
        draft = self.make_invoice(person, invoice_user_id=self.manager.id)
        draft.message_subscribe(self.manager.partner_id.ids)
        return draft, self.make_activity(draft, self.manager)

    def assert_invoice_is_seconds(self, draft, activity):
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual((draft.commercial_partner_id, draft.invoice_user_id), (self.beta, self.second))
        self.assertEqual(activity.user_id, self.second)
        self.assertIn(self.second.partner_id, draft.message_partner_ids)
        self.assertNotIn(self.manager.partner_id, draft.message_partner_ids)

    def test_the_invoices_of_a_client_go_along_when_it_becomes_a_part_of_another(self):
        person = self.env["res.partner"].create({"name": "Petra Private", "user_id": self.manager.id})
        draft, activity = self.make_own_invoice(person)
        others = self.make_invoice(self.beta)
        self.env.flush_all()
        self.env.cr.execute("UPDATE account_move SET invoice_user_id = %s WHERE id = %s", [self.manager.id, others.id])
        self.env.invalidate_all()
        person.with_user(self.head).parent_id = self.beta
        self.assert_invoice_is_seconds(draft, activity)
        self.assertEqual(others.invoice_user_id, self.manager, "it was the other client's before")

    def test_the_invoices_of_nobodys_person_go_to_the_manager_of_its_new_company(self):
        self.env["res.config.settings"].create({"client_pool": "claim"}).execute()
        person = self.env["res.partner"].create({"name": "Frida Free"})
        draft, activity = self.make_own_invoice(person)
        person.with_user(self.head).parent_id = self.beta
        self.assert_invoice_is_seconds(draft, activity)

    def test_what_is_open_goes_along_with_a_contact_put_under_another_company(self):
        quotation = self.make_order(self.anna, state="draft")
        stays = self.make_order(self.alpha, state="draft")
        activity, kept = (self.make_activity(record, self.manager) for record in (self.anna, self.alpha))
        self.anna.with_user(self.head).parent_id = self.beta
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual((quotation.user_id, activity.user_id), (self.second, self.second))
        self.assertEqual((stays.user_id, kept.user_id), (self.manager, self.manager))
        self.assertFalse(self.env["client.handover"].search([]), "a contact is no client")

    # --- what was nobody's ---

    def make_work(self, client, contact, user):
        """Return what ``user`` has open with a client and its contact: rows with ``user_id``."""
        quotation = self.make_order(contact, state="draft", user_id=user.id)
        begun = self.env["client.interaction"].create({"partner_id": client.id, "user_id": user.id})
        return [self.make_activity(client, user), self.make_activity(quotation, user), quotation, begun]

    def release(self):
        """Return what the manager has open with a client of his that a lead takes from him, for nobody."""
        self.anna.user_id = self.manager
        work = self.make_work(self.alpha, self.anna, self.manager)
        work.append(self.make_invoice(self.alpha, invoice_user_id=self.manager.id))
        self.alpha.with_user(self.lead).user_id = False
        self.assertFalse(self.anna.user_id)
        return work

    def assert_all_with(self, user, work, client=None):
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual([row.user_id for row in work], [user] * len(work))
        self.assertTrue(all(row.with_user(user).has_access("write") for row in work if row._name != "account.move"))
        if client:
            self.assertIn(user.partner_id, client.message_partner_ids)
            self.assertNotIn(self.manager.partner_id, client.message_partner_ids)

    def test_who_takes_a_released_client_has_what_its_former_manager_left_open(self):
        work = self.release()
        self.alpha.with_user(self.lead).user_id = self.third
        self.assert_all_with(self.third, work, self.alpha)
        self.assertEqual(self.anna.client_owner_id, self.third)

    def test_who_claims_a_released_client_too(self):
        self.env["res.config.settings"].create({"client_pool": "claim"}).execute()
        work = self.release()
        self.alpha.with_user(self.second).action_claim_client()
        self.assert_all_with(self.second, work, self.alpha)

    def test_who_is_handed_a_released_client_too(self):
        work = self.release()
        self.apply(source="domain", domain=f"[('id', '=', {self.alpha.id})]")
        self.assert_all_with(self.third, work, self.alpha)

    def test_confirmed_orders_with_a_taken_client_go_along(self):
        self.env["res.config.settings"].create({"client_pool": "claim"}).execute()
        order = self.make_order(self.free, user_id=self.manager.id)
        self.free.with_user(self.lead).user_id = self.third
        self.env.invalidate_all()
        self.assertEqual(order.user_id, self.third)

    def test_confirmed_orders_with_a_released_client_stay_where_the_handover_says_so(self):
        order = self.make_order(self.alpha, user_id=self.manager.id)
        work = self.release()
        self.apply(source="domain", domain=f"[('id', '=', {self.alpha.id})]", move_orders=False)
        self.assert_all_with(self.third, work, self.alpha)
        self.assertEqual(order.user_id, self.manager)

    def test_who_sees_a_taken_client_keeps_what_he_has_open(self):
        kept = self.make_work(self.free, self.free, self.lead) + [self.make_activity(self.free, self.head)]
        self.free.with_user(self.lead).user_id = self.third
        self.env.invalidate_all()
        self.assertEqual([row.user_id for row in kept], [self.lead] * 4 + [self.head])

    def test_what_a_contact_brought_into_a_free_company_goes_to_who_takes_that(self):
        work = self.make_work(self.anna, self.anna, self.manager)[1:3]
        self.anna.with_user(self.lead).parent_id = self.free
        self.env.flush_all()
        self.free.with_user(self.head).user_id = self.second
        self.assert_all_with(self.second, work, self.free)

    def test_what_is_open_with_a_contact_of_nobodys_goes_to_the_manager_of_its_new_company(self):
        self.env["res.config.settings"].create({"client_pool": "claim"}).execute()
        person = self.make_contact(self.free, "Frida Free")
        work = self.make_work(person, person, self.manager)[:3]
        elsewhere = self.make_activity(self.beta, self.manager)
        person.with_user(self.head).parent_id = self.beta
        self.assert_all_with(self.second, work)
        self.assertEqual(elsewhere.user_id, self.manager)

    # --- the receiver's answer ---

    def test_the_receiver_confirms_client_by_client(self):
        self.make_clients(2)
        handover = self.apply()
        activities = handover.activity_ids
        self.assertEqual(activities.user_id, self.third)
        self.assertEqual(len(activities), 1, "one activity for all clients")
        lines = handover.with_user(self.third).line_ids
        lines[0].action_confirm()
        self.assertEqual((lines[0].state, lines[0].confirmed_by_id), ("confirmed", self.third))
        self.assertTrue(lines[0].confirmed_on)
        self.assertEqual(handover.state, "applied")
        self.assertEqual(handover.activity_ids, activities)
        lines.action_confirm()
        self.assertEqual(set(lines.mapped("state")), {"confirmed"})
        self.assertEqual(handover.state, "done")
        self.assertFalse(handover.activity_ids)
        self.assert_refused(lines.action_confirm)

    def test_what_was_handed_on_before_is_not_waited_for(self):
        handover = self.apply()
        later = self.apply(owner_id=self.third.id, receiver_id=self.lead.id)
        self.assertEqual((handover.state, handover.line_ids.state), ("done", "kept"))
        self.assertFalse(handover.activity_ids)
        self.assertEqual((later.state, later.line_ids.state), ("applied", "moved"))
        self.assertEqual(later.activity_ids.user_id, self.lead)

    def test_nobody_else_confirms(self):
        handover = self.apply()
        for user in (self.lead, self.head):
            with self.subTest(user=user.name):
                self.assert_refused(handover.with_user(user).line_ids.action_confirm, "handed to you")

    def test_each_receiver_confirms_for_himself(self):
        self.make_clients(3)
        handover = self.apply(rule="equal", receiver_ids=[Command.set((self.third | self.lead).ids)])
        lines = self.env["client.handover.line"].with_user(self.third)
        lines.search([("handover_id", "=", handover.id)]).action_confirm()
        self.assertEqual(handover.activity_ids.user_id, self.lead)
        self.assertEqual(handover.state, "applied")
        handover.line_ids.filtered("is_mine").action_confirm()
        self.assertEqual(handover.state, "done")

    def test_the_receiver_reports_a_problem(self):
        handover = self.apply()
        line = handover.line_ids.with_user(self.third)
        context = line.action_report()["context"]
        wizard = self.env["client.handover.report"].with_user(self.third).with_context(**context)
        wizard.create({"comment": "Nobody answers the phone"}).action_report()
        self.assertEqual((line.state, line.comment), ("reported", "Nobody answers the phone"))
        asked = handover.activity_ids.filtered(lambda activity: activity.user_id == self.lead)
        self.assertIn("Nobody answers the phone", asked.note)
        line.action_confirm()
        self.assertEqual(handover.state, "done")

    # --- undo ---

    def test_undo_puts_back_what_nobody_changed(self):
        changed, again, deleted = self.make_clients(3)
        order = self.make_order(self.anna, state="draft")
        order.user_id = self.manager
        activity = self.make_activity(self.alpha, self.manager)
        handover = self.apply()
        changed.user_id = self.lead
        self.apply(source="domain", domain=f"[('id', '=', {again.id})]", receiver_id=self.lead.id)
        self.apply(source="domain", domain=f"[('id', '=', {again.id})]", receiver_id=self.third.id)
        deleted.unlink()
        handover.action_undo()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(handover.state, "undone")
        self.assertEqual((self.alpha | self.anna).client_owner_id, self.manager)
        self.assertEqual(self.alpha.user_id, self.manager)
        self.assertEqual(order.user_id, self.manager)
        self.assertEqual(activity.user_id, self.manager)
        self.assertEqual(changed.client_owner_id, self.lead)
        self.assertEqual(again.client_owner_id, self.third)
        self.assertEqual((handover.undone_count, handover.kept_count), (1, 3))
        self.assertFalse(handover.activity_ids)
        self.assertFalse(self.alpha.with_user(self.third).search([("id", "=", self.alpha.id)]))
        self.assert_refused(handover.action_undo)

    def test_a_handover_can_be_undone_once_the_later_one_is(self):
        for confirmed in (False, True):
            handover = self.apply()
            if confirmed:
                handover.line_ids.with_user(self.third).action_confirm()
            later = self.apply(owner_id=self.third.id, receiver_id=self.lead.id)
            later.action_undo()
            handover.action_undo()
            with self.subTest(confirmed=confirmed):
                self.assertEqual((self.alpha.client_owner_id, handover.line_ids.state), (self.manager, "undone"))

    def test_who_has_a_client_again_is_asked_again_to_confirm_it(self):
        waiting, reported = self.make_clients(2)
        handover = self.apply()
        line = handover.line_ids.filtered(lambda line: line.partner_id == reported)
        line.with_user(self.third)._report("Nobody answers the phone")
        later = self.apply(owner_id=self.third.id, receiver_id=self.lead.id)
        self.assertEqual(handover.state, "done")
        later.action_undo()
        states = {line.partner_id: line.state for line in handover.line_ids}
        self.assertEqual(states, {self.alpha: "moved", waiting: "moved", reported: "reported"})
        self.assertEqual(handover.state, "applied")
        activity = handover.activity_ids.filtered(lambda activity: activity.user_id == self.third)
        self.assertEqual(activity.summary, "Confirm the clients handed to you: 3")
        handover.line_ids.with_user(self.third).action_confirm()
        self.assertEqual(handover.state, "done")

    def test_nobody_is_asked_again_about_what_went_on_before(self):
        first = self.apply()
        second = self.apply(owner_id=self.third.id, receiver_id=self.lead.id)
        third = self.apply(owner_id=self.lead.id, receiver_id=self.manager.id)
        third.action_undo()
        self.assertEqual([handover.line_ids.state for handover in (first, second)], ["kept", "moved"])
        self.assertEqual(second.activity_ids.user_id, self.lead)
        self.assertFalse(first.activity_ids)

    def test_undo_gives_back_to_nobody_what_was_nobodys(self):
        handover = self.apply(self.head, source="domain", domain=f"[('id', '=', {self.free.id})]")
        begun = self.env["client.interaction"].create({"partner_id": self.free.id, "user_id": self.third.id})
        order = self.make_order(self.free, state="draft", user_id=self.third.id)
        handover.action_undo()
        self.assertFalse(self.free.user_id)
        self.assertFalse(order.user_id)
        self.assertEqual(begun.user_id, self.third, "somebody had the contact")

    def test_undo_gives_back_what_others_had_with_nobodys_client(self):
        activity, on_quotation, quotation, begun, invoice = self.release()
        quotation.message_subscribe(self.manager.partner_id.ids)
        given_on = self.make_activity(self.alpha, self.manager)
        handover = self.apply(source="domain", domain=f"[('id', '=', {self.alpha.id})]")
        given_on.user_id = self.head
        self.assertEqual(invoice.invoice_user_id, self.third)
        own = self.make_activity(self.alpha, self.third)
        handover.action_undo()
        self.env.invalidate_all()
        self.assertFalse(self.alpha.client_owner_id)
        self.assertEqual((activity | on_quotation).user_id, self.manager)
        self.assertEqual((quotation.user_id, begun.user_id, invoice.user_id), (self.manager,) * 3)
        self.assertEqual((given_on.user_id, own.user_id), (self.head, self.env["res.users"]))
        followers = quotation.message_partner_ids
        self.assertEqual(followers & (self.manager | self.third).partner_id, self.manager.partner_id)

    def test_undo_leaves_what_others_had_where_they_are_archived_or_the_client_moved_on(self):
        work = self.release()
        handover = self.apply(source="domain", domain=f"[('id', '=', {self.alpha.id})]")
        self.alpha.with_user(self.lead).user_id = self.lead
        self.env.invalidate_all()
        handover.action_undo()
        self.assert_all_with(self.lead, work)
        self.alpha.with_user(self.lead).user_id = False
        kept = self.make_work(self.free, self.free, self.third)[-1]
        handover = self.apply(source="domain", domain=f"[('id', '=', {self.free.id})]", receiver_id=self.manager.id)
        self.third.active = False
        handover.action_undo()
        self.assertEqual(kept.user_id, self.manager)

    def test_undo_gives_nothing_to_who_is_archived(self):
        handover = self.apply()
        self.manager.active = False
        handover.action_undo()
        self.assertEqual(self.alpha.client_owner_id, self.third)
        self.assertEqual(handover.kept_count, 1)

    def test_undo_puts_other_activities_back(self):
        open_one, given_on, done, absent = (self.make_activity(self.beta, self.manager) for _number in range(4))
        self.env.flush_all()
        self.env.cr.execute("UPDATE mail_activity SET client_for_id = %s WHERE id = %s", [self.second.id, absent.id])
        self.env.invalidate_all()
        handover = self.apply(self.head, other_receiver_id=self.head.id)
        own = self.make_activity(self.beta, self.head)
        self.assertEqual((open_one | given_on | done | absent).user_id, self.head)
        given_on.user_id = self.third
        done.with_user(self.head).action_feedback("Done")
        handover.action_undo()
        self.assertEqual((open_one | absent).user_id, self.manager)
        self.assertEqual(absent.client_for_id, self.second)
        self.assertEqual((given_on.user_id, own.user_id), (self.third, self.head))
        self.assertFalse(done.active)

    def test_undo_leaves_other_activities_where_the_giver_is_archived(self):
        activity = self.make_activity(self.beta, self.manager)
        handover = self.apply(self.head, other_receiver_id=self.head.id)
        self.manager.active = False
        handover.action_undo()
        self.assertEqual(activity.user_id, self.head)

    def test_nobody_says_which_activities_an_undo_gives_back(self):
        activity = self.make_activity(self.beta, self.second)
        values = {"owner_id": self.manager.id, "other_activity_ids": [Command.set(activity.ids)]}
        with self.assertRaises(AccessError):
            self.env["client.handover"].with_user(self.lead).create(values)

    # --- whoever leaves ---

    def test_nobody_leaves_with_clients(self):
        leaver = self.manager.with_user(self.head)
        for leave in (leaver.action_archive, lambda: leaver.write({"active": False}), leaver.unlink):
            with self.assertRaises(RedirectWarning) as caught:
                leave()
        message, action = caught.exception.args[:2]
        self.assertIn("1 clients", message)
        defaults = {name.removeprefix("default_"): value for name, value in action["context"].items()}
        self.assertEqual(defaults["owner_id"], self.manager.id)
        handover = self.env["client.handover"].with_user(self.head).create({**defaults, "receiver_id": self.third.id})
        handover.action_preview()
        handover.action_apply()
        leaver.action_archive()
        self.assertFalse(self.manager.active)

    def test_nobody_with_clients_loses_the_level(self):
        leaver, own = self.manager.with_user(self.head), self.env.ref("sales_team.group_sale_salesman")
        partner_manager = self.env.ref("base.group_partner_manager")
        for lose in (
            lambda: leaver.write({"group_ids": [Command.unlink(own.id)]}),
            lambda: leaver.write({"group_ids": [Command.set(self.env.ref("base.group_portal").ids)]}),
            lambda: leaver.write({"group_ids": [Command.set(self.env.ref("client_base.group_client_operator").ids)]}),
            lambda: own.with_user(self.head).write({"user_ids": [Command.unlink(leaver.id)]}),
        ):
            with self.assertRaisesRegex(RedirectWarning, "Manager still has: 1 clients"), self.env.cr.savepoint():
                lose()
            self.env.registry.clear_cache()  # as when a request fails
        leaver.group_ids = own + self.env.ref("client_base.group_client_team") - partner_manager
        self.assertTrue(leaver.has_group("client_base.group_client_own"), "another level is a level")
        self.apply(self.head)
        leaver.group_ids = self.env.ref("base.group_user")
        self.assertFalse(leaver.has_group("client_base.group_client_own"))
        self.alpha.user_id = self.stranger
        self.stranger.with_user(self.head).group_ids += partner_manager

    def test_nobody_leaves_a_company_of_ours_with_its_clients(self):
        company = self.env["res.company"].create({"name": "Our Company"})
        (self.manager | self.third | self.head).company_ids += company
        archived = self.make_client("Alpha Old", self.manager, active=False, company_id=company.id)
        leaver = self.manager.with_user(self.head)
        with self.assertRaises(RedirectWarning) as caught, self.env.cr.savepoint():
            leaver.company_ids -= company
        message, action = caught.exception.args[:2]
        self.assertIn("Manager still has: 1 clients of Our Company", message)
        defaults = {name.removeprefix("default_"): value for name, value in action["context"].items()}
        handover = self.env["client.handover"].with_user(self.head).with_company(company)
        handover = handover.create({**defaults, "receiver_id": self.third.id})
        handover.action_preview()
        handover.action_apply()
        self.assertEqual((archived.client_owner_id, self.alpha.client_owner_id), (self.third, self.manager))
        leaver.company_ids -= company
        self.assertNotIn(company, self.manager.company_ids)

    def test_nobody_leaves_with_open_activities(self):
        self.alpha.user_id = self.third
        activity = self.make_activity(self.beta, self.manager)
        leaver = self.manager.with_user(self.head)
        with self.assertRaises(RedirectWarning):
            leaver.action_archive()
        handover = self.plan(self.head, other_receiver_id=self.head.id)
        self.assertEqual(handover.other_activity_count, 1)
        handover.action_apply()
        self.assertEqual(handover.state, "done")
        self.assertEqual(activity.user_id, self.head)
        leaver.action_archive()
        self.assertTrue(activity.exists())

    def leave_with_documents(self):
        """Return open documents of the lead with a member's client, with nobody's and with one of our own."""
        leader = {"user_id": self.lead.id}
        documents = [self.make_order(client, state="draft", **leader) for client in (self.anna, self.free)]
        documents.append(self.make_invoice(self.third.partner_id, invoice_user_id=self.lead.id))
        self.team.user_id = self.head
        self.lead.group_ids += self.env.ref("client_base.group_client_all")
        leaver = self.lead.with_user(self.head)
        with self.assertRaisesRegex(RedirectWarning, "3 open documents"), self.env.cr.savepoint():
            leaver.action_archive()
        return leaver, documents

    def test_nobody_leaves_with_open_documents_of_others_clients(self):
        leaver, (members, nobodys, ours) = self.leave_with_documents()
        handover = self.apply(self.head, owner_id=self.lead.id, other_receiver_id=self.head.id)
        self.assertEqual((members.user_id, nobodys.user_id), (self.manager, self.head))
        self.assertEqual((ours.invoice_user_id, handover.state), (self.head, "done"))
        leaver.action_archive()
        self.assertFalse(self.lead.active)

    def test_documents_stay_where_nobody_sees_the_client(self):
        _leaver, (members, nobodys, _ours) = self.leave_with_documents()
        self.apply(self.head, owner_id=self.lead.id, other_receiver_id=self.third.id)
        self.assertEqual((members.user_id, nobodys.user_id), (self.manager, self.lead))

    def test_undo_puts_other_documents_back(self):
        self.make_client("Leader's Own", self.lead)
        _leaver, (members, nobodys, ours) = self.leave_with_documents()
        receivers = self.make_order(self.free, state="draft", user_id=self.head.id)
        handover = self.apply(self.head, owner_id=self.lead.id, other_receiver_id=self.head.id)
        ours.invoice_user_id = self.third
        handover.action_undo()
        self.env.invalidate_all()
        self.assertEqual((members.user_id, nobodys.user_id), (self.lead, self.lead))
        self.assertEqual((ours.invoice_user_id, receivers.user_id), (self.third, self.head))

    def test_nobody_leaves_a_team_without_a_leader(self):
        leaver = self.lead.with_user(self.head)
        with self.assertRaisesRegex(RedirectWarning, "Lead leads North"), self.env.cr.savepoint():
            leaver.action_archive()
        self.team.user_id = self.head
        leaver.action_archive()
        self.assertFalse(self.lead.active)

    def test_who_leaves_leaves_all_companies(self):
        company = self.env["res.company"].create({"name": "Our Company"})
        for user in (self.manager, self.third, self.head):
            user.company_ids += company
        self.alpha.company_id = company
        ticked = self.head.company_id
        handover = self.env["client.handover"].with_user(self.head).with_context(allowed_company_ids=ticked.ids)
        handover = handover.create({"owner_id": self.manager.id, "receiver_id": self.third.id})
        handover.action_preview()
        handover.action_apply()
        self.assertEqual(self.alpha.client_owner_id, self.third)

    def test_a_handover_of_nothing_says_so(self):
        handover = self.plan(owner_id=self.second.id)
        self.assert_refused(handover.action_apply, "you see no such client")

    def test_who_has_nothing_leaves_freely(self):
        portal = new_test_user(self.env, login="portal_leaver", groups="base.group_portal")
        for user in (self.stranger, portal):
            user.with_user(self.head).action_archive()
            self.assertFalse(user.active)

    def test_the_system_itself_is_not_stopped(self):
        self.manager.active = False
        self.assertFalse(self.manager.active)

    # --- how long it takes ---

    def make_clients(self, count):
        return self.env["res.partner"].create(
            [{"name": f"Client {number}", "is_company": True, "user_id": self.manager.id} for number in range(count)]
        )

    def count_queries(self, clients):
        for client in clients:
            self.make_contact(client, "Person")
            self.make_activity(client, self.manager)
            self.make_order(client, state="draft").user_id = self.manager
        handover = self.plan(source="domain", domain=str([("id", "in", clients.ids)]))
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        handover.action_apply()
        self.env.flush_all()
        self.assertEqual(handover.moved_count, len(clients))
        return self.env.cr.sql_log_count - before

    def count_queries_on_cards(self, clients, owner):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        clients.user_id = owner
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_on_cards_neither(self):
        costs = []
        for count in (2, 10, 100):
            clients = self.make_clients(count)
            for client in clients:
                self.make_activity(client, self.manager)
            given = self.count_queries_on_cards(clients, self.third)
            clients.user_id = False
            costs.append(given - self.count_queries_on_cards(clients, self.lead))
        self.assertLessEqual(costs[2], costs[1] + 10, costs)

    def test_to_take_a_client_that_nobody_works_costs_little(self):
        """One statement for its contacts, and one for who else has anything to do with it."""
        clients = [self.make_client(f"Free {number}") for number in range(3)]
        for client in clients:
            client.message_subscribe(self.third.partner_id.ids)
        self.count_queries_on_cards(clients[0], self.third)  # warms the caches up
        with patch.object(self.env.registry["res.partner"], "_take_along_from_others", lambda self: None):
            alone = self.count_queries_on_cards(clients[1], self.third)
        self.assertLessEqual(self.count_queries_on_cards(clients[2], self.third), alone + 2)

    def test_queries_do_not_grow_with_the_clients(self):
        self.count_queries(self.make_clients(2))  # warms the caches up
        few, many = (self.count_queries(self.make_clients(count)) for count in (10, 100))
        self.assertLessEqual(many, few + 10)
