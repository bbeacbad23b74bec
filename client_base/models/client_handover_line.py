from odoo import api, fields, models
from odoo.exceptions import UserError

# What a line's planner says; the rest the handover's steps write.
PLANNED = {"handover_id", "partner_id", "new_owner_id"}
# What is told of it by what is done.
TOLD = {"state", "refusal", "moved_on", "moved_by_id", "confirmed_on", "confirmed_by_id", "undone_on", "comment"}


class ClientHandoverLine(models.Model):
    """One client in a handover: whose it was, whose it became, when, by whom, and what became of it.

    The journal of ownership, so it outlives the client: a deleted client leaves its lines without a name.
    """

    _name = "client.handover.line"
    _description = "Client Handed Over"
    _order = "handover_id desc, id"

    handover_id = fields.Many2one("client.handover", required=True, index=True, ondelete="cascade")
    partner_id = fields.Many2one("res.partner", string="Client", index=True, ondelete="set null")
    old_owner_id = fields.Many2one("res.users", string="From", readonly=True, index="btree_not_null")
    new_owner_id = fields.Many2one("res.users", string="To", index="btree_not_null")
    state = fields.Selection(
        [
            ("planned", "Planned"),
            ("refused", "Refused"),
            ("moved", "To be confirmed"),
            ("reported", "Problem reported"),
            ("confirmed", "Confirmed"),
            ("undone", "Put back"),
            ("kept", "Changed since, kept"),
        ],
        string="Status",
        required=True,
        readonly=True,
        default="planned",
        index=True,
    )
    refusal = fields.Selection(
        [
            ("not_client", "Not a client: a colleague, one of our companies or a contact"),
            ("hidden", "Not yours to hand over: it has another manager"),
            ("changed", "Has got another manager since the preview"),
            ("double", "Already in this list"),
            ("no_receiver", "Nobody is to receive it"),
            ("receiver", "The receiver is archived, owns no clients or is not of your team"),
            ("company", "The receiver does not work for the client's company of ours"),
            ("same", "Has this manager already"),
        ],
        string="Why Refused",
        readonly=True,
    )
    moved_on = fields.Datetime(string="Handed Over on", readonly=True)
    moved_by_id = fields.Many2one("res.users", string="Handed Over by", readonly=True)
    confirmed_on = fields.Datetime(readonly=True)
    confirmed_by_id = fields.Many2one("res.users", string="Confirmed by", readonly=True)
    undone_on = fields.Datetime(string="Put Back on", readonly=True)
    comment = fields.Text(string="Problem", readonly=True)
    is_mine = fields.Boolean(compute="_compute_is_mine")
    reason = fields.Selection(related="handover_id.reason")
    handover_state = fields.Selection(related="handover_id.state", string="Stage of the Handover")
    allowed_receiver_ids = fields.Many2many(related="handover_id.allowed_receiver_ids")

    # Not unique: a merge of two clients of one handover must lose no line.
    _handover_partner_index = models.Index("(handover_id, partner_id)")
    # The history of a client, the newest first.
    _partner_moved_index = models.Index("(partner_id, moved_on DESC) WHERE moved_on IS NOT NULL")

    @api.depends("partner_id.display_name", "handover_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for line in self:
            client = line.partner_id.display_name or self.env._("Deleted client")
            line.display_name = f"{line.handover_id.name}: {client}"

    @api.depends_context("uid")
    @api.depends("new_owner_id", "state")
    def _compute_is_mine(self):
        for line in self:
            line.is_mine = line.new_owner_id == self.env.user and line.state in ("moved", "reported")

    @api.onchange("partner_id")
    def _onchange_partner_id(self):
        self.partner_id = self.partner_id.commercial_partner_id
        self.old_owner_id = self.partner_id.user_id

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            told = self._get_plain_defaults(TOLD)
            vals_list = [{**{name: vals[name] for name in PLANNED & vals.keys()}, **told} for vals in vals_list]
        lines = super().create(vals_list)
        lines._check_plannable()
        for line in lines:
            line.sudo().old_owner_id = line.partner_id.user_id  # sudo: written down, not chosen
        lines._judge()
        return lines

    def write(self, vals):
        if self.env.su:
            return super().write(vals)
        self._check_plannable(vals)
        result = super().write(vals)
        self._judge()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_applied(self):
        self._check_plannable()

    def _check_plannable(self, vals=()):
        """Raise UserError when a line is history already, or ``vals`` say more than a plan does."""
        if set(vals) - PLANNED or self.handover_id.filtered(lambda batch: batch.state not in ("draft", "preview")):
            raise UserError(self.env._("The lines of an applied handover are history and stay as they are."))

    def _judge(self):
        """Say anew which lines can go: a receiver was chosen by hand after the preview."""
        # sudo: the handover's own step, on lines that the user was just allowed to write
        for handover in self.handover_id.filtered(lambda batch: batch.state == "preview").sudo():
            handover._judge_lines()
            handover._measure_load()

    # --- the receiver's answer ---

    def action_confirm(self):
        """The receiver has taken over these clients."""
        lines = self._get_to_answer()
        # sudo: the receiver answers for own lines, chosen above, and may change nothing else of them
        lines.sudo().write({"state": "confirmed", "confirmed_on": self.env.cr.now(), "confirmed_by_id": self.env.uid})
        lines.handover_id.sudo()._close_answered(self.env.user)

    def action_report(self):
        """Ask the receiver what is wrong with these clients."""
        lines = self._get_to_answer()
        action = self.env["ir.actions.act_window"]._for_xml_id("client_base.client_handover_report_action")
        return {**action, "context": {"default_line_ids": lines.ids}}

    def _report(self, comment):
        """Write down the receiver's problem, and have the requester look at it."""
        lines = self._get_to_answer()
        # sudo: see action_confirm
        lines.sudo().write({"state": "reported", "comment": comment})
        for handover, reported in lines.sudo().grouped("handover_id").items():
            handover._ask_requester(reported, comment)

    def _get_to_answer(self):
        """Return those of the lines that wait for the current user's answer.

        :raise UserError: when there is none
        """
        lines = self.filtered("is_mine")
        if not lines:
            raise UserError(self.env._("Choose clients that were handed to you and that you have not confirmed yet."))
        return lines

    def action_open_client(self):
        return self.partner_id.get_formview_action()
