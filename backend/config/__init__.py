"""How Earmark is put together."""

import os

# Requests run side by side already; threads of algebra on a few dozen rows only wait for one another, using their CPU.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
