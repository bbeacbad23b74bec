from odoo import models
from odoo.exceptions import UserError


class ClientUsedMixin(models.AbstractModel):
    """What was used to enter something is archived, not deleted: else what was entered would lose its meaning.

    A model says in ``_unlink_except_used`` what it is used for.
    """

    _name = "client.used.mixin"
    _description = "Archived Where It Is Used"

    def copy_data(self, default=None):
        copies = super().copy_data(default)
        if "name" not in (default or {}):
            for original, values in zip(self, copies, strict=True):
                values["name"] = self.env._("%s (copy)", original.name)
        return copies

    def copy_translations(self, new, excluded=()):
        # Else the copy would be called as the original by whoever works in another language.
        super().copy_translations(new, (*excluded, "name"))

    def _refuse_where_used(self, model, field, words, domain=()):
        """Raise UserError where a record of ``model`` has one of these in ``field``.

        :param words: why, in the user's language, with ``%s`` for the name of what is used
        :param domain: which records of the model count; all by default, those archived too
        """
        # sudo: whether something is used is no secret, whoever used it
        records = self.env[model].sudo().with_context(active_test=False)
        used = records.search([*domain, (field, "in", self.ids)], order="id", limit=1)[field] & self
        if used:
            raise UserError(words % used[0].display_name)
