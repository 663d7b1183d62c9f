// A disk that is full for as long as the file named by FULLDISK exists: every call by which a regular file is written
// fails with ENOSPC. Preloaded into a node, so that no mount and no right is needed. The first such call makes a file
// FULLDISK.hit: a disk that nobody wrote to was not full for anybody.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static int full(int fd) {
    const char *flag = getenv("FULLDISK");
    struct stat status;
    if (!flag || fd < 3 || fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) return 0;
    if (access(flag, F_OK) != 0) return 0;
    char hit[4096];
    snprintf(hit, sizeof hit, "%s.hit", flag);
    int made = access(hit, F_OK) == 0 ? -1 : open(hit, O_WRONLY | O_CREAT, 0600);
    if (made >= 0) close(made);
    errno = ENOSPC;
    return 1;
}

ssize_t write(int fd, const void *bytes, size_t count) {
    static ssize_t (*real)(int, const void *, size_t);
    if (!real) real = dlsym(RTLD_NEXT, "write");
    return full(fd) ? -1 : real(fd, bytes, count);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    static ssize_t (*real)(int, const struct iovec *, int);
    if (!real) real = dlsym(RTLD_NEXT, "writev");
    return full(fd) ? -1 : real(fd, parts, count);
}

int fallocate(int fd, int mode, off_t offset, off_t length) {
    static int (*real)(int, int, off_t, off_t);
    if (!real) real = dlsym(RTLD_NEXT, "fallocate");
    return full(fd) ? -1 : real(fd, mode, offset, length);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) {
    static ssize_t (*real)(int, const void *, size_t, off_t);
    if (!real) real = dlsym(RTLD_NEXT, "pwrite");
    return full(fd) ? -1 : real(fd, bytes, count, offset);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off_t offset) {
    static ssize_t (*real)(int, const void *, size_t, off_t);
    if (!real) real = dlsym(RTLD_NEXT, "pwrite64");
    return full(fd) ? -1 : real(fd, bytes, count, offset);
}
