def migrate(cr, version):
    """Put contacts back into the pool with their companies: who entered them saw them still."""
    cr.execute(
        """
        UPDATE res_partner part SET client_released = TRUE
          FROM res_partner client
         WHERE client.id = part.commercial_partner_id AND client.client_released
           AND part.id != client.id AND part.client_released IS NOT TRUE
        """
    )
