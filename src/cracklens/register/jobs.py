"""Long work in the register: it survives a restart of whoever does it.

A worker takes a job, says now and then that it is alive, and ends it. What a worker that is gone
had in hand is queued again.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import Result as Rows
from sqlalchemy import select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from cracklens.errors import DataNotFoundError
from cracklens.register.schema import Job
from cracklens.register.schema.base import now

LOST_AFTER = timedelta(seconds=60)
"""Without a sign of life for so long, a worker counts as gone."""
MOST_ATTEMPTS = 3
"""A job that took its worker down so often is not tried again."""


def enqueue(session: Session, kind: str, payload: dict[str, Any]) -> Job:
    """Add a job to the queue.

    Args:
        session: one that writes.
        kind: what is to be done, such as "inspect".
        payload: what it needs, as JSON values.
    """
    job = Job(kind=kind, payload=payload)
    session.add(job)
    session.flush()
    return job


def find_job(session: Session, job_id: int) -> Job:
    """Return a job.

    Raises:
        DataNotFoundError: there is none of that number.
    """
    job = session.get(Job, job_id)
    if job is None:
        raise DataNotFoundError(f"there is no job {job_id}")
    return job


def take_next(session: Session, worker: str, kinds: tuple[str, ...] = ()) -> Job | None:
    """Take the oldest job of the queue; no two workers get the same one.

    Args:
        session: one that writes.
        worker: name of who takes it.
        kinds: that it can do; all if empty.

    Returns:
        None if nothing waits.
    """
    wanted = select(Job).where(Job.state == "queued").order_by(Job.id).limit(1)
    if kinds:
        wanted = wanted.where(Job.kind.in_(kinds))
    job = session.scalar(wanted.with_for_update(skip_locked=True))
    if job is None:
        return None
    job.state, job.worker, job.attempts = "running", worker, job.attempts + 1
    job.started = job.heartbeat = now()
    job.progress = 0.0
    session.flush()
    return job


def report_progress(session: Session, job_id: int, worker: str, progress: float) -> bool:
    """Say that a job goes on.

    Args:
        session: one that writes.
        job_id: of the job.
        worker: who has it.
        progress: share that is done, 0 to 1.

    Returns:
        Whether it shall go on: false if it was cancelled, or given to somebody else.
    """
    return _of_worker(session, job_id, worker, progress=progress, heartbeat=now())


def finish(session: Session, job_id: int, worker: str, result: dict[str, Any]) -> bool:
    """End a job well; false if it was cancelled meanwhile or given to somebody else."""
    ended = {"state": "done", "progress": 1.0, "result": result, "finished": now()}
    return _of_worker(session, job_id, worker, **ended)


def fail(session: Session, job_id: int, worker: str, error: str) -> bool:
    """End a job with what went wrong; false if it was cancelled or given to somebody else."""
    return _of_worker(session, job_id, worker, state="failed", error=error, finished=now())


def cancel(session: Session, job_id: int) -> bool:
    """Cancel a job that waits or runs; its worker hears of it at its next sign of life.

    Returns:
        False if it had ended before.

    Raises:
        DataNotFoundError: there is none of that number.
    """
    find_job(session, job_id)
    open_ = Job.state.in_(("queued", "running"))
    statement = update(Job).where(Job.id == job_id, open_)
    return _changed(session.execute(statement.values(state="cancelled", finished=now()))) == 1


def requeue_lost(session: Session, lost_after: timedelta = LOST_AFTER) -> int:
    """Queue again what workers that are gone had in hand.

    A job that was begun `MOST_ATTEMPTS` times fails instead.

    Returns:
        How many were queued again.
    """
    lost = (Job.state == "running", Job.heartbeat < now() - lost_after)
    session.execute(
        update(Job)
        .where(*lost, Job.attempts >= MOST_ATTEMPTS)
        .values(
            state="failed",
            finished=now(),
            error=f"its worker ended without a word {MOST_ATTEMPTS} times: see its log",
        )
    )
    again = update(Job).where(*lost).values(state="queued", worker=None, progress=0.0)
    return _changed(session.execute(again))


def _of_worker(session: Session, job_id: int, worker: str, **values: object) -> bool:
    mine = (Job.id == job_id, Job.state == "running", Job.worker == worker)
    return _changed(session.execute(update(Job).where(*mine).values(**values))) == 1


def _changed(rows: Rows[Any]) -> int:
    assert isinstance(rows, CursorResult)
    return rows.rowcount
