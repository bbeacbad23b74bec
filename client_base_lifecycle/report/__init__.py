from . import client_assortment_report, client_balance_report, client_market_report
