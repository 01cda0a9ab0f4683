#pragma once

#include <libpq-fe.h>

// Swift does not import macros that are character constants.
enum {
    postgres_field_sqlstate = PG_DIAG_SQLSTATE,
    postgres_field_constraint = PG_DIAG_CONSTRAINT_NAME,
    postgres_field_column = PG_DIAG_COLUMN_NAME,
    postgres_field_table = PG_DIAG_TABLE_NAME,
};
