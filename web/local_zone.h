// web/local_zone.h - the time zone of the browser, with its changes.
#pragma once

#include "base/time_zone.h"

namespace nats_blotter::web {

// The zone of the browser, for some twenty years back and two ahead: before and behind these, the
// offset at that end holds.
TimeZone local_time_zone();
// Reads it anew where the user, or the machine, has gone to another one; to be called now and then.
void update_time_zone(TimeZone& zone);

}  // namespace nats_blotter::web
