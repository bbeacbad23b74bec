from odoo import api, fields, models
from odoo.tools import ormcache

from ..parameters import DEFAULT_POOL, POOL


class ResUsers(models.Model):
    """Whose clients a user sees: by level and team, and of those for whom he stands in."""

    _inherit = "res.users"

    client_weekly_gaps = fields.Boolean(
        string="Weekly report on missing data",
        default=True,
        help="Leads get by e-mail, once a week, what is missing on whose clients' cards.",
    )

    @property
    def SELF_READABLE_FIELDS(self):  # noqa: N802 (Odoo's name)
        return [*super().SELF_READABLE_FIELDS, "client_weekly_gaps"]

    @property
    def SELF_WRITEABLE_FIELDS(self):  # noqa: N802 (Odoo's name)
        return [*super().SELF_WRITEABLE_FIELDS, "client_weekly_gaps"]

    def _client_scope(self):
        """Return whose clients the user sees now: the one source of every guard of the suite.

        :return: ids of owners, with ``False`` among them where the user sees clients without an
            owner; ``None`` when the user sees all clients
        :rtype: tuple | None
        """
        # Nobody: a request before its user is known.
        standing = self._client_standing_scope() if self else None
        # Who has no level of his own (an operator) stands in for nobody.
        if not standing:
            return standing
        return standing + tuple(owner for owner in self._client_stood_in_for() if owner not in standing)

    def _client_stood_in_for(self):
        """Return the ids of the users for whom this user stands in at this moment, in order.

        The periods are kept in memory and compared with the server's clock, so that access begins
        and ends on time in every worker, without a query and without a job.
        """
        periods = self._client_substitution_periods() if self else ()
        if not periods:
            return ()
        now = fields.Datetime.now()
        return tuple(sorted({absent for absent, begin, end in periods if begin <= now < end}))

    @ormcache("self.id")
    def _client_substitution_periods(self):
        return self.env["client.substitution"]._get_periods(self.id)

    @ormcache("self.id")
    def _client_standing_scope(self):
        """Return the scope that the user's level and team give; see :meth:`_client_scope`."""
        if self.has_group("client_base.group_client_all"):
            return None
        if self.has_group("client_base.group_client_team"):
            return (False, self.id, *(self._client_team_members() - self).ids)
        if self.has_group("client_base.group_client_own"):
            return (self.id,) if self._client_pool_sharing() == "closed" else (False, self.id)
        if self.has_group("client_base.group_client_operator"):
            return ()
        # No level: portal and website visitors have Odoo's own rules, others are as they were.
        return None

    def _client_pool_sharing(self):
        """Return what managers may do about clients without an owner: “closed”, “request” or “claim”."""
        # sudo: how the free pool is shared is no secret
        return self.env["ir.config_parameter"].sudo().get_param(POOL, DEFAULT_POOL)

    def _client_works_pool(self):
        """Tell whether clients without an owner are the user's to change, not only to see and to ask for."""
        return self.has_group("client_base.group_client_team") or self._client_pool_sharing() == "claim"

    def _client_deciders(self, leaders):
        """Return who decides what this user asks for: those of the team ``leaders`` who may, or the administrators.

        Whoever leads a team without the level for it may grant nothing.
        """
        # sudo: who is in which group
        colleagues = self.env["res.users"].sudo()
        leads = leaders.sudo().filtered(
            lambda leader: leader.active and leader != self and leader.has_group("client_base.group_client_team")
        )
        administrators = self.env.ref("client_base.group_client_admin")
        return leads or colleagues.search([("all_group_ids", "in", administrators.ids), ("id", "!=", self.id)])

    def _get_client_companies(self):
        """Return our companies whose clients these users see: those they work for, and who these are branches of."""
        # sudo: for which companies a colleague works
        return self.sudo().company_ids.parent_ids

    @api.model
    def _get_client_owners_domain(self):
        """Return the domain of the users who have clients, or may have."""
        return [("share", "=", False), ("all_group_ids", "in", self.env.ref("client_base.group_client_own").ids)]

    def _client_team_members(self):
        """Return the users whose sales team this user leads."""
        # sudo: a lead sees own team's members whatever the multi-company rule on teams says
        teams = self.env["crm.team"].sudo().search([("user_id", "=", self.id)])
        return teams.crm_team_member_ids.user_id
