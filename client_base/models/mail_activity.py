from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError


class MailActivity(models.Model):
    """New activities of a manager who is away go to the substitute, and come back at the end.

    Those that the manager had before stay where they are; the substitute sees them with the client.
    """

    _inherit = "mail.activity"

    client_for_id = fields.Many2one(
        "res.users",
        string="Done for",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The manager who was away when the activity was planned; the substitute does it.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [{**vals, "client_for_id": self._get_stood_in_for(vals).id} for vals in vals_list]
        self._route_to_substitutes(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        if "client_for_id" in vals and not self.env.su:
            raise AccessError(self.env._("For whom an activity is done is noted by itself."))
        if "user_id" in vals:
            # Given to somebody by hand, it does not come back.
            vals = {"client_for_id": False, **vals}
        return super().write(vals)

    @api.model
    def _get_stood_in_for(self, vals):
        """Return for whom an activity is done that is planned for a substitute, who will not see the client later."""
        user = self.env["res.users"].browse(vals.get("user_id", self.env.uid))
        absent = set(user._client_stood_in_for()) if user else ()
        if not absent or (scope := user._client_standing_scope()) is None:
            return user.browse()
        owners = self._get_owners_of(vals)
        return owners.filtered(lambda owner: owner.id in absent and owner.id not in scope)[:1]

    @api.model
    def _route_to_substitutes(self, vals_list):
        """Give to the substitute what is planned for a manager away, about the manager's clients."""
        assigned = {vals["user_id"] for vals in vals_list if vals.get("user_id")} - {self.env.uid}
        users = self.env["res.users"].browse(assigned)
        substitutes = self.env["client.substitution"]._get_substitutes_now(users) if users else {}
        for vals in vals_list:
            absent = users.browse(vals.get("user_id"))
            if absent in substitutes and absent in self._get_owners_of(vals):
                vals.update(self._prepare_routed_values(vals, absent, substitutes[absent]))

    @api.model
    def _get_owners_of(self, vals):
        """Return the managers of the clients that an activity with these values is about."""
        vals = {**self.default_get(["res_model_id", "res_model", "res_id"]), **vals}
        # sudo: planning an activity takes no right to read the technical list of models
        model = vals.get("res_model") or self.env["ir.model"].sudo().browse(vals.get("res_model_id")).model
        owners = self.env["res.users"]
        if model in self.env and vals.get("res_id"):
            owners = owners.union(*self.env[model].browse(vals["res_id"])._get_client_owners().values())
        return owners

    @api.model
    def _prepare_routed_values(self, vals, absent, substitute):
        note = Markup("<p>%s</p>") % self.env._("for %s, who is away", absent.name)
        return {
            "user_id": substitute.id,
            "client_for_id": absent.id,
            "note": note + Markup(vals.get("note") or ""),
        }

    @api.model
    def _return_to_owners(self):
        """Give open activities back where the substitute does not stand in any more.

        The client may have another manager by then, who gets them.  Documents of an addon that is gone
        are nobody's to open: their activities stay where they are.
        """
        # sudo: they are no longer the substitute's to see
        routed = self.sudo().search([("client_for_id", "!=", False)])
        substitutions = self.env["client.substitution"]._get_running(routed.client_for_id)._filter_able()
        running = {(record.absent_id, record.substitute_id) for record in substitutions}
        over = routed.filtered(
            lambda activity: (
                (activity.client_for_id, activity.user_id) not in running
                and (not activity.res_model or activity.res_model in self.env)
            )
        )
        for activity in over.with_context(mail_activity_quick_update=True):
            with self.env["ir.cron"]._apart(activity):
                activity.write({"user_id": activity._get_owner_to_return_to().id, "client_for_id": False})

    def _get_owner_to_return_to(self):
        """Return the client's manager; for whom it was done, where that is not one person."""
        owners = self.env["res.users"]
        if self.res_model:
            owners = owners.union(*self.env[self.res_model].browse(self.res_id)._get_client_owners().values())
        return self.client_for_id if self.client_for_id in owners or len(owners) != 1 else owners
