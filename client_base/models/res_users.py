from odoo import models
from odoo.tools import ormcache


class ResUsers(models.Model):
    _inherit = "res.users"

    def _client_scope(self):
        """Return whose clients the user sees now: the one source of every guard of the suite.

        :return: ids of owners, with ``False`` among them where the user sees clients without an
            owner; ``None`` when the user sees all clients
        :rtype: tuple | None
        """
        # Nobody: a request before its user is known.
        return self._client_standing_scope() if self else None

    @ormcache("self.id")
    def _client_standing_scope(self):
        """Return the scope that the user's level and team give; see :meth:`_client_scope`."""
        if self.has_group("client_base.group_client_all"):
            return None
        if self.has_group("client_base.group_client_team"):
            return (False, self.id, *(self._client_team_members() - self).ids)
        if self.has_group("client_base.group_client_own"):
            return (self.id,)
        if self.has_group("client_base.group_client_operator"):
            return ()
        # No level: portal and website visitors have Odoo's own rules, others are as they were.
        return None

    def _client_team_members(self):
        """Return the users whose sales team this user leads."""
        # sudo: a lead sees own team's members whatever the multi-company rule on teams says
        teams = self.env["crm.team"].sudo().search([("user_id", "=", self.id)])
        return teams.crm_team_member_ids.user_id
