from . import client_segment_decide
