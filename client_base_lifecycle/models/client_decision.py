from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, format_date

from ..tools.terms import worsen

CHOICES = [("continue", "Continue"), ("change", "Change the terms"), ("stop", "Stop")]
CAUSES = [
    ("turn", "End of a turn"),
    ("overdue", "Order overdue"),
    ("falling", "Falling volume"),
    ("terms", "Terms keep getting worse"),
    ("dependence", "We depend on the client"),
    ("hand", "Opened by hand"),
]
TURNS_SHOWN = 8
# The activity by which a decision is looked at again.
REVIEW = "mail.mail_activity_data_todo"
# What is said at a point.
ANSWERS = ("client_choice", "company_choice", "terms", "result", "revivable", "review_on")
# What opened a point, and how it was closed.
NOTED = {"cause", "decided_on", "evidence", "opened_on", "state", "turn", "turnover", "user_id"}


class ClientDecision(models.Model):
    """A point at which client and company decide: continue, change the terms, or stop.

    It opens by itself at the end of a turn of an important client, or by an alarm; one is open for
    a client at a time.
    """

    _name = "client.decision"
    _description = "Decision Point"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    # What was opened by hand has no turnover.
    _order = "turnover DESC NULLS LAST, id DESC"
    _rec_name = "partner_id"

    partner_id = fields.Many2one("res.partner", string="Client", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, ondelete="cascade", index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    owner_id = fields.Many2one(related="partner_id.client_owner_id", string="Client's Manager")
    segment_id = fields.Many2one("client.segment", compute="_compute_segment_id")
    cause = fields.Selection(CAUSES, required=True, readonly=True, default="hand")
    evidence = fields.Json(readonly=True)
    why = fields.Char(compute="_compute_why", help="What opened this point.")
    turn = fields.Integer(readonly=True, help="On how many days the client had bought by then.")
    turnover = fields.Monetary(string="Turnover of 12 Months", readonly=True, help="When the point was opened.")
    opened_on = fields.Date(required=True, readonly=True, default=fields.Date.context_today)
    state = fields.Selection(
        [("open", "To talk about"), ("client", "The client decided"), ("done", "Decided")],
        required=True,
        default="open",
        readonly=True,
        group_expand=True,
        index=True,
    )
    client_choice = fields.Selection(CHOICES, string="Client's Decision")
    company_choice = fields.Selection(CHOICES, string="Our Decision")
    terms = fields.Text(string="Terms Changed", help="What is different from now on: price, payment, service.")
    result = fields.Text(help="What came of it.")
    revivable = fields.Selection([("yes", "Revivable"), ("no", "Not revivable")], string="Revivable?")
    review_on = fields.Date(help="When to look at it again.")
    successor_id = fields.Many2one(
        "res.partner", help="The client prepared to take the place.", index="btree_not_null", ondelete="set null"
    )
    turns_html = fields.Html(compute="_compute_turns_html", help="Amount, discount and margin of the last turns.")
    user_id = fields.Many2one("res.users", string="Decided by", readonly=True, ondelete="set null")
    decided_on = fields.Date(readonly=True)

    _one_open = models.UniqueIndex(
        "(partner_id, company_id) WHERE state <> 'done'",
        "This client has an open decision point already: go on with that one.",
    )

    @api.constrains("partner_id")
    def _check_partner(self):
        self.partner_id._check_are_clients()

    @api.depends("cause", "evidence")
    @api.depends_context("lang")
    def _compute_why(self):
        _ = self.env._
        sentences = {
            "turn": _("Turn %(turn)s is over: the next order was expected on %(next)s."),
            "overdue": _("Silent for %(ratio)s typical intervals of %(interval)s days."),
            "falling": _("%(percent)s %% less than in the 12 months before."),
            "terms": _("Over %(turns)s turns discounts only rose, or the margin only fell."),
            "dependence": _("Brings %(percent)s %% of our turnover."),
            "hand": _("Opened by hand."),
        }
        for decision in self:
            evidence = decision.evidence or {}
            if evidence.get("next"):
                evidence = {**evidence, "next": format_date(self.env, evidence["next"])}
            if evidence.get("ratio"):
                evidence = {**evidence, "ratio": self.env["res.partner"]._format_number(evidence["ratio"], 1)}
            try:
                decision.why = sentences[decision.cause or "hand"] % evidence
            except KeyError:
                # Nobody counted anything where a person named the cause.
                decision.why = self._get_selection_words("cause")[decision.cause]

    @api.depends("company_id", "partner_id.client_segment_id")
    def _compute_segment_id(self):
        for decision in self:
            client = decision.partner_id.with_company(decision.company_id)
            decision.segment_id = client.client_segment_id

    @api.depends("partner_id", "company_id")
    @api.depends_context("lang")
    def _compute_turns_html(self):
        for decision in self:
            turns = decision._get_turns(decision.partner_id)
            values = {"turns": turns, "worse": worsen([(turn["discount"], turn["margin"]) for turn in turns])}
            formats = self.env["res.partner"].with_company(decision.company_id)._get_formats()
            decision.turns_html = self.env["ir.qweb"]._render("client_base_lifecycle.client_turns", values | formats)

    def _get_turns(self, client):
        """Return the last turns of ``client``, the oldest first: ``[{"day", "amount", "discount", "margin"}]``."""
        if not client._origin or not client.has_access("read"):
            return []
        lifecycle = self.env["client.lifecycle"]
        lifecycle._flush_purchases()
        terms = lifecycle._select_terms(SQL("(%s)", client._origin.id), self.company_id or self.env.company)
        query = SQL(
            "SELECT day, amount, discount, margin FROM (%s) turn WHERE nth <= %s ORDER BY day", terms, TURNS_SHOWN
        )
        return self.env.execute_query_dict(query)

    # --- what a person does ---

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_noted(vals)
        if not self.env.su:
            noted = self._get_plain_defaults(NOTED)
            vals_list = [{**vals, **noted} for vals in vals_list]
        points = super().create(vals_list)
        points._follow_choice()
        return points

    def write(self, vals):
        self._check_noted(vals)
        result = super().write(vals)
        if "client_choice" in vals:
            self._follow_choice()
        return result

    def _check_noted(self, vals):
        """Raise AccessError where ``vals`` say why a point was opened, who decided, or the state, which are noted."""
        if not self.env.su and NOTED & vals.keys():
            raise AccessError(
                self.env._(
                    "What opened a point is noted by itself. A point is closed by “Decide”, which asks what was "
                    "decided, and opened by “Open Again”."
                )
            )

    def _follow_choice(self):
        """Have the points that are not decided say whether the client has."""
        # sudo: the answer was the user's to write
        undecided = self.sudo().filtered(lambda point: point.state != "done")
        chosen = undecided.filtered("client_choice")
        chosen.filtered(lambda point: point.state == "open").state = "client"
        (undecided - chosen).filtered(lambda point: point.state == "client").state = "open"

    def action_decide(self):
        """Close the points; a client that stops, or that we stop, is declared dead."""
        points = self.filtered(lambda decision: decision.state != "done")
        for decision in points:
            decision._check_complete()
        stopped = points.filtered(lambda decision: "stop" in (decision.client_choice, decision.company_choice))
        for decision in stopped:
            decision._declare_dead()
        points._close({"state": "done", "user_id": self.env.uid, "decided_on": fields.Date.context_today(self)})
        # A client that stops is reviewed by its grade.
        (points - stopped)._plan_review()
        return True

    def _plan_review(self):
        """Remind each client's manager of the day on which the decision is looked at again."""
        for point in self.filtered("review_on"):
            manager = point.owner_id.filtered("active") or self.env.user
            # sudo: it is planned for a colleague, and in that one's words
            point = point.sudo()._in_language_of(manager)
            point.activity_schedule(
                REVIEW,
                date_deadline=point.review_on,
                summary=point.env._("Look at the decision again"),
                user_id=manager.id,
            )

    def _close(self, values):
        self.check_access("write")
        self.sudo().write(values)  # sudo: nobody writes these by hand

    def _check_complete(self):
        if not self.client_choice or not self.company_choice:
            raise UserError(self.env._("Say what the client decided, and what we decided."))
        if "change" in (self.client_choice, self.company_choice) and not self.terms:
            raise UserError(self.env._("Say which terms change."))
        if "stop" in (self.client_choice, self.company_choice) and not (self.revivable and self.result):
            raise UserError(self.env._("Say why it stops (result), and whether the client can be revived."))

    def _declare_dead(self):
        # Without a day of its own it is reviewed when others are.
        review = {"until": self.review_on} if self.review_on else {}
        self._declare("dead", reason=self.result, revivable=self.revivable, **review)

    def _declare(self, grade, **values):
        wizards = self.env["client.segment.decide"]
        wizards.create({"partner_ids": self.partner_id.ids, "grade": grade, **values}).action_apply()

    @api.model
    def _leave_one_open(self, kept, others):
        """Close what is open for ``others`` and ``kept``, who become one client, but for one point a company."""
        # sudo: who may make one client of them does so with what hangs on them
        points = self.sudo()
        points = points.search([("partner_id", "in", (kept | others).ids), ("state", "!=", "done")], order="id")
        merged = self.env._("Merged with %s", kept.display_name)
        for same in points.grouped("company_id").values():
            stays = (same.filtered(lambda point: point.partner_id == kept) or same)[0]
            stays._take_answers(same - stays)
            for point in same - stays:
                result = "\n".join(filter(None, [point.result, merged]))
                point.write({"state": "done", "decided_on": fields.Date.context_today(self), "result": result})

    def _take_answers(self, others):
        """Take what was said at the last of ``others`` at which anything was, where nothing was said at this point."""
        answered = (self | others).filtered(lambda point: any(point[name] for name in ANSWERS))
        if answered and self not in answered:
            self.write({name: answered[-1][name] for name in ANSWERS})

    def action_find_successors(self):
        self.ensure_one()
        return self.partner_id._open_successors(self)

    def action_reopen(self):
        """Open the points again; a client that was declared dead by one is judged by its orders until the next."""
        for decision in self.filtered("decided_on"):
            client = decision.partner_id
            stopped = "stop" in (decision.client_choice, decision.company_choice)
            if stopped and client.client_grade == "dead" and client.client_grade_date == decision.decided_on:
                decision._declare("none", reason=self.env._("The decision point was opened again."))
        self._close({"state": "open", "user_id": False, "decided_on": False})
        self._follow_choice()
        self.sudo().activity_unlink([REVIEW])  # sudo: it is the manager's, whoever looks again
