// Counts the calls by which a process changes files, and kills it just before (or halfway through) a chosen one.
//
// Preloaded into the command under test:
//   CRASHPOINT_KILL_AT=N    SIGKILL just before call N (from 1)
//   CRASHPOINT_TEAR=1       a write is done by half first, as a crash in the middle of it leaves it
//   CRASHPOINT_ARM=FILE     calls are counted from when this file is there
//   CRASHPOINT_DIED=FILE    the name of the call in which it died is written there
//   CRASHPOINT_REPORT=FILE  the number of calls and their names are written there when the process ends by itself
//   CRASHPOINT_STOP_AT=TEXT SIGSTOP before a file is first moved to a path with that text in it
//   CRASHPOINT_STOP_AT_END  SIGSTOP when the process has ended by itself, before its memory goes
//   CRASHPOINT_CLOCK_AHEAD=N the clock of the day is N seconds ahead; no other clock is, and no timer goes by it
//   CRASHPOINT_NO_WIPING    explicit_bzero does nothing: what a search for secrets in memory must then find
// Only regular files and directories count; terminals, pipes and sockets do not.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static atomic_long calls;
static long kill_at = -1;
static long clock_ahead;
static int tear;
static const char *report, *arm, *died, *stop_at;
static int stop_at_end, no_wiping;
static atomic_int stopped;
static char names[1 << 16];
static atomic_size_t names_used;

static void *next(const char *name) { return dlsym(RTLD_NEXT, name); }

__attribute__((constructor)) static void begin(void) {
    const char *at = getenv("CRASHPOINT_KILL_AT");
    if (at) kill_at = atol(at);
    const char *ahead = getenv("CRASHPOINT_CLOCK_AHEAD");
    if (ahead) clock_ahead = atol(ahead);
    tear = getenv("CRASHPOINT_TEAR") != NULL;
    report = getenv("CRASHPOINT_REPORT");
    arm = getenv("CRASHPOINT_ARM");
    died = getenv("CRASHPOINT_DIED");
    stop_at = getenv("CRASHPOINT_STOP_AT");
    stop_at_end = getenv("CRASHPOINT_STOP_AT_END") != NULL;
    no_wiping = getenv("CRASHPOINT_NO_WIPING") != NULL;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    int result = syscall(SYS_clock_gettime, clock, now);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += clock_ahead;
    return result;
}

int gettimeofday(struct timeval *now, void *zone) {
    int result = syscall(SYS_gettimeofday, now, zone);
    if (result == 0) now->tv_sec += clock_ahead;
    return result;
}

time_t time(time_t *now) {
    struct timespec exact;
    clock_gettime(CLOCK_REALTIME, &exact);
    if (now) *now = exact.tv_sec;
    return exact.tv_sec;
}

void explicit_bzero(void *block, size_t size) {
    if (no_wiping) return;
    memset(block, 0, size);
    __asm__ __volatile__("" : : "r"(block) : "memory");
}

static int stops(const char *path) {
    if (stop_at && strstr(path, stop_at) && !atomic_exchange(&stopped, 1)) raise(SIGSTOP);
    return 1;
}

__attribute__((destructor)) static void end(void) {
    if (stop_at_end) raise(SIGSTOP);
    if (!report) return;
    int fd = open(report, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd < 0) return;
    ssize_t (*real)(int, const void *, size_t) = next("write");
    char line[64];
    int n = snprintf(line, sizeof line, "%ld\n", atomic_load(&calls));
    real(fd, line, n);
    real(fd, names, atomic_load(&names_used));
    close(fd);
}

static void note(const char *name) {
    size_t length = strlen(name) + 1;
    size_t at = atomic_fetch_add(&names_used, length);
    if (at + length < sizeof names) {
        memcpy(names + at, name, length - 1);
        names[at + length - 1] = '\n';
    }
}

// True if this is the call to die in; a call that cannot be torn dies at once.
static void tell(const char *name) {
    int fd = open(died, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ssize_t (*real)(int, const void *, size_t) = next("write");
    if (fd >= 0) real(fd, name, strlen(name));
}

static int due(const char *name) {
    if (arm && access(arm, F_OK) != 0) return 0;
    long number = atomic_fetch_add(&calls, 1) + 1;
    if (report) note(name);
    if (number == kill_at && died) tell(name);
    return number == kill_at;
}

static void die(void) { kill(getpid(), SIGKILL); for (;;) pause(); }

static int counts(int fd) {
    struct stat status;
    return fd > 2 && fstat(fd, &status) == 0 && (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode));
}

ssize_t write(int fd, const void *bytes, size_t count) {
    static ssize_t (*real)(int, const void *, size_t);
    if (!real) real = next("write");
    if (counts(fd) && due("write")) {
        if (tear) real(fd, bytes, count / 2);
        die();
    }
    return real(fd, bytes, count);
}

static ssize_t positioned(const char *name, int fd, const void *bytes, size_t count, off_t offset) {
    ssize_t (*real)(int, const void *, size_t, off_t) = next(name);
    if (counts(fd) && due(name)) {
        if (tear) real(fd, bytes, count / 2, offset);
        die();
    }
    return real(fd, bytes, count, offset);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) {
    return positioned("pwrite", fd, bytes, count, offset);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off_t offset) {
    return positioned("pwrite64", fd, bytes, count, offset);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    ssize_t (*real)(int, const struct iovec *, int) = next("writev");
    if (counts(fd) && due("writev")) die();
    return real(fd, parts, count);
}

#define SIMPLE(result, name, parameters, arguments, condition)      \
    result name parameters {                                        \
        static result (*real) parameters;                           \
        if (!real) real = next(#name);                              \
        if ((condition) && due(#name)) die();                       \
        return real arguments;                                      \
    }

SIMPLE(int, fsync, (int fd), (fd), counts(fd))
SIMPLE(int, fdatasync, (int fd), (fd), counts(fd))
SIMPLE(int, ftruncate, (int fd, off_t size), (fd, size), counts(fd))
SIMPLE(int, ftruncate64, (int fd, off_t size), (fd, size), counts(fd))
SIMPLE(int, rename, (const char *from, const char *to), (from, to), stops(to))
SIMPLE(int, link, (const char *from, const char *to), (from, to), stops(to))
SIMPLE(int, unlink, (const char *path), (path), 1)
SIMPLE(int, rmdir, (const char *path), (path), 1)
SIMPLE(int, mkdir, (const char *path, mode_t mode), (path, mode), 1)
