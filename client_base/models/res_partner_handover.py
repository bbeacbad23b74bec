from odoo import fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL


class ResPartner(models.Model):
    """How a client changes hands: by a handover, which keeps its history."""

    _inherit = "res.partner"

    client_handover_count = fields.Integer(
        string="Handovers", compute="_compute_client_handover_count", groups="base.group_user"
    )

    def _compute_client_handover_count(self):
        lines = self.env["client.handover.line"]
        counts = dict(
            # sudo: who sees a client sees its history, so the rules on lines would only ask the same once more
            lines.sudo()._read_group(
                [("partner_id", "in", self.ids), ("moved_on", "!=", False)], ["partner_id"], ["__count"]
            )
            if lines.has_access("read")
            else ()
        )
        for partner in self:
            partner.client_handover_count = counts.get(partner._origin, 0)

    def write(self, vals):
        if "user_id" not in vals:
            return super().write(vals)
        owner_id = vals["user_id"]
        self._check_not_given_away(owner_id)
        # sudo: who may change the salesperson need not make handovers, nor read what goes along
        changing = self.sudo()._get_changing_hands(owner_id)
        owned = changing.filtered("user_id")
        if not owner_id:
            owned._release_contacts()
            result = super().write(vals)
            owned.filtered(lambda client: not client.client_owner_id).client_released = True
            return result
        handover = changing.env["client.handover"]._begin_on_card(owned, owner_id)
        result = super().write(vals)
        handover._finish_on_card()
        (changing - owned)._take_along_from_others()
        return result

    def _get_changing_hands(self, owner_id):
        """Return those of these partners that are clients of somebody else than the user ``owner_id``."""
        return self.filtered(
            lambda partner: (
                partner.user_id.id != owner_id and partner.commercial_partner_id == partner and not partner.client_open
            )
        )

    def _take_along_from_others(self):
        """Have what others have open with these clients, which were nobody's, go to their managers."""
        if self:
            parts = self.with_context(active_test=False).search([("commercial_partner_id", "in", self.ids)])
            self.env["client.handover"]._take_from_others(parts)

    def _release_contacts(self):
        """Put the contacts of these clients back with them: away from the salesperson and from who entered them.

        Otherwise one that leaves the company would be the client of who has it no more.
        """
        if not self:
            return
        self.flush_model(["client_released", "commercial_partner_id", "user_id"])
        released = self.env.execute_query(
            SQL(
                """
                UPDATE res_partner part
                   SET user_id = CASE WHEN part.user_id = client.user_id THEN NULL ELSE part.user_id END,
                       client_released = TRUE, write_uid = %(uid)s, write_date = %(now)s
                  FROM res_partner client
                 WHERE client.id = ANY(%(clients)s) AND part.commercial_partner_id = client.id
                   AND part.id != client.id
             RETURNING part.id
                """,
                clients=self.ids,
                uid=self.env.uid,
                now=self.env.cr.now(),
            )
        )
        contacts = self.browse(part_id for (part_id,) in released)
        contacts.invalidate_recordset(["client_released", "user_id", "write_uid", "write_date"], flush=False)
        contacts.modified(["client_released", "user_id"])

    def _check_not_given_away(self, owner_id):
        """Raise AccessError when a manager would give a client away past the lead."""
        if self.env.su or not self.env.user._client_owns_only():
            return
        # sudo: whether they have another owner; who may not see them is refused by the rules
        for partner in self.sudo():
            owner = partner.client_owner_id
            is_contact = partner.commercial_partner_id != partner
            # A contact says nothing of its own, but would take its salesperson along when it leaves the company.
            kept = {partner.user_id.id, owner.id, *([False] if is_contact else [])}
            if owner and (owner_id or False) not in kept:
                raise AccessError(
                    self.env._("A client passes to another manager by a handover. Ask your team lead to make one.")
                )

    def _settle_owners(self):
        """Judge the clients at once, where the ORM would do it one by one, when SQL gave them other managers."""
        # Written together with the salesperson.
        self.env.remove_to_compute(self._fields["client_owner_id"], self)
        for name in ("client_completeness", "client_missing_ids"):
            self.env.remove_to_compute(self._fields[name], self)
        self.env["client.standard"]._refresh_clients(self.ids)

    def action_open_client_handovers(self):
        """Open the history of this client's managers."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("client_base.client_handover_line_action_history")
        return {**action, "domain": [("partner_id", "=", self.commercial_partner_id.id), ("moved_on", "!=", False)]}
