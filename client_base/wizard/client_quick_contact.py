import re

from odoo import api, fields, models
from odoo.exceptions import UserError

DIGITS = 3


class ClientQuickContact(models.TransientModel):
    """A call that was missed, in two fields: who, by any part of name or number, and what about.

    Who is not known becomes a new contact, so that the call is not lost.
    """

    _name = "client.quick.contact"
    _description = "Quick Entry of a Call"

    caller = fields.Char(string="Who")
    partner_id = fields.Many2one("res.partner", string="That Is", domain="[('id', 'in', found_ids)]")
    found_ids = fields.Many2many("res.partner", compute="_compute_found_ids")
    comment = fields.Char(string="What About")

    @api.depends("caller")
    def _compute_found_ids(self):
        for contact in self:
            contact.found_ids = contact._find_callers()

    @api.onchange("caller")
    def _onchange_caller(self):
        found = self._find_callers()
        self.partner_id = found if len(found) == 1 else False

    def _find_callers(self, limit=20):
        """Return the partners whom the text means: any part of the number, else of the name."""
        partners = self.env["res.partner"]
        text = (self.caller or "").strip()
        digits = re.sub(r"\D", "", text)
        if len(digits) >= DIGITS and not re.search(r"[^\W\d_]", text):
            return partners._search_by_digits(digits, limit)
        return (
            partners.search([("display_name", "ilike", text), ("client_open", "=", False)], limit=limit)
            if text
            else partners
        )

    def action_save(self):
        """Enter the call; the next step is to call back."""
        self.ensure_one()
        partner = self.partner_id or self._make_unknown()
        client = partner.commercial_partner_id
        self.env["client.interaction"].create(
            {
                "partner_id": client.id,
                "person_id": partner.id if partner != client else False,
                "kind": "call_in",
                "comment": self.comment or self.env._("Missed call"),
                "subject": self.comment or self.env._("Call back"),
                "result_id": self.env.ref("client_base.result_missed").id,
                "next_date": fields.Date.context_today(self),
                "next_kind": "call_out",
                "state": "done",
            }
        )
        return {"type": "ir.actions.act_window_close"}

    def _make_unknown(self):
        text = (self.caller or "").strip()
        if not text:
            raise UserError(self.env._("Say who called: a name or a number."))
        is_number = not re.search(r"[^\W\d_]", text)
        name = self.env._("Unknown caller %s", text) if is_number else text
        return self.env["res.partner"].create({"name": name, "phone": text if is_number else False, "is_company": True})
