"""What the witness vault does by itself."""

from celery import shared_task

from witnesses.closing import close_overdue


@shared_task(name="witnesses.close_overdue_openings")  # type: ignore[untyped-decorator]
def close_overdue_openings() -> None:
    """Ends requests whose time has run out. Can run twice, or never: every act on a request looks at the clock too."""
    close_overdue()
