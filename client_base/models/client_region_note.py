from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..parameters import DEFAULT_REGION_NOTE_DAYS, REGION_NOTE_DAYS, get_days
from ..search import search_flag


class ClientRegionNote(models.Model):
    """What somebody found out about a region, with its date and source."""

    _name = "client.region.note"
    _description = "Region Note"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date DESC, id DESC"
    _rec_name = "region_id"

    region_id = fields.Many2one("client.region", required=True, index=True, ondelete="cascade")
    kind = fields.Selection(
        [
            ("economic", "Economy"),
            ("political", "Politics"),
            ("social", "Society"),
            ("environment", "Operating environment"),
        ],
        required=True,
        default="economic",
    )
    text = fields.Text(required=True, translate=True)
    date = fields.Date(
        string="As of", required=True, default=fields.Date.context_today, help="The day on which this was true."
    )
    author_id = fields.Many2one(
        "res.users", required=True, default=lambda self: self.env.user, index=True, ondelete="restrict"
    )
    source = fields.Char(required=True, help="Where it comes from: a page, a paper, a person.")
    active = fields.Boolean(default=True)
    stale = fields.Boolean(
        string="Out of Date",
        compute="_compute_stale",
        search="_search_stale",
        help="Older than the term in the settings.",
    )

    _date_index = models.Index("(date) WHERE active IS TRUE")

    @api.depends("date")
    def _compute_stale(self):
        latest = self._get_stale_day()
        for note in self:
            note.stale = bool(note.date) and note.date < latest

    def _search_stale(self, operator, value):
        return search_flag([("date", "<", self._get_stale_day())], operator, value)

    @api.model
    def _get_stale_day(self):
        """Return the day before which notes are out of date."""
        days = get_days(self.env, REGION_NOTE_DAYS, DEFAULT_REGION_NOTE_DAYS)
        return fields.Date.context_today(self) - timedelta(days=days)

    @api.constrains("date")
    def _check_date(self):
        today = fields.Date.context_today(self)
        if self.filtered(lambda note: note.date and note.date > today):
            raise ValidationError(self.env._("A note says what is known: its date cannot lie ahead."))

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._in_own_name(vals) for vals in vals_list])

    def write(self, vals):
        result = super().write(self._in_own_name(vals) if {"text", "author_id"} & vals.keys() else vals)
        if "date" in vals or vals.get("active") is False:
            fresh = self.filtered(lambda note: not note.stale or not note.active)
            fresh.activity_unlink(["client_base.mail_activity_stale_note"])
        return result

    @api.model
    def _in_own_name(self, vals):
        """Return ``vals`` with who wrote them as the author: administrators alone enter for others."""
        if self.env.su or self.env.user.has_group("client_base.group_client_admin"):
            return vals
        return {**vals, "author_id": self.env.uid}

    def action_still_true(self):
        """Note that the text was checked today and holds."""
        self.write({"date": fields.Date.context_today(self)})

    @api.model
    def _remind_authors(self):
        """Give the author of each note that is out of date one task, once in a term."""
        kind = self.env.ref("client_base.mail_activity_stale_note")
        for note in self.search([("stale", "=", True), ("id", "not in", self._get_reminded_ids(kind))]):
            author = note.author_id if note.author_id.active else self.env.ref("base.user_admin")
            told = note._in_language_of(author)
            with self.env["ir.cron"]._apart(note):
                told.activity_schedule(
                    activity_type_id=kind.id,
                    user_id=author.id,
                    summary=told.env._("Check whether this is still true of %s", told.region_id.name),
                )

    @api.model
    def _get_reminded_ids(self, kind):
        """Return the ids of the notes whose reminder is still to be done, or was ticked off within the last term."""
        known = Domain("active", "=", True) | Domain("date_done", ">=", self._get_stale_day())
        known &= Domain("res_model", "=", self._name) & Domain("activity_type_id", "=", kind.id)
        return self.env["mail.activity"].with_context(active_test=False).search(known).mapped("res_id")
