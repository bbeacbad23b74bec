from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

LONGEST = relativedelta(years=10)


class ClientSegmentDecide(models.TransientModel):
    """A person's decision about clients: VIP, key account, dead, or back to the rules."""

    _name = "client.segment.decide"
    _description = "Decide on the Segment"

    partner_ids = fields.Many2many("res.partner", string="Clients", required=True)
    grade = fields.Selection(
        [
            ("vip", "VIP"),
            ("key", "Key account"),
            ("dead", "Dead"),
            ("none", "No decision: place by orders"),
        ],
        string="Decision",
        required=True,
        default=lambda self: "vip" if self.env.user.has_group("client_base.group_client_team") else "dead",
    )
    reason = fields.Char(required=True, help="It stands on the card and in the client's history.")
    until = fields.Date(
        string="Review by",
        default=lambda self: fields.Date.context_today(self) + relativedelta(years=1),
        help="A VIP is named for a term; after it the card asks for a review.",
    )
    revivable = fields.Selection([("yes", "Revivable"), ("no", "Not revivable")], string="Revivable?")

    @api.model
    def default_get(self, fields):
        # Refused now, rather than when the form is filled in.
        clients = self.env["res.partner"].browse(self.env.context.get("default_partner_ids")).commercial_partner_id
        if not clients.has_access("write"):
            raise AccessError(self.env._("You may look at these clients, but not decide on them: ask their manager."))
        return super().default_get(fields)

    def action_apply(self):
        """Write the decision on the clients; their segments follow at once."""
        self.ensure_one()
        self._check_complete()
        clients = self.partner_ids.commercial_partner_id.with_context(client_decided=True)
        clients.write(
            {
                "client_grade": self.grade if self.grade != "none" else False,
                "client_grade_date": fields.Date.context_today(self) if self.grade != "none" else False,
                "client_grade_at": fields.Datetime.now() if self.grade != "none" else False,
                "client_grade_until": self.until if self.grade in ("vip", "dead") else False,
                "client_grade_reason": self.reason,
                "client_grade_user_id": self.env.uid,
                "client_revivable": self.revivable if self.grade == "dead" else False,
            }
        )
        return {"type": "ir.actions.act_window_close"}

    def _check_complete(self):
        if not self.reason.strip():
            raise UserError(self.env._("Say why: the reason stands on the card and in the client's history."))
        if self.grade == "dead" and not self.revivable:
            raise UserError(self.env._("Say whether the client can be revived."))
        if self.grade == "dead" and self.revivable == "yes" and not self.until:
            raise UserError(self.env._("Choose when somebody looks again at a client that can be revived."))
        today = fields.Date.context_today(self)
        if self.grade == "vip" and (not self.until or self.until <= today):
            raise UserError(self.env._("A VIP is named for a term: choose a review date in the future."))
        if self.grade == "dead":
            self._check_no_order_to_come()
        if self.grade in ("vip", "dead") and self.until and not today < self.until <= today + LONGEST:
            raise UserError(self.env._("Choose a review date in the future, in at most ten years."))

    def _check_no_order_to_come(self):
        """Raise UserError where a client has ordered for a day to come: it would be alive again on that."""
        # sudo: who declares a client dead may not see what other companies sell to it
        standings = self.env["client.standing"].sudo()
        to_come = standings.search(
            [("partner_id", "in", self.partner_ids.commercial_partner_id.ids), ("last_on", ">", fields.Date.today())],
            limit=1,
        )
        if to_come:
            raise UserError(
                self.env._(
                    "%(client)s has an order of %(day)s: cancel it first, or declare the client dead after that day.",
                    client=to_come.partner_id.display_name,
                    day=format_date(self.env, to_come.last_on),
                )
            )
