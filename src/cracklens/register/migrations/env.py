"""What Alembic runs around the migrations. `cracklens.register.revisions` gives the connection."""

from alembic import context

from cracklens.register.schema import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transactional_ddl=True,  # also in SQLite, whose transactions `engine.py` begins
)
context.run_migrations()
