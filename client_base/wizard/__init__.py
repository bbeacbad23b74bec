from . import client_handover_report
