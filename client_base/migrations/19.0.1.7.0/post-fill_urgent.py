def migrate(cr, version):
    """Say of raw cards that they are not urgent where nothing is said: NULL would come before the urgent ones."""
    cr.execute("UPDATE client_intake SET urgent = FALSE WHERE urgent IS NULL")
