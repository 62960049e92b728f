"""Models as they are distributed made into OpenVINO models, once.

Start at ``convert.py``. A BERT is written in OpenVINO's own operators (``bert.py``), which needs no
torch; any other model is run by torch and traced (``traced.py``). Always holds: a BERT that is not
known to be run right here is traced, and what is traced is compared with what torch gives.
"""
