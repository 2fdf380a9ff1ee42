"""Jobs and tokens."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from cracklens.errors import DataNotFoundError, UsageError
from cracklens.register import jobs, tokens
from cracklens.register.database import open_register
from cracklens.register.schema import ApiToken, Job
from cracklens.register.schema.base import now


def add(register, *kinds):
    with register.writing() as session:
        return [jobs.enqueue(session, kind, {"folder": "é"}).id for kind in kinds]


def state(register, number):
    with register.reading() as session:
        return jobs.find_job(session, number).state


def take(register, worker="w", kinds=()):
    with register.writing() as session:
        job = jobs.take_next(session, worker, kinds)
        return job.id if job else None


def test_a_job_from_queue_to_end_survives_a_restart(register, place):
    (number,) = add(register, "inspect")
    assert take(register) == number
    with register.writing() as session:
        assert jobs.report_progress(session, number, "w", 0.5)
    register.close()
    with open_register(place) as again:
        with again.reading() as session:
            job = jobs.find_job(session, number)
            assert (job.state, job.progress, job.payload, job.result) == (
                "running", 0.5, {"folder": "é"}, None,
            )  # fmt: skip
        with again.writing() as session:
            assert jobs.finish(session, number, "w", {"cracks": 3})
        with again.reading() as session:
            job = jobs.find_job(session, number)
            assert (job.state, job.result, job.progress) == ("done", {"cracks": 3}, 1.0)
            assert job.finished >= job.started >= job.created


def test_jobs_are_taken_in_their_order_and_by_kind(register):
    first, second, third = add(register, "inspect", "report", "inspect")
    assert take(register, kinds=("report",)) == second
    assert [take(register), take(register), take(register)] == [first, third, None]


def test_no_two_workers_get_the_same_job(register, place):
    numbers, taken = add(register, *["inspect"] * 12), []

    def work(name):
        with open_register(place) as mine:
            while (number := take(mine, name)) is not None:
                taken.append(number)

    threads = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == numbers


def test_a_worker_hears_that_its_job_was_cancelled(register):
    waiting, running = add(register, "a", "b")
    assert take(register, kinds=("b",)) == running
    with register.writing() as session:
        assert jobs.cancel(session, waiting)
        assert jobs.cancel(session, running)
    with register.writing() as session:
        assert not jobs.report_progress(session, running, "w", 0.9)
        assert not jobs.finish(session, running, "w", {})
        assert not jobs.fail(session, running, "w", "late")
        assert not jobs.cancel(session, running)
        with pytest.raises(DataNotFoundError):
            jobs.cancel(session, 99)
    assert state(register, running) == "cancelled"
    assert take(register) is None


def test_what_a_lost_worker_had_is_queued_again_and_not_for_ever(register):
    (number,) = add(register, "inspect")
    for attempt in range(1, jobs.MOST_ATTEMPTS + 1):
        assert take(register, f"w{attempt}") == number
        with register.writing() as session:
            assert jobs.requeue_lost(session) == 0  # it is alive
            jobs.find_job(session, number).heartbeat = now() - 2 * jobs.LOST_AFTER
        with register.writing() as session:
            assert jobs.requeue_lost(session) == (attempt < jobs.MOST_ATTEMPTS)
        with register.writing() as session:
            assert not jobs.report_progress(session, number, f"w{attempt}", 0.5)
    assert state(register, number) == "failed"
    with register.reading() as session:
        assert "3 times" in jobs.find_job(session, number).error


def test_a_state_that_is_none_is_refused(register):
    from sqlalchemy.exc import IntegrityError

    with pytest.raises(IntegrityError), register.writing() as session:
        session.add(Job(kind="a", payload={}, state="lost"))


def test_a_token_opens_until_it_is_revoked_or_expired(register):
    with register.writing() as session:
        first = tokens.create_token(session, "Ada")
        second = tokens.create_token(session, "asset system", now() + timedelta(hours=1))
    with register.reading() as session:
        assert tokens.user_of(session, first) == "Ada"
        assert tokens.user_of(session, second) == "asset system"
    with register.writing() as session:
        one, two = tokens.tokens(session)
        tokens.revoke_token(session, one.id)
        two.expires = now() - timedelta(seconds=1)
        with pytest.raises(DataNotFoundError):
            tokens.revoke_token(session, 99)
    with register.reading() as session:
        assert tokens.user_of(session, first) is None
        assert tokens.user_of(session, second) is None


def test_a_wrong_token_opens_nothing(register):
    with register.writing() as session:
        token = tokens.create_token(session, "Ada")
    prefix, number, secret = token.split("_", 2)
    wrong = [
        "", "clt", "clt_1", "clt_1_", f"{prefix}_{number}_{secret[:-1]}", f"{prefix}_99_{secret}",
        f"x_{number}_{secret}", f"clt_{'9' * 40}_{secret}", f"clt_-1_{secret}", f"clt_²_{secret}",
        f"{token}\udc80",
    ]  # fmt: skip
    with register.reading() as session:
        assert [tokens.user_of(session, each) for each in wrong] == [None] * len(wrong)
        assert tokens.user_of(session, token) == "Ada"


def test_the_register_does_not_hold_the_token(sqlite):
    with sqlite.writing() as session:
        token = tokens.create_token(session, "Ada")
        tokens.create_token(session, "Ada")
    secret = token.split("_", 2)[2]
    with sqlite.reading() as session:
        rows = session.scalars(select(ApiToken)).all()
    assert len({row.salt for row in rows}) == len({row.hash for row in rows}) == 2
    from pathlib import Path

    files = Path(sqlite.place).parent.glob("register.db*")
    assert all(secret.encode() not in file.read_bytes() for file in files)


def test_a_token_without_a_name(sqlite):
    with pytest.raises(UsageError, match="say who"), sqlite.writing() as session:
        tokens.create_token(session, " ")
