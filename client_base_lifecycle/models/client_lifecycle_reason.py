from odoo import api, models
from odoo.tools import format_date

DATES = ("on", "until", "first", "last")


class ClientLifecycle(models.AbstractModel):
    """Why a client is where it is, in words."""

    _inherit = "client.lifecycle"

    @api.model
    def _get_sentences(self):
        _ = self.env._
        return {
            "agreed": _("Agreed to cooperate on %(on)s, no order yet."),
            "chosen_key": _("Chosen as a key account on %(on)s."),
            "dead_review_due": _("Declared dead on %(on)s; the review was due by %(until)s."),
            "declared_dead": _("Declared dead on %(on)s."),
            "first_orders": _("Purchases: %(orders)s, the last on %(last)s."),
            "many_orders": _("Purchases: %(orders)s over %(months)s months, since %(first)s."),
            "named_vip": _("Named a VIP on %(on)s, to be reviewed by %(until)s."),
            "never_ordered": _("Agreed to cooperate on %(on)s, but ordered nothing in %(months)s months."),
            "no_agreement": _("In the base, no agreement and no order yet."),
            "several_orders": _("Purchases: %(orders)s, the last on %(last)s."),
            "silent": _("No order since %(last)s: longer than the term of %(months)s months."),
            "vip_review_due": _("Named a VIP on %(on)s; the review was due by %(until)s."),
        }

    @api.model
    def _get_reason(self, rule, evidence, comment=None):
        """Return why a client is where it is, as a sentence in the user's language."""
        sentence = self._get_sentences().get(rule)
        if not sentence:
            return False
        shown = {
            name: format_date(self.env, value) if name in DATES else value for name, value in (evidence or {}).items()
        }
        return "\n".join(filter(None, [sentence % shown, comment]))
