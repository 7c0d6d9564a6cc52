"""Verifying in the background. The truth about what waits is in the rows; a task carries an id and may run twice."""

from celery import shared_task

from audit.runs import carry_out, end_dead_runs, waiting_ids


@shared_task(name="audit.verify_requested", acks_late=True)  # type: ignore[untyped-decorator]
def verify_requested(run_id: str) -> None:
    """Carry out the verification of this id, unless another process has it or it has ended."""
    carry_out(run_id)


def requeue_verifications() -> int:
    """Queue again what the queue forgot and end runs whose program died; return how many were queued.

    Harmless if the queue still holds them: a run is begun once.
    """
    end_dead_runs()
    ids = waiting_ids()
    for run_id in ids:
        verify_requested.delay(run_id)
    return len(ids)
