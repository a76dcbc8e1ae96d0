// services/subjects_page.h - docs/subjects.md, made from the one table of subjects
// (feed/subjects.h).
#pragma once

#include <string>

namespace nats_blotter::services {

// The whole page, Markdown. `scripts/subjects` writes it; a test compares.
std::string subjects_page_text();

}  // namespace nats_blotter::services
