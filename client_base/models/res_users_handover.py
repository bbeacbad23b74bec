from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import RedirectWarning, UserError


class ResUsers(models.Model):
    """Nobody leaves with clients: they are handed over first, and what is to be done with them."""

    _inherit = "res.users"

    def write(self, vals):
        if "active" in vals and not vals["active"]:
            self._check_nothing_left()
        return super().write(vals)

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
        if self.env.uid == SUPERUSER_ID or not self.has_access("write"):
            return
        for user in self.filtered(lambda user: user.active and not user.share):
            counts = user._count_to_hand_over()
            if any(counts.values()):
                user._refuse_to_leave(counts)
            user._check_leads_no_team()

    def _count_to_hand_over(self):
        """Return how much the user has, by the sentence that says it; addons add theirs.

        :rtype: dict[str, int]
        """
        # sudo: figures; whoever archives users need not see clients
        partners = self.env["res.partner"].sudo().with_context(active_test=False)
        # Confirmed orders may stay with whoever made the sale.
        owner = self.env["client.handover"].sudo().new({"owner_id": self.id, "move_orders": False})
        clients = partners.search_count(owner._get_owner_domain())
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

    def _refuse_to_leave(self, counts):
        message = self.env._(
            "%(user)s still has: %(what)s. Hand them over first, so that nothing is lost.",
            user=self.name,
            what=", ".join(words for words, count in counts.items() if count),
        )
        handovers = self.env["client.handover"]
        if not handovers.has_access("create"):
            raise UserError(message)
        action = handovers._get_open_action(
            source="owner", owner_id=self.id, reason="leaving", other_receiver_id=self.env.uid
        )
        raise RedirectWarning(message, action, self.env._("Hand over"))
