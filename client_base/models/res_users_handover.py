from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import RedirectWarning, UserError
from odoo.fields import Domain


class ResUsers(models.Model):
    """Nobody leaves with clients: they are handed over first, and what is to be done with them.

    Nor does a manager lose the level, or the company of ours, by which clients can be his.
    """

    _inherit = "res.users"

    def write(self, vals):
        if "active" in vals and not vals["active"]:
            self._check_nothing_left()
        managers = self._get_client_managers() if "group_ids" in vals else self.browse()
        companies = {user: user._get_client_companies() for user in self} if "company_ids" in vals else {}
        result = super().write(vals)
        managers._check_still_managers()
        for user, before in companies.items():
            user._check_left_companies(before - user._get_client_companies())
        return result

    def action_archive(self):
        # Before Odoo deletes their activities here.
        self._check_nothing_left()
        return super().action_archive()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_owner(self):
        self._check_nothing_left()

    def _client_owns_only(self):
        """Tell whether the user works own clients and leads nobody."""
        return self.has_group("client_base.group_client_own") and not self.has_group("client_base.group_client_team")

    def _check_nothing_left(self):
        """Raise when one of the users still has clients or something to do: Odoo would delete the activities.

        The system itself (installation, scheduled jobs) is not stopped: nobody is there to hand over.
        """
        if not self._is_change_judged():
            return
        for user in self.filtered(lambda user: user.active and not user.share):
            user._refuse_to_leave(user._count_to_hand_over())
            user._check_leads_no_team()

    def _is_change_judged(self):
        """Tell whether whoever changes these users is stopped where clients are left; see _check_nothing_left."""
        return self.env.uid != SUPERUSER_ID and self.has_access("write")

    def _get_client_managers(self):
        """Return those of the users who may have clients."""
        return self.filtered(lambda user: user.active and user.has_group("client_base.group_client_own"))

    def _check_still_managers(self):
        """Raise when one of the users, who had a level, has clients and no level any more: he would see them all."""
        if self and self._is_change_judged():
            for user in self - self._get_client_managers():
                count = user._count_clients()
                user._refuse_to_leave({self.env._("%s clients", count): count}, reason="other")

    def _check_left_companies(self, companies):
        """Raise when the user has clients of ``companies`` of ours, for which he works no more."""
        if not companies or not self.active or not self._is_change_judged():
            return
        counts = {}
        for company in companies:
            count = self._count_clients(Domain("company_id", "=", company.id))
            counts[self.env._("%(count)s clients of %(company)s", count=count, company=company.name)] = count
        # Archived ones too.
        theirs = [("user_id", "=", self.id), ("company_id", "in", companies.ids), ("active", "in", [True, False])]
        self._refuse_to_leave(counts, source="domain", domain=str(theirs), reason="other")

    def _count_clients(self, domain=Domain.TRUE):
        # sudo: a figure; whoever changes users need not see clients
        partners = self.env["res.partner"].sudo().with_context(active_test=False)
        owner = self.env["client.handover"].sudo().new({"owner_id": self.id})
        return partners.search_count(owner._get_owner_domain() & domain)

    def _count_to_hand_over(self):
        """Return how much the user has, by the sentence that says it; addons add theirs.

        :rtype: dict[str, int]
        """
        clients = self._count_clients()
        # sudo: figures; whoever archives users need not see clients.  Confirmed orders may stay with whoever
        # made the sale.
        owner = self.env["client.handover"].sudo().new({"owner_id": self.id, "move_orders": False})
        documents = sum(len(documents) for documents, _partner_field in owner._get_documents_left())
        activities = self.env["mail.activity"].sudo().search_count(self._get_open_activities_domain())
        return {
            self.env._("%s clients", clients): clients,
            self.env._("%s open documents", documents): documents,
            self.env._("%s open activities", activities): activities,
        }

    def _get_open_activities_domain(self):
        """Return the domain of what the user has to do, be it that a substitute does it for him now."""
        return ["|", ("user_id", "=", self.id), ("client_for_id", "=", self.id)]

    def _check_leads_no_team(self):
        """Raise when the user leads a sales team: what its members ask for would reach nobody."""
        # sudo: whoever archives users need not see sales teams
        teams = self.env["crm.team"].sudo().search([("user_id", "=", self.id)])
        if not teams:
            return
        message = self.env._(
            "%(user)s leads %(teams)s. Choose another team leader first, so that requests reach somebody.",
            user=self.name,
            teams=", ".join(teams.mapped("name")),
        )
        if not self.env["crm.team"].has_access("write"):
            raise UserError(message)
        action = self.env["ir.actions.act_window"]._for_xml_id("sales_team.crm_team_action_config")
        raise RedirectWarning(message, action, self.env._("Sales Teams"))

    def _refuse_to_leave(self, counts, **values):
        """Raise where one of ``counts`` is not zero, and offer a handover, which ``values`` say more of."""
        if not any(counts.values()):
            return
        message = self.env._(
            "%(user)s still has: %(what)s. Hand them over first, so that nothing is lost.",
            user=self.name,
            what=", ".join(words for words, count in counts.items() if count),
        )
        handovers = self.env["client.handover"]
        if not handovers.has_access("create"):
            raise UserError(message)
        values = {"source": "owner", "reason": "leaving", "other_receiver_id": self.env.uid, **values}
        action = handovers._get_open_action(owner_id=self.id, **values)
        raise RedirectWarning(message, action, self.env._("Hand over"))
