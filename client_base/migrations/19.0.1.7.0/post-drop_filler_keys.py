def migrate(cr, version):
    """Make the keys of those clients anew that are known by what stands for nothing: “-”, “нет”."""
    cr.execute(
        r"""
        INSERT INTO client_key_mark (partner_id, keyed)
        SELECT DISTINCT partner_id, FALSE FROM client_key
         WHERE kind = 'vat' AND value !~ '\d' OR kind = 'ref' AND value !~ '\w'
            OR kind = 'email' AND strpos(value, '@') = 0 OR kind = 'website' AND strpos(value, '.') = 0
        """
    )
