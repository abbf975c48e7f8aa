// LD_PRELOAD: counts what a program has synced, in the file that IMMP_BENCH_SYNCS names, so that `./run
// bench` reads syncs a message from outside of a daemon that knows nothing of it.
#include <atomic>
#include <cstdint>
#include <cstdlib>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace {

using Counter = std::atomic<std::uint64_t>;
using Sync = int (*)(int);

Counter* open_counter() {
    const char* path = std::getenv("IMMP_BENCH_SYNCS");
    if (path == nullptr) return nullptr;
    const int file = ::open(path, O_RDWR | O_CLOEXEC);
    if (file < 0) return nullptr;
    void* page = ::mmap(nullptr, sizeof(Counter), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    ::close(file);
    return page == MAP_FAILED ? nullptr : static_cast<Counter*>(page);
}

int counted(Sync real, int file) {
    static Counter* const counter = open_counter();
    if (counter != nullptr) counter->fetch_add(1, std::memory_order_relaxed);
    return real(file);
}

Sync next(const char* name) {
    return reinterpret_cast<Sync>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" int fdatasync(int file) {
    static const Sync real = next("fdatasync");
    return counted(real, file);
}

extern "C" int fsync(int file) {
    static const Sync real = next("fsync");
    return counted(real, file);
}
