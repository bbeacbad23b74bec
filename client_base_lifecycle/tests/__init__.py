from . import (
    test_analysis,
    test_audit,
    test_companies,
    test_decision,
    test_engine,
    test_forecast,
    test_points,
    test_purchases,
    test_segment,
    test_settings,
    test_tools,
    test_translations,
)
