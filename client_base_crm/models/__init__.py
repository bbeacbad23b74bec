from . import client_handover, crm_lead, res_users
