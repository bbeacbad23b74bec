from . import base_partner_merge, client_handover_report
