from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_datetime

MOMENT = "d MMMM y, HH:mm"


class ClientSubstitution(models.Model):
    """Who stands in for an absent manager, and in which time.

    While an approved one runs, the substitute sees and works the absent manager's own clients
    (``res.users._client_scope``).  The clients stay whose they are.  It does not pass on: who stands
    in for the substitute sees the substitute's own clients only.  A period is ``date_from`` up to,
    not including, ``date_to``, by the server's clock.
    """

    _name = "client.substitution"
    _description = "Substitution"
    _inherit = ["mail.thread"]
    _order = "date_from desc, id desc"
    _mail_post_access = "read"  # the substitute may ask and answer, not change

    absent_id = fields.Many2one(
        "res.users",
        string="Away",
        required=True,
        index=True,
        ondelete="cascade",
        tracking=True,
        default=lambda self: self.env.user,
        domain=lambda self: self._get_absent_domain(),
        help="Whose clients are to be looked after. They stay this manager's clients.",
    )
    substitute_id = fields.Many2one(
        "res.users",
        required=True,
        index=True,
        ondelete="cascade",
        tracking=True,
        domain=lambda self: self.env["res.users"]._get_client_owners_domain(),
        help="Who sees and works these clients in that time, beside own ones.",
    )
    date_from = fields.Datetime(
        string="Begins",
        required=True,
        tracking=True,
        default=lambda self: self._get_midnight(1),
        help="The substitute's access begins at this moment, by itself.",
    )
    date_to = fields.Datetime(
        string="Ends",
        required=True,
        tracking=True,
        default=lambda self: self._get_midnight(8),
        help="The substitute's access ends at this moment, by itself.",
    )
    reason = fields.Selection(
        [("vacation", "Vacation"), ("illness", "Illness"), ("trip", "Business trip"), ("other", "Other")],
        required=True,
        default="vacation",
    )
    note = fields.Text(string="What to Know", help="What the substitute should know: plans, promises, urgent clients.")
    state = fields.Selection(
        [("requested", "To Approve"), ("approved", "Approved"), ("refused", "Refused"), ("cancelled", "Cancelled")],
        string="Status",
        required=True,
        default="requested",
        tracking=True,
        copy=False,
    )
    decided_by_id = fields.Many2one("res.users", string="Decided by", readonly=True, copy=False)
    phase = fields.Selection(
        [
            ("requested", "To approve"),
            ("coming", "Coming"),
            ("now", "Now"),
            ("ended", "Ended"),
            ("refused", "Refused"),
            ("cancelled", "Cancelled"),
        ],
        string="Stage",
        compute="_compute_phase",
    )
    can_decide = fields.Boolean(compute="_compute_can_decide")
    can_change = fields.Boolean(compute="_compute_can_decide")

    @api.model
    def _get_absent_domain(self):
        """Return the domain of those for whom the current user may ask or grant."""
        domain = self.env["res.users"]._get_client_owners_domain()
        if not self.env.user.has_group("client_base.group_client_all"):
            domain.append(("id", "in", [*filter(None, self.env.user._client_standing_scope() or ())]))
        return domain

    @api.model
    def _get_midnight(self, days):
        """Return the beginning of the day ``days`` from today, in the user's time zone, as UTC."""
        zone = self.env.tz
        day = datetime.now(zone).date() + timedelta(days=days)
        return zone.localize(datetime.combine(day, time())).astimezone(pytz.utc).replace(tzinfo=None)

    @api.depends("absent_id", "substitute_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for record in self:
            people = {"substitute": record.substitute_id.name, "absent": record.absent_id.name}
            complete = all(people.values())
            record.display_name = self.env._("%(substitute)s for %(absent)s", **people) if complete else False

    @api.depends("state", "date_from", "date_to")
    def _compute_phase(self):
        now = fields.Datetime.now()
        for record in self:
            if record.state != "approved":
                record.phase = record.state
            elif record.date_from and record.date_from > now:
                record.phase = "coming"
            else:
                record.phase = "now" if record.date_to and record.date_to > now else "ended"

    @api.depends("absent_id", "state")
    @api.depends_context("uid")
    def _compute_can_decide(self):
        for record in self:
            record.can_decide = record._may_decide()
            own = record.absent_id == self.env.user and record._origin.state in (False, "requested")
            record.can_change = own or record.can_decide

    def _get_dated(self):
        """Return those with both dates: others are refused as what they are, not filled in."""
        return self.filtered(lambda record: record.date_from and record.date_to)

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        for record in self._get_dated():
            if record.date_from >= record.date_to:
                raise ValidationError(self.env._("%s: the end must be later than the beginning.", record.display_name))

    @api.constrains("absent_id", "substitute_id", "state")
    def _check_people(self):
        for record in self.filtered(lambda record: record.state in ("requested", "approved")):
            if record.absent_id == record.substitute_id:
                raise ValidationError(self.env._("%s cannot stand in for oneself.", record.absent_id.name))
            # sudo: the requester need not read what groups a colleague has
            for person in (record.absent_id | record.substitute_id).sudo():
                if not self._has_clients(person):
                    raise ValidationError(
                        self.env._(
                            "%s has no level under “Clients” among the access rights, or is archived, so cannot be "
                            "in a substitution. Choose somebody else.",
                            person.name,
                        )
                    )

    @api.model
    def _has_clients(self, person):
        """Tell whether the user ``person`` is there and works clients."""
        return person.active and person._is_internal() and person.has_group("client_base.group_client_own")

    @api.constrains("absent_id", "substitute_id", "date_from", "date_to", "state")
    def _check_overlap(self):
        for record in self._get_dated().filtered(lambda record: record.state == "approved"):
            # sudo: an overlap counts, whoever approved it
            overlap = self.sudo().search(
                [
                    ("id", "!=", record.id),
                    ("state", "=", "approved"),
                    ("absent_id", "=", record.absent_id.id),
                    ("substitute_id", "=", record.substitute_id.id),
                    ("date_from", "<", record.date_to),
                    ("date_to", ">", record.date_from),
                ],
                limit=1,
            )
            if overlap:
                raise ValidationError(
                    self.env._(
                        "%(substitute)s stands in for %(absent)s already, %(period)s. Change that one instead.",
                        substitute=record.substitute_id.name,
                        absent=record.absent_id.name,
                        period=overlap._format_period(),
                    )
                )

    # --- actions ---

    def action_approve(self):
        self.write({"state": "approved"})
        self._tell_people()

    def action_refuse(self):
        self.write({"state": "refused"})
        self._tell_people()

    def action_cancel(self):
        self.write({"state": "cancelled"})
        self._return_work()
        self._tell_people()

    def action_request(self):
        self.write({"state": "requested"})
        self._ask_leads()

    def action_end(self):
        """End what runs at this moment: the absent manager is back."""
        now = fields.Datetime.now()
        for record in self:
            record._check_is_for_me()
            if record.phase != "now":
                raise UserError(self.env._("%s: it is not running now.", record.display_name))
            if record.date_from == now:
                record.action_cancel()
                continue
            # sudo: also who may not change a decided one gives back access early
            record.sudo().write({"date_to": now})
            record._return_work()
            record._tell_people()

    # --- what runs now ---

    @api.model
    def _get_periods(self, substitute_id):
        """Return the approved periods of a substitute: ``((absent id, from, to), …)`` in UTC."""
        # sudo: a guard reads what it guards by
        rows = self.sudo().search_fetch(
            [("substitute_id", "=", substitute_id), ("state", "=", "approved")],
            ["absent_id", "date_from", "date_to"],
            order="id",
        )
        return tuple((row.absent_id.id, row.date_from, row.date_to) for row in rows)

    @api.model
    def _get_running(self, absent):
        """Return the substitutions of the users ``absent`` that run now, those begun first at the head."""
        now = fields.Datetime.now()
        # sudo: who is away, and who stands in, is no secret among colleagues
        return self.sudo().search(
            [
                ("absent_id", "in", absent.ids),
                ("state", "=", "approved"),
                ("date_from", "<=", now),
                ("date_to", ">", now),
            ],
            order="date_from, id",
        )

    @api.model
    def _get_substitutes_now(self, absent):
        """Return who takes the work of each of the users ``absent`` now: ``{absent: substitute}``.

        Of several the one who began first and is not away as well.
        """
        running = self._get_running(absent)._filter_able()
        away = self._get_running(running.substitute_id).absent_id
        chosen = {}
        for record in running.sorted(lambda record: record.substitute_id in away):
            chosen.setdefault(record.absent_id, record.substitute_id)
        return chosen

    def _filter_able(self):
        """Return those whose substitute is still there and still works clients."""
        return self.filtered(lambda record: self._has_clients(record.substitute_id))

    @api.model
    def _return_work(self):
        """Give what is open back to whose clients it is about, where nobody stands in any more."""
        self.env["mail.activity"]._return_to_owners()
        self.env["client.interaction"]._return_to_owners()

    # --- telling people ---

    def _get_leads(self):
        """Return who decides: the leads of the absent manager's teams, or the administrators."""
        # sudo: a member may not read the team's settings
        members = self.env["crm.team.member"].sudo().search([("user_id", "=", self.absent_id.id)])
        return self.absent_id._client_deciders(members.crm_team_id.user_id)

    def _format_period(self):
        """Return the period as text, in the time zone of the absent manager."""
        zone = self.absent_id.sudo().tz or "UTC"
        begin, end = (
            format_datetime(self.env, moment, tz=zone, dt_format=MOMENT) for moment in (self.date_from, self.date_to)
        )
        return self.env._("from %(begin)s to %(end)s (%(zone)s)", begin=begin, end=end, zone=zone)

    def _ask_leads(self):
        """Tell the leads that a request waits for them."""
        for record in self:
            record._tell(
                record._get_leads(),
                self.env._(
                    "%(absent)s asks that %(substitute)s stands in %(period)s. Please approve or refuse.",
                    absent=record.absent_id.name,
                    substitute=record.substitute_id.name,
                    period=record._format_period(),
                ),
            )

    def _tell_people(self):
        """Tell the absent manager and the substitute what was decided."""
        for record in self:
            words = {
                "approved": self.env._("Approved: %(substitute)s stands in for %(absent)s %(period)s."),
                "refused": self.env._("Refused: %(substitute)s does not stand in for %(absent)s %(period)s."),
                "cancelled": self.env._("Cancelled: %(substitute)s does not stand in for %(absent)s %(period)s."),
            }[record.state]
            values = {"substitute": record.substitute_id.name, "absent": record.absent_id.name}
            record._tell(record.absent_id | record.substitute_id, words % {**values, "period": record._format_period()})

    def _tell(self, users, words):
        # sudo: where colleagues get their messages is all that is read of them
        self.message_post(body=words, partner_ids=(users - self.env.user).sudo().partner_id.ids)
