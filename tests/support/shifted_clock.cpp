// tests/support/shifted_clock.cpp - preloaded into a program, sets its clock of the day forward or
// back while it runs: by the milliseconds that stand as text in the file of SHIFTED_CLOCK_FILE,
// looked at with every reading. Waits until a time of the day are told the true one.
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <cstdlib>

namespace {

constexpr long long kNsPerSecond = 1'000'000'000;

long long shift_ns() {
    const char* path = std::getenv("SHIFTED_CLOCK_FILE");
    const int file = path == nullptr ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    char text[32] = {};
    const ssize_t bytes = read(file, text, sizeof text - 1);
    close(file);
    return bytes <= 0 ? 0 : std::atoll(text) * 1'000'000;
}

timespec shifted(const timespec& time, long long by_ns) {
    const long long ns = time.tv_nsec + by_ns % kNsPerSecond + kNsPerSecond;
    timespec result = time;
    result.tv_sec += static_cast<time_t>(by_ns / kNsPerSecond + ns / kNsPerSecond - 1);
    result.tv_nsec = static_cast<long>(ns % kNsPerSecond);
    return result;
}

using ClockGettime = int (*)(clockid_t, timespec*);

int true_time(clockid_t clock, timespec* time) {
    static const auto next = reinterpret_cast<ClockGettime>(dlsym(RTLD_NEXT, "clock_gettime"));
    return next(clock, time);
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* time) {
    const int status = true_time(clock, time);
    if (status == 0 && clock == CLOCK_REALTIME) *time = shifted(*time, shift_ns());
    return status;
}

int gettimeofday(timeval* time, void*) {
    timespec now;
    const int status = clock_gettime(CLOCK_REALTIME, &now);
    time->tv_sec = now.tv_sec;
    time->tv_usec = now.tv_nsec / 1000;
    return status;
}

int pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex,
                           const timespec* until) {
    const timespec time = shifted(*until, -shift_ns());
    return pthread_cond_clockwait(condition, mutex, CLOCK_REALTIME, &time);
}

}  // extern "C"
