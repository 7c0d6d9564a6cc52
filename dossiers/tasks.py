"""Compiling in the background. The truth about what waits is in the rows; a task carries an id and may run twice."""

from celery import shared_task

from dossiers.background import compile_requested as compile_now


@shared_task(name="dossiers.compile_requested", acks_late=True)  # type: ignore[untyped-decorator]
def compile_requested(dossier_id: str) -> None:
    """Compile the dossier of this id into the vault, unless another run has it or it is finished."""
    compile_now(dossier_id)
