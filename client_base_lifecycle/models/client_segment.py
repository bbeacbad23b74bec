from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import ormcache

ZONES = [("birth", "Birth"), ("life", "Life"), ("leaving", "Leaving")]


class SegmentField(fields.Many2one):
    """A segment in rows that the engine writes by the million, without a foreign key.

    PostgreSQL would look for the segment of every single row, a tenth of the time of a first run,
    and there are eight of them, which stay: ``client.segment`` itself refuses to delete one.
    """

    def update_db_foreign_key(self, model, column):
        pass


class ClientSegment(models.Model):
    """A stage of a client's life with us; the rules that lead to it are in ``tools/ladder.py``."""

    _name = "client.segment"
    _description = "Lifecycle Segment"
    _order = "number"

    number = fields.Integer(required=True, readonly=True)
    code = fields.Char(required=True, readonly=True, help="The name of the segment in the rules.")
    name = fields.Char(required=True, translate=True)
    zone = fields.Selection(ZONES, required=True, readonly=True)
    description = fields.Char(translate=True, help="When a client enters the segment.")
    color = fields.Integer()
    client_count = fields.Integer(string="Clients", compute="_compute_client_figures")
    client_share = fields.Float(string="Share of Clients", compute="_compute_client_figures")
    turnover = fields.Monetary(compute="_compute_client_figures", currency_field="currency_id")
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")

    _code_unique = models.Constraint("UNIQUE (code)", "There is a segment with this code already.")

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._(
                "Clients and their history stand in this segment, so it stays. To call it otherwise, change its name."
            )
        )

    @api.depends_context("company", "uid")
    def _compute_client_figures(self):
        partners = self.env["res.partner"]
        figures = {
            segment: (count, turnover)
            for segment, count, turnover in partners._read_group(
                partners._get_client_domain(), ["client_segment_id"], ["__count", "client_turnover:sum"]
            )
        }
        total = sum(count for count, _turnover in figures.values())
        for segment in self:
            segment.client_count, segment.turnover = figures.get(segment, (0, 0))
            segment.client_share = 100 * segment.client_count / total if total else 0

    @api.depends_context("company")
    def _compute_currency_id(self):
        self.currency_id = self.env.company.currency_id

    @api.model
    @ormcache()
    def _get_ids(self):
        """Return ``{code: id}`` in the order of ``tools/ladder.py``; neither ever changes."""
        # sudo: orders place clients whoever confirms them
        return {segment.code: segment.id for segment in self.sudo().search([], order="number")}

    @api.model
    def _get_by_code(self):
        """Return ``{code: segment}`` in the order of ``tools/ladder.py``."""
        ids = self._get_ids()
        return dict(zip(ids, self.browse(ids.values()), strict=True))

    def action_open_clients(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("client_base.client_action")
        return {
            **action,
            "display_name": self.name,
            "domain": [*self.env["res.partner"]._get_client_domain(), ("client_segment_id", "=", self.id)],
        }
