from . import (
    client_fact,
    client_lifecycle,
    client_segment,
    client_segment_move,
    res_config_settings,
    res_partner,
    sale_order,
)
