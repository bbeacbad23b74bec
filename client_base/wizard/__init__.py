from . import base_partner_merge, client_handover_report, client_quick_contact
