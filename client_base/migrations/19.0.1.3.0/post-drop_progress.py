def migrate(cr, version):
    """Drop the table of a model that is no more: how far an import is, is read from its rows."""
    cr.execute("DROP TABLE IF EXISTS client_import_progress")
