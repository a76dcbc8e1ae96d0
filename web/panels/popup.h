// web/panels/popup.h - the frame that dialogs over the screen share: a title, a cross, Escape.
#pragma once

#include "web/scene.h"

namespace nats_blotter::web {

// A dialog of this size in the middle of `within`. True while it is open: then draw its contents,
// which scroll, and call end_dialog().
bool begin_dialog(const Scene& scene, const Area& within, const char* id, const char* title,
                  float width, float height, bool open_asked);
void end_dialog();

}  // namespace nats_blotter::web
