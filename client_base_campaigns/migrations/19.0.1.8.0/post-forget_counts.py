"""Count the campaigns at rest anew: what was kept of their channels said by which each was planned, not sent."""


def migrate(cr, version):
    if not version:
        return
    cr.execute("UPDATE client_campaign SET kept_counts = NULL, kept_on = NULL WHERE kept_counts IS NOT NULL")
