"""The worker: a Celery app whose sweep needs neither broker nor beat."""

import logging
import os
import threading
from typing import Any

from celery import Celery, bootsteps

import backend.config.broker  # noqa: F401  registers the transport

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")

logger = logging.getLogger(__name__)

SWEEP_S = 5.0


class Sweep(bootsteps.StartStopStep):
    """A thread of the worker that drains the job table every five seconds, also while no broker answers."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, worker: Any, **kwargs: Any) -> None:
        super().__init__(worker, **kwargs)
        self._stopped = threading.Event()

    def start(self, worker: Any) -> None:
        """Begin to sweep."""
        threading.Thread(target=self._run, name="sweep", daemon=True).start()

    def stop(self, worker: Any) -> None:
        """End after the sweep under way."""
        self._stopped.set()

    def terminate(self, worker: Any) -> None:
        """End likewise."""
        self.stop(worker)

    def _run(self) -> None:
        from django.db import close_old_connections

        from backend.projects.actions.jobs import sweep_jobs
        from backend.suggestions.work import embed_all_later

        is_new = True
        while not self._stopped.is_set():
            try:
                sweep_jobs()
                if is_new:
                    embed_all_later()
                    is_new = False
            except Exception as error:
                logger.warning("A sweep failed (%s); the next comes in %s s.", type(error).__name__, SWEEP_S)
            finally:
                close_old_connections()
            self._stopped.wait(SWEEP_S)


app = Celery("earmark")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add(Sweep)
