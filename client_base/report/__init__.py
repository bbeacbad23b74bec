from . import client_gap_report, client_market_report
