from odoo import api, models


class Base(models.AbstractModel):
    """What people read in place of the values that are stored."""

    _inherit = "base"

    @api.model
    def _get_selection_words(self, name):
        """Return ``{value: words}`` of the selection field ``name``, in the language of the environment."""
        return dict(self._fields[name]._description_selection(self.env))

    def _in_language_of(self, user):
        """Return these records in the language of ``user``, who reads what is written about them."""
        return self.with_context(lang=user.lang)
