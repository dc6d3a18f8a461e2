"""Hosted credit: one folder for each domain, each with endpoints, service, repository, schemas.

Shares catalog, metering, licensing and providers with the desktop, and never imports the
window, the engine, the desktop's store or its use cases. Nothing of the desktop comes in.
"""

import sys

# FastAPI asks of every field whether pydantic's first version made it, and would load that version
# for it: 3.4 MiB of a worker, for models that nothing here has. None is how Python is told that a
# module is not there, which FastAPI is prepared for.
sys.modules.setdefault("pydantic.v1", None)  # type: ignore[arg-type]
