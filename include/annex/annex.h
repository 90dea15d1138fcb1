// All that a program needs to serve API types of its own.
#pragma once

#include "annex/cli/run.h"
#include "annex/meta/object_meta.h"
#include "annex/meta/quantity.h"
#include "annex/meta/time.h"
#include "annex/schema/describe.h"
#include "annex/server/server.h"
