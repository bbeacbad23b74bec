from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

# What the rules read from the card itself; orders come through sale.order.
RULE_FIELDS = {"client_agreed_on", "client_grade", "client_grade_date", "client_grade_until", "is_company", "parent_id"}

# What the engine alone writes.
ENGINE_FIELDS = {
    "client_first_order",
    "client_last_order",
    "client_order_count",
    "client_segment_evidence",
    "client_segment_id",
    "client_segment_rule",
    "client_segment_since",
    "client_turnover",
}

# What a person decides. The grades that a lead names are a lead's to change, too.
DECISION_FIELDS = {
    "client_grade",
    "client_grade_date",
    "client_grade_reason",
    "client_grade_until",
    "client_grade_user_id",
    "client_revivable",
}
LEAD_GRADES = ("vip", "key")


class ResPartner(models.Model):
    """Where a client stands in its life with us.

    Segment and purchases are written by ``client.lifecycle`` only; what a person decides is in
    the ``client_grade`` fields.
    """

    _inherit = "res.partner"

    client_segment_id = fields.Many2one(
        "client.segment", string="Segment", readonly=True, index="btree_not_null", ondelete="restrict", copy=False
    )
    client_segment_zone = fields.Selection(related="client_segment_id.zone")
    client_segment_rule = fields.Char(string="Segment Rule", readonly=True, copy=False)
    client_segment_evidence = fields.Json(string="Segment Evidence", readonly=True, copy=False)
    client_segment_since = fields.Date(string="In Segment Since", readonly=True, copy=False)
    client_segment_reason = fields.Text(string="Why This Segment", compute="_compute_client_segment_reason")
    client_segment_move_ids = fields.One2many("client.segment.move", "partner_id", string="Segment History")

    client_agreed_on = fields.Date(
        string="Agreed to Cooperate", copy=False, help="A client that agreed and has not ordered yet is active."
    )
    client_grade = fields.Selection(
        [("vip", "VIP"), ("key", "Key account"), ("dead", "Dead")],
        string="Decided Grade",
        readonly=True,
        copy=False,
        help="What a person decided; empty where the orders decide.",
    )
    client_grade_date = fields.Date(string="Decided on", readonly=True, copy=False)
    client_grade_until = fields.Date(string="Review by", readonly=True, copy=False)
    client_grade_reason = fields.Char(string="Reason of the Decision", readonly=True, copy=False)
    client_grade_user_id = fields.Many2one("res.users", string="Decided by", readonly=True, copy=False)
    client_revivable = fields.Selection(
        [("yes", "Revivable"), ("no", "Not revivable")], string="Revivable?", readonly=True, copy=False
    )

    client_order_count = fields.Integer(string="Confirmed Orders", readonly=True, copy=False)
    # No Monetary: the currency is computed, as all is in the company's, and Odoo sums up no amounts in such.
    client_turnover = fields.Float(string="Turnover", digits=(16, 2), readonly=True, copy=False)
    client_first_order = fields.Date(string="First Order", readonly=True, copy=False)
    client_last_order = fields.Date(string="Last Order", readonly=True, copy=False)

    @api.depends("client_segment_rule", "client_segment_evidence", "client_grade_reason")
    @api.depends_context("lang")
    def _compute_client_segment_reason(self):
        lifecycle = self.env["client.lifecycle"]
        decided = {"chosen_key", "declared_dead", "named_vip", "vip_review_due"}
        for partner in self:
            rule = partner.client_segment_rule
            comment = partner.client_grade_reason if rule in decided else None
            partner.client_segment_reason = lifecycle._get_reason(rule, partner.client_segment_evidence, comment)

    @api.constrains("client_grade", "client_grade_date")
    def _check_client_grade_date(self):
        if self.filtered(lambda partner: partner.client_grade and not partner.client_grade_date):
            raise ValidationError(self.env._("A decided grade needs the date of the decision."))

    @api.model_create_multi
    def create(self, vals_list):
        defaults = self.default_get(list(DECISION_FIELDS))
        for vals in vals_list:
            self._check_decision_values({**defaults, **vals})
        partners = super().create(vals_list)
        self.env["client.lifecycle"]._refresh(
            partners.filtered(lambda partner: partner == partner.commercial_partner_id)
        )
        return partners

    def write(self, vals):
        self._check_decision_values(vals)
        before = self.commercial_partner_id if "parent_id" in vals else self.browse()
        result = super().write(vals)
        if RULE_FIELDS & vals.keys():
            self.env["client.lifecycle"]._refresh((before | self).exists())
        return result

    @api.model
    def _get_figure_fields(self):
        return super()._get_figure_fields() | ENGINE_FIELDS

    def _refresh_figures(self):
        super()._refresh_figures()
        self.env["client.lifecycle"]._refresh(self)

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

    def _get_turnovers(self):
        return {client.id: client.client_turnover for client in self}

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
        return {**action, "domain": [("partner_id", "=", self.id)], "context": {}}
