/* The driver of PostgreSQL; not there where the build is without libpq. */
#ifndef CARRICK_STORE_POSTGRESQL_H
#define CARRICK_STORE_POSTGRESQL_H

#include "store/conn.h"

extern const struct driver postgresql_driver;

#endif
