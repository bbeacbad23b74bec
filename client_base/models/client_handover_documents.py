from odoo import fields, models
from odoo.fields import Domain


class ClientHandover(models.Model):
    """Open documents of somebody who leaves with clients of others, or of nobody: they go with no planned client."""

    _inherit = "client.handover"

    other_documents = fields.Json(
        string="Other Documents Handed Over",
        readonly=True,
        copy=False,
        groups="base.group_system",  # as of the other activities
        help="With which partners, from whom to whom, and the ids by model.",
    )

    def _get_documents_left(self):
        """Return the giver's open documents with clients: ``[(documents, field of the client), …]``."""
        return [
            (
                model.search(Domain(user_field, "=", self.owner_id.id) & Domain(partner_field, "!=", False) & is_open),
                partner_field,
            )
            for model, user_field, partner_field, is_open in self._get_handover_documents()
        ]

    def _move_other_documents(self):
        """Give what is left of the giver's open documents to those who see the clients; return how many."""
        if self.source != "owner" or not self.other_receiver_id:
            return 0
        partners = self.env["res.partner"].union(
            *(documents.mapped(partner_field) for documents, partner_field in self._get_documents_left())
        )
        receivers = {partner: self._get_other_receiver(partner) for partner in partners}
        rows = [(partner.id, self.owner_id.id, user.id) for partner, user in receivers.items() if user]
        moved = self._move_documents_of(rows)
        self.other_documents = {"rows": rows, "ids": moved}
        return sum(len(ids) for ids in moved.values())

    def _get_other_receiver(self, partner):
        """Return who gets the giver's documents with somebody else's client: its manager, where that one is there.

        Otherwise whoever gets what is left, where he sees the client.
        """
        manager, other = partner.client_owner_id.filtered("active"), self.other_receiver_id
        if manager:
            return manager - self.owner_id
        return other if partner._get_salesperson(other) == other else manager

    def _return_other_documents(self):
        """Put back what is still open, and still with whoever got it, unless the giver is archived."""
        if not self.owner_id.active or not self.other_documents:
            return
        rows = [(part_id, receiver_id, giver_id) for part_id, giver_id, receiver_id in self.other_documents["rows"]]
        partners = self.env["res.partner"].browse(row[0] for row in rows).exists()
        seen = partners.filtered(lambda partner: partner._get_salesperson(self.owner_id) == self.owner_id)
        self._move_documents_of([row for row in rows if row[0] in seen.ids], self.other_documents["ids"])

    def _move_documents_of(self, rows, among=None):
        """Move the open documents of partners, and return which moved: ``{model: [ids]}``.

        :param rows: tuples of the partner's, the giver's and the receiver's id
        :param among: no others than these, in the same form
        """
        if not rows:
            return {}
        moving = self._get_moving_parts(rows)
        moved = {}
        for model, user_field, partner_field, is_open in self._get_handover_documents():
            wanted = is_open if among is None else is_open & Domain("id", "in", among.get(model._name, []))
            documents = model.browse(self._move_documents(moving, model, user_field, partner_field, wanted))
            documents.invalidate_recordset([user_field], flush=False)
            self._settle(documents, [user_field])
            moved[model._name] = documents.ids
        self._mark_days(moving)
        return moved
