from . import client_gap_report
