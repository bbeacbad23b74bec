from . import base_partner_merge, client_segment_decide, client_successor
