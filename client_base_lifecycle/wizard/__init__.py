from . import client_segment_decide, client_successor
