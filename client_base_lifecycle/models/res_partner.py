from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

# What the rules read from the card itself; orders come through sale.order.
RULE_FIELDS = {
    *("client_agreed_on", "client_grade", "client_grade_at", "client_grade_date", "client_grade_until"),
    *("company_id", "is_company", "parent_id"),
}

# What a person decides. The grades that a lead names are a lead's to change, too.
DECISION_FIELDS = {
    "client_grade",
    "client_grade_at",
    "client_grade_date",
    "client_grade_reason",
    "client_grade_until",
    "client_grade_user_id",
    "client_revivable",
}
LEAD_GRADES = ("vip", "key")


class ResPartner(models.Model):
    """What a person decides about a client's life with us: the agreement and the grade.

    Where the client stands by that and by its purchases is in ``res_partner_standing.py``.
    """

    _inherit = "res.partner"

    client_agreed_on = fields.Date(
        string="Agreed to Cooperate",
        copy=False,
        help="A client that agreed and has not ordered yet is active.",
        prefetch="client",
        groups="base.group_user",
    )
    client_grade = fields.Selection(
        [("vip", "VIP"), ("key", "Key account"), ("dead", "Dead")],
        string="Decided Grade",
        readonly=True,
        copy=False,
        help="What a person decided; empty where the orders decide.",
        prefetch="client",
        groups="base.group_user",
    )
    client_grade_date = fields.Date(
        string="Decided on", readonly=True, copy=False, prefetch="client", groups="base.group_user"
    )
    client_grade_at = fields.Datetime(
        string="Decided at", readonly=True, copy=False, prefetch="client", groups="base.group_user"
    )
    client_grade_until = fields.Date(
        string="Review by", readonly=True, copy=False, prefetch="client", groups="base.group_user"
    )
    client_grade_reason = fields.Char(
        string="Reason of the Decision", readonly=True, copy=False, prefetch="client", groups="base.group_user"
    )
    client_grade_user_id = fields.Many2one(
        "res.users",
        string="Decided by",
        readonly=True,
        copy=False,
        prefetch="client",
        groups="base.group_user",
    )
    client_expenses = fields.Float(
        string="Other Expenses a Year",
        copy=False,
        aggregator="sum",
        help="What the client costs us in a year beside the hours: samples, travel, presents.",
        prefetch="client",
        groups="base.group_user",
    )
    client_expenses_currency_id = fields.Many2one(
        "res.currency", compute="_compute_client_expenses_currency_id", groups="base.group_user"
    )
    # Those with the current company, as where the client stands.
    client_decision_ids = fields.One2many(
        "client.decision",
        "partner_id",
        string="Decision Points",
        domain=lambda self: [("company_id", "=", self.env.company.id)],
        depends_context=("company",),
    )
    client_revivable = fields.Selection(
        [("yes", "Revivable"), ("no", "Not revivable")],
        string="Revivable?",
        readonly=True,
        copy=False,
        prefetch="client",
        groups="base.group_user",
    )

    client_decidable = fields.Boolean(
        string="May Be Decided On", compute="_compute_client_decidable", groups="base.group_user"
    )

    @api.depends_context("uid")
    def _compute_client_decidable(self):
        """Tell whether the user may decide on the client: who may only look at it does not."""
        changeable = self._filtered_access("write")
        for partner in self:
            partner.client_decidable = partner in changeable

    @api.constrains("client_grade", "client_grade_date")
    def _check_client_grade_date(self):
        if self.filtered(lambda partner: partner.client_grade and not partner.client_grade_date):
            raise ValidationError(self.env._("A decided grade needs the date of the decision."))

    @api.depends("company_id")
    def _compute_client_expenses_currency_id(self):
        for partner in self:
            partner.client_expenses_currency_id = self._get_expenses_currency(partner.company_id)

    @api.model
    def _get_expenses_currency(self, company):
        """Return the currency that the expenses of the clients of ``company`` are in: of none, our first one's."""
        # sudo: which currency a company has is no secret
        return (company or self.env.ref("base.main_company")).sudo().currency_id

    @api.constrains("client_expenses")
    def _check_client_expenses(self):
        if self.filtered(lambda partner: partner.client_expenses < 0):
            raise ValidationError(
                self.env._("Other expenses are what the client costs: enter zero or an amount above zero.")
            )

    @api.model_create_multi
    def create(self, vals_list):
        defaults = self.default_get(list(DECISION_FIELDS))
        for vals in vals_list:
            self._check_decision_values({**defaults, **vals})
        partners = super().create(vals_list)
        clients = partners.filtered(lambda partner: partner == partner.commercial_partner_id)
        if clients:
            self.env["client.lifecycle"]._refresh(clients)
        return partners

    def write(self, vals):
        self._check_decision_values(vals)
        lifecycle = self.env["client.lifecycle"]
        if RULE_FIELDS & vals.keys():
            # What an order just did came before this, and stands so in the history.
            lifecycle._refresh_waiting()
        before = self.commercial_partner_id if {"is_company", "parent_id"} & vals.keys() else self.browse()
        result = super().write(vals)
        if RULE_FIELDS & vals.keys():
            lifecycle._refresh((before | self).exists())
        return result

    def _check_decision_values(self, vals):
        """Raise AccessError where ``vals`` hold a decision that is not the user's, whatever way they came."""
        if self.env.su:
            return
        named = vals.get("client_grade") in LEAD_GRADES or (
            DECISION_FIELDS & vals.keys() and self.filtered(lambda partner: partner.client_grade in LEAD_GRADES)
        )
        if named and not self.env.user.has_group("client_base.group_client_team"):
            raise AccessError(self.env._("VIPs and key accounts are named by a team lead. Ask yours."))

    def _get_card_tiles(self):
        owner, *others = super()._get_card_tiles()
        return [owner, self._get_tile_segment(), *others]

    def _get_tile_segment(self):
        tones = {"life": "good", "leaving": "bad"}
        return {
            "title": self.env._("Segment"),
            "text": self.client_segment_id.name or self.env._("Not computed yet"),
            "detail": self.client_segment_reason or "",
            "tone": tones.get(self.client_segment_zone, ""),
            "call": "action_open_segment_moves",
        }

    def action_decide_segment(self):
        """Ask what is decided about these clients."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Decide on the Segment"),
            "res_model": "client.segment.decide",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_partner_ids": self.ids},
        }

    def action_open_segment_moves(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("client_base_lifecycle.client_segment_move_action")
        ours = [("partner_id", "=", self.id), ("company_id", "=", self.env.company.id)]
        return {**action, "domain": ours, "context": {}}

    def action_find_successors(self):
        self.ensure_one()
        return self._open_successors()

    def _open_successors(self, decision=None):
        """Show who could take this client's place."""
        successors = self.env["client.successor"]._propose(self, decision)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("In Place of %s", self.display_name),
            "res_model": "client.successor",
            "views": [(False, "list")],
            "domain": [("id", "in", successors.ids)],
            "target": "new",
        }

    def action_open_decision(self):
        """Show the open decision point of this client, or a new one."""
        self.ensure_one()
        client = self.commercial_partner_id
        decision = self.env["client.decision"].search(
            [("partner_id", "=", client.id), ("state", "!=", "done"), ("company_id", "=", self.env.company.id)], limit=1
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Decision Point"),
            "res_model": "client.decision",
            "res_id": decision.id,
            "views": [(False, "form")],
            "context": {"default_partner_id": client.id},
        }
