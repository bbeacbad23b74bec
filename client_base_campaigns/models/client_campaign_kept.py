from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

# Longer than any transaction that writes recipients takes.
SETTLED = timedelta(minutes=1)


class ClientCampaign(models.Model):
    """Counts of all recipients, kept until one is written again."""

    _inherit = "client.campaign"

    kept_counts = fields.Json(readonly=True, copy=False, groups="client_base.group_client_all")
    kept_on = fields.Datetime(readonly=True, copy=False, groups="client_base.group_client_all")

    def _get_kept(self):
        """Return ``{id: counts}`` of the campaigns whose kept counts are as one would count now.

        They are over all clients, so they are for those only who see all; and they hold as long as no recipient
        was written since, nor shortly before, by a transaction that could not be seen then.
        """
        if self.env.user._client_scope() is not None or not self._origin:
            return {}
        last = self._get_last_changes()
        return {
            campaign.id: campaign.kept_counts
            for campaign in self._origin.sudo()  # sudo: who may see it was asked above
            if campaign.kept_counts and last.get(campaign.id) and last[campaign.id] + SETTLED <= campaign.kept_on
        }

    def _get_last_changes(self):
        """Return ``{id: when a recipient was written last}`` of these campaigns; None where there are none."""
        self.env["client.campaign.recipient"].flush_model(["write_date"])
        return dict(
            self.env.execute_query(
                SQL(
                    """SELECT id, (SELECT max(write_date) FROM client_campaign_recipient AS recipient
                                    WHERE recipient.campaign_id = campaign.id)
                         FROM client_campaign AS campaign WHERE id = ANY(%s)""",
                    self._origin.ids,
                )
            )
        )

    def _keep_counts(self):
        """Keep the counts of these campaigns over all their recipients, whoever asks for it."""
        # sudo: they are shown to those only who see all clients
        for campaign in self.sudo():
            campaign.write({"kept_counts": campaign._count(), "kept_on": fields.Datetime.now()})

    def _forget_counts(self):
        """Have the counts of these campaigns made anew: recipients that were counted are gone."""
        # sudo: they are nobody's to write
        self.sudo().filtered("kept_counts").write({"kept_counts": False, "kept_on": False})

    @api.model
    def _cron_keep_counts(self):
        """Keep the counts of campaigns that have come to rest, so that large ones open as fast as small ones."""
        campaigns = self.search([("state", "not in", ("draft", "group"))])
        kept, last = campaigns._get_kept(), campaigns._get_last_changes()
        # Where there are no recipients there is nothing to keep.
        campaigns.filtered(lambda campaign: campaign.id not in kept and last.get(campaign.id))._keep_counts()
