"""Indexes that wait until an installation has filled the rows they are about."""

from odoo import models

WAITING = "client_base_late_indexes"


class LateIndex(models.Index):
    """An index of fragments, which is built once the installation on a filled base is committed.

    The installation writes every row twice: the owner, and the first judgement of the card.  An index
    that is there meanwhile, or is built by the same transaction, holds all three versions; it stays
    more than twice as large, and answers up to nine times as slowly, when the old ones are gone.
    """

    def apply_to_database(self, model):
        if not getattr(model.pool, WAITING, False):
            super().apply_to_database(model)


def hold(registry):
    """Leave the late indexes out until :func:`build` is called."""
    setattr(registry, WAITING, True)


def build(model):
    """Build the late indexes of ``model`` if they were held."""
    if not getattr(model.pool, WAITING, False):
        return
    setattr(model.pool, WAITING, False)
    for index in model._table_objects.values():
        if isinstance(index, LateIndex):
            index.apply_to_database(model)
