from . import (
    test_campaign,
    test_receipt,
    test_results,
    test_sending,
    test_tools,
    test_translations,
)
