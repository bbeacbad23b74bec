from odoo import fields, models
from odoo.exceptions import AccessError


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
        self._check_not_given_away(vals["user_id"])
        handover = self._begin_handover(vals["user_id"])
        # sudo: whether somebody had it is noted by itself
        released = self.sudo().filtered("client_owner_id") if not vals["user_id"] else self.browse()
        result = super().write(vals)
        released.filtered(lambda partner: not partner.client_owner_id).client_released = True
        handover._finish_on_card()
        return result

    def _begin_handover(self, owner_id):
        """Return the handover of those of these clients that the user ``owner_id`` takes over from somebody."""
        # sudo: who may change the salesperson need not make handovers, nor read what goes along
        taken = self.sudo().filtered(
            lambda partner: (
                owner_id
                and partner.user_id.id not in (False, owner_id)
                and partner.commercial_partner_id == partner
                and not partner.client_open
            )
        )
        return self.env["client.handover"].sudo()._begin_on_card(taken, owner_id)

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
