import operator as comparing

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.ladder import DECLARED_DEAD
from ..tools.rhythm import get_overdue
from .client_segment import SegmentField

COMPARISONS = {"<": comparing.lt, "<=": comparing.le, ">": comparing.gt, ">=": comparing.ge}


class IntervalsField(fields.Json):
    """Numbers of days as an array of PostgreSQL, which the engine's statements count with and alone write."""

    _column_type = ("_int4", "int4[]")


class ClientStanding(models.Model):
    """Where a client stands with one of our companies, and what it bought there.

    One narrow row beside the wide one of the partner: a night in which thousands of clients change
    rewrites these and none of the partners, their dozens of indexes included.  Only
    ``client.lifecycle`` writes here, by SQL; the card and the filters read it through fields of
    the partner (``client_standing_id`` and what is related to it).
    """

    _name = "client.standing"
    _description = "Client's Standing"
    _rec_name = "partner_id"
    _order = "partner_id, company_id"
    _log_access = False

    partner_id = fields.Many2one("res.partner", string="Client", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    currency_id = fields.Many2one(related="company_id.currency_id")

    segment_id = SegmentField("client.segment", required=True, readonly=True)
    rule = fields.Char(required=True, readonly=True)
    evidence = fields.Json(readonly=True)
    since = fields.Date(string="In Segment Since", readonly=True)
    due = fields.Date(readonly=True, help="The day on which time alone may move the client.")

    orders = fields.Integer(string="Purchases", readonly=True, help="Confirmed orders or posted invoices.")
    turnover = fields.Float(digits=(16, 2), readonly=True, help="Without taxes, in the company's currency.")
    margin = fields.Float(
        digits=(16, 2),
        readonly=True,
        help="Turnover less the products' cost, of the lines whose cost is known. Empty where none is.",
    )
    first_on = fields.Date(string="First Purchase", readonly=True)
    last_on = fields.Date(string="Last Purchase", readonly=True)
    turns = fields.Integer(string="Days with a Purchase", readonly=True, help="On how many days the client bought.")
    interval = fields.Integer(
        string="Typical Interval", readonly=True, aggregator="avg", help="Days between purchases: the median."
    )
    intervals = IntervalsField(
        string="Last Intervals", readonly=True, help="Days between the last purchases, the newest last."
    )
    next_from = fields.Date(string="Expected From", readonly=True)
    next_on = fields.Date(string="Next Order Expected", readonly=True)
    next_to = fields.Date(string="Expected Until", readonly=True)
    overdue = fields.Float(
        compute="_compute_overdue", help="How many typical intervals have passed since the last purchase."
    )

    abc = fields.Selection([("A", "A"), ("B", "B"), ("C", "C")], string="ABC", readonly=True)
    xyz = fields.Selection([("X", "X"), ("Y", "Y"), ("Z", "Z")], string="XYZ", readonly=True)
    recency_score = fields.Integer(readonly=True, aggregator="avg")
    frequency_score = fields.Integer(readonly=True, aggregator="avg")
    money_score = fields.Integer(readonly=True, aggregator="avg")
    turnover_year = fields.Float(string="Turnover of 12 Months", digits=(16, 2), readonly=True)
    turnover_before = fields.Float(string="12 Months Before", digits=(16, 2), readonly=True)
    rfm = fields.Char(string="RFM", compute="_compute_rfm")

    awake = fields.Float(
        string="Probability of Still Buying",
        readonly=True,
        aggregator="avg",
        help="In percent: how probably the client has not stopped buying.",
    )
    forecast_orders = fields.Float(string="Expected Orders", readonly=True)
    forecast_turnover = fields.Float(string="Expected Turnover", digits=(16, 2), readonly=True)

    # A constraint, not an index only: Odoo's merge of partners drops the rows that would break one.
    _partner_company_unique = models.Constraint(
        "UNIQUE (partner_id, company_id)", "A client has one standing with each company."
    )
    # What the filters by segment ask, answered without a look at the rows.
    _segment_index = models.Index("(segment_id, company_id) INCLUDE (partner_id)")

    @api.depends("last_on", "interval")
    def _compute_overdue(self):
        today = fields.Date.today()
        for standing in self:
            standing.overdue = get_overdue(standing.last_on, standing.interval, today)

    @api.depends("recency_score", "frequency_score", "money_score")
    def _compute_rfm(self):
        for standing in self:
            scores = (standing.recency_score, standing.frequency_score, standing.money_score)
            standing.rfm = "".join(map(str, scores)) if all(scores) else False

    def _is_known(self, name):
        """Tell whether the figure ``name`` is known: what is read of an unknown one is zero."""
        query = SQL("SELECT FROM client_standing WHERE id = ANY(%s) AND %s IS NOT NULL", self.ids, SQL.identifier(name))
        return bool(self.env.execute_query(query))

    @api.model
    def _get_revivable(self):
        """Return whether the ``client`` of the ``standing`` can be revived, as was said when it was declared dead.

        NULL where it is not dead by that: who came back to life, or fell silent since, is judged anew.
        """
        return SQL("CASE WHEN standing.rule IN %s THEN client.client_revivable END", DECLARED_DEAD)

    def flush_model(self, fnames=None):
        # Who reads where clients stand reads of those as well whose purchases changed just now.
        self.env["client.lifecycle"]._refresh_waiting()
        super().flush_model(fnames)


class StandingField(fields.Many2one):
    """The standing of a partner with the current company, joined where SQL follows it.

    Partners keep no column for it: which one it is depends on who looks.
    """

    def join(self, model, alias, query):
        standings = model.env[self.comodel_name]
        coalias = query.make_alias(alias, self.name)
        condition = SQL(
            "%s = %s AND %s = %s",
            SQL.identifier(coalias, "partner_id"),
            SQL.identifier(alias, "id"),
            SQL.identifier(coalias, "company_id"),
            model.env.company.id,
        )
        query.add_join("LEFT JOIN", coalias, standings._table, condition)
        return standings, coalias


class StandingNumber:
    """A number of the partner's standing, which is zero where there is none; found by comparison as it is shown.

    Odoo's related fields take each comparison with zero as one that nothing at all passes.
    """

    def _search_related(self, records, operator, value):
        compare = COMPARISONS.get(operator)
        if not compare:
            return super()._search_related(records, operator, value)
        standing, _dot, name = self.related.partition(".")
        found = Domain(standing, "any!", [(name, operator, value)])
        passes = compare(0, self.convert_to_cache(value, records) or 0)
        return found | Domain(standing, "=", False) if passes else found


class StandingInteger(StandingNumber, fields.Integer):
    """A whole number of the partner's standing."""


class StandingFloat(StandingNumber, fields.Float):
    """An amount, or another number, of the partner's standing."""
