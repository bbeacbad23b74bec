from . import (
    test_campaign,
    test_channels,
    test_close,
    test_group,
    test_programme,
    test_receipt,
    test_replies,
    test_results,
    test_sending,
    test_tools,
    test_translations,
    test_unsubscribe,
)
