from odoo import api, models

from ..models.res_partner import DECISION_FIELDS, LEAD_GRADES
from ..tools.ladder import DECLARED_DEAD, HEIGHTS


class BasePartnerMerge(models.TransientModel):
    """Of two cards that become one client each has a history; each may have a decision point open, and one stays."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        """Tell the history of the client that they are from now on: theirs, one behind the other, would be of none."""
        partners = self.env["res.partner"].browse(partner_ids).exists() | (dst_partner or self.env["res.partner"])
        clients = partners.filtered(lambda partner: partner == partner.commercial_partner_id)
        result = super()._merge(partner_ids, dst_partner=dst_partner, extra_checks=extra_checks)
        if len(clients) > 1:
            self.env["client.lifecycle"]._rewrite_history(clients.exists())
        return result

    @api.model
    def _make_room(self, kept, others):
        super()._make_room(kept, others)
        self.env["client.decision"]._leave_one_open(kept, others)
        self._leave_one_decision(kept, others)

    @api.model
    def _leave_one_decision(self, kept, others):
        """Leave to ``kept`` what was decided about it: Odoo would fill gaps in it from ``others``, field by field.

        Where nothing was, the highest grade of the others is taken over whole. Of a duplicate that was declared dead
        nobody dies.
        """
        # sudo: who may make one client of them does so with what a lead decided
        kept, others = kept.sudo(), others.sudo()
        named = others.filtered(lambda partner: partner.client_grade in LEAD_GRADES)
        # An order brought back to life who was declared dead once: what was decided then holds no more.
        outlived = kept.client_grade == "dead" and kept.client_segment_rule not in DECLARED_DEAD
        if named and (outlived or not kept.client_grade):
            highest = max(named, key=lambda partner: (HEIGHTS[partner.client_grade], partner.client_grade_date))
            kept.write(highest._convert_to_write({name: highest[name] for name in DECISION_FIELDS}))
        others.write(dict.fromkeys(DECISION_FIELDS, False))
