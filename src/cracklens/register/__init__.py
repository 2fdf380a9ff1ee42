"""The register: structures, visits, photographs, findings and decisions in a database.

It needs the `register` extra; for PostgreSQL, `postgres`. `cracklens.register.database` opens one.
"""
