from . import account_invoice_report, client_gap_report, client_market_report
