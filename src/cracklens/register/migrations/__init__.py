"""Migrations of the tables of a register, which Alembic runs; one file for each revision."""
