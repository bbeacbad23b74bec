from . import (
    test_decision,
    test_segment,
    test_settings,
    test_tools,
    test_translations,
)
