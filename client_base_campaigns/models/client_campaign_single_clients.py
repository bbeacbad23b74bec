from ast import literal_eval

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.client_base.search import parse_domain


class ClientCampaign(models.Model):
    """How single clients come into a group that is not frozen yet: as one more of its conditions."""

    _inherit = "client.campaign"

    def _check_choosing(self):
        if self.state not in ("draft", "group"):
            names = self._get_selection_words("state")
            raise UserError(
                self.env._(
                    "The group of “%(campaign)s” is frozen: it is at “%(state)s”. Press “Back to the Group” there "
                    "first, or add single clients by “Add to a Campaign”.",
                    campaign=self.name,
                    state=names[self.state],
                )
            )

    def _sort_picks(self, clients):
        """Return which of ``clients`` would come into the group, are in it already, and cannot be in it."""
        self.ensure_one()
        within = Domain("id", "in", clients.ids)
        fitting = clients.search(self._limit_to_responsible(self._get_frame_domain() & within))
        known = clients.search(self._get_candidates_domain() & within) if self._has_criteria() else clients.browse()
        return fitting - known, known, clients - fitting

    def _has_criteria(self):
        """Tell whether anything narrows the group: without, it is all clients until one is picked."""
        framed = self.segment_ids or self.country_ids or self.region_ids
        return bool(framed) or not parse_domain(self.domain).is_true()

    def _pick(self, clients):
        """Put these clients, who are not in the group yet, into it; where there are none, it stays as it is."""
        self.ensure_one()
        self._check_choosing()
        if not clients:
            # A condition that nobody fits would narrow a group of all in some segments to nobody.
            return
        self.env["client.campaign.pick"].create(
            [{"campaign_id": self.id, "partner_id": client.id} for client in clients]
        )
        picked = self._get_picked_condition()
        conditions = parse_domain(self.domain)
        if conditions.is_true():
            self.domain = str([picked])
        elif picked not in list(conditions):
            self.domain = str(list(Domain([picked]) | conditions))

    def _get_picked_condition(self):
        return ("client_campaign_pick_ids.campaign_id", "=", self.id)

    def _replace_picked(self, condition):
        """Return the further conditions, with ``condition`` in place of that a client was picked for this campaign."""
        picked = self._get_picked_condition()
        conditions = literal_eval(self.domain or "[]")
        return str([condition if tuple(part) == picked else part for part in conditions])

    def copy(self, default=None):
        """Pick for the copies who was picked for these: what is picked for one later is no matter of the other."""
        copies = super().copy(default)
        # sudo: the whole group is planned anew, also with clients that whoever copies it does not see
        picks = self.env["client.campaign.pick"].sudo()
        for campaign, made in zip(self, copies, strict=True):
            picks.search([("campaign_id", "=", campaign.id)]).copy({"campaign_id": made.id})
            made.domain = campaign._replace_picked(made._get_picked_condition())
        return copies
