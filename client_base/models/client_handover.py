from odoo import api, fields, models
from odoo.exceptions import UserError

from ..search import check_domains

# What a handover says of itself: set by its own steps only, whoever writes.
OWN_WORDS = {"name", "state", "requester_id", "date_applied"}
# What may still be changed, by state; in draft everything.
CHANGEABLE = {"preview": {"line_ids", "reason", "note", "other_receiver_id"}}
LATER = {"note"}


class ClientHandover(models.Model):
    """Clients that go from their managers to others, all at once: when somebody leaves or territories change.

    It is planned, looked at, and applied in one pass; then the receivers confirm client by client.  Its
    lines stay for ever: they are the history of whose client each was.  How it is planned stands in
    ``client_handover_plan.py``, its steps in ``client_handover_apply.py``, how clients move in
    ``client_handover_transfer.py``.
    """

    _name = "client.handover"
    _description = "Client Handover"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _mail_post_access = "read"
    _order = "id desc"

    name = fields.Char(string="Number", readonly=True, copy=False, default=lambda self: self.env._("New"))
    reason = fields.Selection(
        [
            ("leaving", "The manager leaves"),
            ("territory", "Territories change"),
            ("illness", "Illness or long absence"),
            ("load", "Too many clients"),
            ("other", "Other"),
        ],
        required=True,
        default="leaving",
        tracking=True,
    )
    note = fields.Text()
    requester_id = fields.Many2one(
        "res.users",
        string="Requested by",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        default=lambda self: self.env.user,
    )
    date_applied = fields.Datetime(string="Applied on", readonly=True, copy=False)
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("preview", "Preview"),
            ("applied", "To Be Confirmed"),
            ("done", "Confirmed"),
            ("undone", "Undone"),
        ],
        string="Status",
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        tracking=True,
    )
    source = fields.Selection(
        [
            ("owner", "All clients of a manager"),
            ("domain", "Clients by a filter"),
            ("list", "Clients chosen below"),
        ],
        string="Which Clients",
        required=True,
        default="owner",
    )
    owner_id = fields.Many2one("res.users", string="Of", domain=[("share", "=", False)])
    domain = fields.Char(string="Filter", default="[]")
    rule = fields.Selection(
        [
            ("one", "All to one"),
            ("equal", "Equal load over several"),
            ("region", "By region"),
            ("line", "By hand, client by client"),
        ],
        string="To Whom",
        required=True,
        default="one",
    )
    receiver_id = fields.Many2one("res.users")
    receiver_ids = fields.Many2many(
        "res.users",
        "client_handover_receiver_rel",
        "handover_id",
        "user_id",
        string="Spread over",
        help="Each client goes to whoever of them has the fewest at that moment.",
    )
    region_ids = fields.One2many(
        "client.handover.region",
        "handover_id",
        string="Regions",
        copy=True,
        help="A part of a region goes where its region goes, unless it is named itself.",
    )
    move_orders = fields.Boolean(
        string="Confirmed Orders Too",
        default=True,
        help="Confirmed orders that are neither locked nor fully invoiced get the new salesperson too. "
        "Switch it off where orders are not invoiced in Odoo: then sales stay with whoever made them.",
    )
    other_receiver_id = fields.Many2one(
        "res.users",
        string="Other Activities to",
        help="Who gets what the manager has open and belongs to none of the clients: activities, leads in CRM, "
        "campaigns, and documents with clients that have no manager. Documents with other managers' clients go to "
        "those managers.",
    )
    other_activity_ids = fields.Many2many(
        "mail.activity",
        string="Other Activities Handed Over",
        readonly=True,
        copy=False,
        groups="base.group_system",  # undoing gives back what stands here, whoever may see it
    )
    other_activity_count = fields.Integer(compute="_compute_other_activity_count")
    allowed_receiver_ids = fields.Many2many("res.users", compute="_compute_allowed_receiver_ids")
    line_ids = fields.One2many("client.handover.line", "handover_id", string="Clients")
    load_ids = fields.One2many("client.handover.load", "handover_id", readonly=True)
    line_count = fields.Integer(string="All Clients", compute="_compute_line_counts")
    planned_count = fields.Integer(string="Planned", compute="_compute_line_counts")
    refused_count = fields.Integer(string="Refused", compute="_compute_line_counts")
    moved_count = fields.Integer(string="Not Confirmed", compute="_compute_line_counts")
    reported_count = fields.Integer(string="Problems", compute="_compute_line_counts")
    confirmed_count = fields.Integer(string="Confirmed", compute="_compute_line_counts")
    undone_count = fields.Integer(string="Put Back", compute="_compute_line_counts")
    kept_count = fields.Integer(string="Changed Since", compute="_compute_line_counts")

    @api.depends("line_ids.state")
    def _compute_line_counts(self):
        # sudo: how many there are, also of those that meanwhile belong to another team
        lines = self.env["client.handover.line"].sudo()
        counts = {
            (handover.id, state): count
            for handover, state, count in lines._read_group(
                [("handover_id", "in", self.ids)], ["handover_id", "state"], ["__count"]
            )
        }
        states = [state for state, _label in lines._fields["state"].selection]
        for handover in self:
            for state in states:
                handover[f"{state}_count"] = counts.get((handover._origin.id, state), 0)
            handover.line_count = sum(counts.get((handover._origin.id, state), 0) for state in states)

    @api.depends_context("uid")
    def _compute_allowed_receiver_ids(self):
        self.allowed_receiver_ids = self._get_allowed_receivers()

    @api.depends("owner_id", "source", "state")
    def _compute_other_activity_count(self):
        for handover in self:
            # sudo: a figure; whoever hands over the clients must know that there is more to hand over
            planning = handover.source == "owner" and handover.state in ("draft", "preview")
            activities = handover.sudo()._get_other_activities() if planning else ()
            handover.other_activity_count = len(activities)

    @api.constrains("domain")
    def _check_domain(self):
        chosen = self.filtered(lambda handover: handover.source == "domain")
        check_domains(chosen, self.env._("The filter of the clients cannot be used. Choose it again. (%s)"))

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            own = self._get_plain_defaults(OWN_WORDS - {"name"})
            vals_list = [{**{name: vals[name] for name in vals.keys() - OWN_WORDS}, **own} for vals in vals_list]
        sequence = self.env["ir.sequence"].sudo()  # sudo: leads count handovers, but do not set up how
        return super().create([{"name": sequence.next_by_code("client.handover"), **vals} for vals in vals_list])

    def write(self, vals):
        if not self.env.su:
            self._check_may_change(vals)
        return super().write(vals)

    def _check_may_change(self, vals):
        """Raise UserError when ``vals`` change what is settled: nobody writes history by hand."""
        for handover in self:
            allowed = CHANGEABLE.get(handover.state, LATER)
            settled = OWN_WORDS | (set() if handover.state == "draft" else set(self._get_plan_fields()) - allowed)
            if settled & vals.keys():
                raise UserError(
                    self.env._("“%s” cannot be changed any more. Take it back to draft, or undo it.", handover.name)
                )

    @api.model
    def _get_plan_fields(self):
        """Return the names of the fields that say what is handed over to whom; addons add theirs."""
        return [
            *("reason", "note", "source", "owner_id", "domain", "rule", "receiver_id", "receiver_ids", "region_ids"),
            *("move_orders", "other_receiver_id", "line_ids", "load_ids"),
        ]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_applied(self):
        if self.filtered(lambda handover: handover.state not in ("draft", "preview")):
            raise UserError(self.env._("An applied handover is history and stays. You can undo it."))

    # --- steps ---

    def action_preview(self):
        """Choose the clients and their receivers, and show what would come of it; nothing moves yet."""
        for handover in self:
            handover._check_step("draft", "preview")
            handover._plan()

    def action_draft(self):
        for handover in self:
            handover._check_step("preview")
            handover.sudo().state = "draft"  # sudo: a step, checked above

    def action_apply(self):
        """Hand over all planned clients at once; those that changed since the preview are refused."""
        for handover in self:
            handover._check_step("preview")
            handover._apply()

    def action_undo(self):
        """Put back every owner that nobody changed since, and list those that were changed."""
        for handover in self:
            handover._check_step("applied", "done")
            handover._undo()

    def _check_step(self, *states):
        """Raise unless the user may take a step from one of ``states``; two at once wait for each other."""
        self.ensure_one()
        self.check_access("write")
        self.lock_for_update(allow_referencing=True)
        self.invalidate_recordset(["state"])
        if self.state not in states:
            raise UserError(
                self.env._("“%s” has moved on meanwhile: reload the page to see how far it is.", self.display_name)
            )

    # --- to look at ---

    def action_open_lines(self):
        """Open the lines in the state that the pressed figure counts."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("client_base.client_handover_line_action")
        state = self.env.context.get("line_state")
        context = {f"search_default_filter_{state}": 1} if state else {}
        return {**action, "domain": [("handover_id", "=", self.id)], "context": context}

    def _get_open_action(self, **values):
        """Return the action that opens this handover, or a new one with ``values`` filled in."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Handover"),
            "res_model": "client.handover",
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "current",
            "context": {f"default_{name}": value for name, value in values.items()},
        }
