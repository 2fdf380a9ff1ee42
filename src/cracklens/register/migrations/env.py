"""What Alembic runs around the migrations. `cracklens.register.revisions` gives the connection."""

from alembic import context

from cracklens.register.schema import Base


def _run() -> None:
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=Base.metadata,
        transactional_ddl=True,  # also in SQLite, whose transactions `engine.py` begins
    )
    context.run_migrations()


if hasattr(context, "config"):  # it is not where something else than Alembic imports the module
    _run()
