/* Preloaded by `cargo xtask bench intake --sync-delay`: each sync takes longer, as on a disk that waits for its medium. */
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void wait_for_medium(void) {
    struct timespec delay = {SYNC_DELAY_MS / 1000, (SYNC_DELAY_MS % 1000) * 1000000L};
    nanosleep(&delay, 0);
}

int fsync(int file) {
    wait_for_medium();
    return (int)syscall(SYS_fsync, file);
}

int fdatasync(int file) {
    wait_for_medium();
    return (int)syscall(SYS_fdatasync, file);
}
