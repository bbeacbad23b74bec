from odoo import api, models
from odoo.exceptions import AccessError, UserError

# From which states a substitution comes to the one named.
SOURCES = {
    "requested": {"refused", "cancelled"},
    "approved": {"requested"},
    "refused": {"requested"},
    "cancelled": {"requested", "approved"},
}
WHO_AND_WHEN = {"absent_id", "substitute_id", "date_from", "date_to"}


class ClientSubstitution(models.Model):
    """Who may ask for a substitution, grant it, change and end it.

    A manager asks for himself; a lead of his, or who sees all clients, grants it.  What was granted
    the manager may give up, not change.  The substitute only reads.
    """

    _inherit = "client.substitution"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create([{**vals, "decided_by_id": False} for vals in vals_list])
        records._check_created()
        approved = records.filtered(lambda record: record.state == "approved")
        # sudo: nobody writes the decider by hand
        approved.sudo().write({"decided_by_id": self.env.uid})
        records._refresh_scopes()
        approved._tell_people()
        (records - approved)._ask_leads()
        return records

    def write(self, vals):
        changed = (WHO_AND_WHEN | {"state"}) & vals.keys()
        if not self.env.su:
            self._check_write(vals)
        if vals.get("state") in ("approved", "refused"):
            vals = {**vals, "decided_by_id": self.env.uid}
        result = super().write(vals)
        if not self.env.su:
            self._check_written(changed)
        if changed:
            self._refresh_scopes()
        return result

    def unlink(self):
        result = super().unlink()
        self._refresh_scopes()
        return result

    def _may_decide(self):
        """Tell whether the current user may approve it: a lead of the absent, or who sees all clients."""
        self.ensure_one()
        user = self.env.user
        if self.env.su or user.has_group("client_base.group_client_all"):
            return True
        # A lead's standing scope is the team: to stand in for a lead does not make one.
        members = user._client_standing_scope() if user.has_group("client_base.group_client_team") else ()
        return self.absent_id != user and self.absent_id.id in members

    def _check_created(self):
        """Refuse what the current user may not ask for or grant, and a beginning in the middle."""
        if self.env.su:
            return
        for record in self:
            if record.state not in ("requested", "approved"):
                raise UserError(self.env._("A substitution begins as a request or approved."))
            record._check_is_for_me()
            if record.state == "approved":
                record._check_may_decide()

    def _check_write(self, vals):
        """Refuse changes that the current user may not make to these records as they stand."""
        if "decided_by_id" in vals:
            raise AccessError(self.env._("Who decided is noted by itself."))
        for record in self:
            record._check_is_for_me()
            if WHO_AND_WHEN & vals.keys() and record.state != "requested" and not record._may_decide():
                raise AccessError(
                    self.env._(
                        "This substitution has been decided already. Ask your team lead to change it, or cancel it "
                        "and ask for another."
                    )
                )
            state = vals.get("state", record.state)
            if state != record.state and record.state not in SOURCES.get(state, ()):
                raise UserError(
                    self.env._(
                        "%(name)s: what is “%(state)s” cannot take this step.",
                        name=record.display_name,
                        state=self._get_selection_words("state")[record.state],
                    )
                )

    def _check_written(self, changed):
        """Refuse what the write made of the records, when only a lead may make that."""
        for record in self:
            record._check_is_for_me()
            if changed and record.state in ("approved", "refused"):
                record._check_may_decide()

    def _check_is_for_me(self):
        if self.absent_id != self.env.user and not self._may_decide():
            raise AccessError(
                self.env._("You can ask for a substitute for yourself only. For others their team lead does.")
            )

    def _check_may_decide(self):
        if not self._may_decide():
            raise AccessError(
                self.env._("Only the team lead of %s, or who sees all clients, decides this.", self.absent_id.name)
            )

    def _refresh_scopes(self):
        """Let every worker forget whose clients users see: now, and when others see what was written."""
        registry = self.env.registry
        registry.clear_cache()
        # A parallel request may have noted the old periods again before the commit.
        self.env.cr.postcommit.add(registry.clear_cache)
