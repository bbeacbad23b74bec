from odoo import fields, models
from odoo.tools.misc import format_date

# So many of each kind are shown: the register and the documents have the rest.
EVENTS = 40


class ResPartner(models.Model):
    """A client's total business experience as one time line, for whoever takes it over."""

    _inherit = "res.partner"

    def _get_panel_history(self):
        """Return ``{"rows", "kinds"}``: what happened, the latest first.

        A row is ``{"kind", "date", "icon", "name", "title", "who", "text", "next", "model", "id"}``;
        addons add theirs in :meth:`_get_history_sources`.
        """
        self.ensure_one()
        sources = self._get_history_sources()
        rows = [
            {**row, "kind": kind, "icon": icon, "name": name}
            for kind, (name, icon, get_rows) in sources.items()
            for row in get_rows()
        ]
        rows.sort(key=lambda row: row["date"], reverse=True)
        present = {row["kind"] for row in rows}
        return {
            "rows": rows[: 3 * EVENTS],
            "kinds": [(kind, name) for kind, (name, _icon, _get_rows) in sources.items() if kind in present],
        }

    def _get_history_sources(self):
        """Return where the time line comes from: ``{kind: (name, icon, function that returns rows)}``."""
        return {
            "contact": (self.env._("Contacts"), "fa-phone", self._get_history_contacts),
            "order": (self.env._("Orders"), "fa-shopping-cart", self._get_history_orders),
            "invoice": (self.env._("Invoices"), "fa-file-text-o", self._get_history_invoices),
            "owner": (self.env._("Managers"), "fa-exchange", self._get_history_owners),
            "person": (self.env._("People"), "fa-users", self._get_history_people),
            "score": (self.env._("Scores"), "fa-star-o", self._get_history_scores),
        }

    def _get_local_day(self, moment):
        """Return the day that ``moment`` falls on where the reader is."""
        return fields.Datetime.context_timestamp(self, moment).date()

    def _get_history_contacts(self):
        contacts = self.env["client.interaction"].search([("partner_id", "=", self.id)], limit=EVENTS)
        kinds = contacts._get_selection_words("kind")
        seen = contacts.person_id._filtered_access("read")
        rows = []
        for contact in contacts:
            person = contact.person_id
            details = [
                kinds[contact.kind],
                # sudo: of a person who left for another manager's client it says that, and no more
                person.name if person in seen else person.sudo().display_name,
                contact.user_id.sudo().name,  # sudo: a colleague's name
            ]
            next_text = contact.next_date and self.env._("next: %s", format_date(self.env, contact.next_date))
            rows.append(
                {
                    "date": self._get_local_day(contact.date),
                    "title": contact.subject or contact.result_id.name or kinds[contact.kind],
                    "who": ", ".join(filter(None, details)),
                    "text": "\n".join(filter(None, [contact.comment, contact.result_id.name])),
                    "next": next_text or contact.no_next_reason,
                    "model": contact._name,
                    "id": contact.id,
                }
            )
        return rows

    def _get_history_orders(self):
        orders = self.env["sale.order"]
        if not orders.has_access("read"):
            return []
        domain = [("partner_id.commercial_partner_id", "=", self.id), ("state", "in", ("sale", "cancel"))]
        states = orders._get_selection_words("state")
        return [
            {
                "date": self._get_local_day(order.date_order),
                "title": order.name,
                "who": f"{states[order.state]}, {order.currency_id.format(order.amount_total)}",
                "model": order._name,
                "id": order.id,
            }
            for order in orders.search(domain, order="date_order DESC", limit=EVENTS)
        ]

    def _get_history_invoices(self):
        moves = self.env["account.move"]
        if not moves.has_access("read"):
            return []
        domain = [
            ("commercial_partner_id", "=", self.id),
            ("state", "=", "posted"),
            ("move_type", "in", ("out_invoice", "out_refund")),
        ]
        return [
            {
                "date": move.invoice_date or move.date,
                "title": move.name,
                "who": move.currency_id.format(move.amount_total_in_currency_signed),
                "model": move._name,
                "id": move.id,
            }
            for move in moves.search(domain, order="date DESC, id DESC", limit=EVENTS)
        ]

    def _get_history_owners(self):
        lines = self.env["client.handover.line"]
        if not lines.has_access("read"):
            return []
        # sudo: who sees a client sees its history, and names of colleagues are no secret
        found = lines.sudo().search([("partner_id", "=", self.id), ("moved_on", "!=", False)], limit=EVENTS)
        return [
            {
                "date": self._get_local_day(line.moved_on),
                "title": f"{line.old_owner_id.name or '–'} → {line.new_owner_id.name or '–'}",
                "who": line.handover_id.name,
            }
            for line in found
        ]

    def _get_history_people(self):
        rows = []
        for member in self.client_member_ids:
            values = {"title": member.display_name, "model": member._name, "id": member.id}
            rows.append({**values, "date": member.date_from, "text": self.env._("decides since then")})
            if member.date_to:
                rows.append({**values, "date": member.date_to, "text": self.env._("decides no more")})
        return rows

    def _get_history_scores(self):
        scores = self.env["client.score"].search([("partner_id", "=", self.id)], limit=EVENTS)
        return [
            {
                "date": score.date,
                "title": score.display_name,
                "who": score.user_id.sudo().name,  # sudo: a colleague's name
                "text": score.note,
            }
            for score in scores
        ]
