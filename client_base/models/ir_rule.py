from odoo import models


class IrRule(models.Model):
    _inherit = "ir.rule"

    def _eval_context(self):
        """Let rule domains name ``client_scope``: whose clients the user sees.

        See :meth:`~odoo.addons.client_base.models.res_users.ResUsers._client_scope`; ``None``
        means all.
        """
        return {**super()._eval_context(), "client_scope": self.env.user._client_scope()}
