// services/subjects_main.cpp - traderx-subjects: prints docs/subjects.md.
#include <cstdio>

#include "services/subjects_page.h"

int main() {
    std::fputs(nats_blotter::services::subjects_page_text().c_str(), stdout);
    return 0;
}
