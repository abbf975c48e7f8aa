// This disk's ceiling: 4 KiB written into a preallocated file and synced, one after the other.
//   bench_disk FILE SECONDS  -> {"syncs": n, "seconds": s}
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include <fcntl.h>
#include <unistd.h>

namespace {

constexpr std::size_t kBlockBytes = 4096;
constexpr off_t kFileBytes = 64 << 20;

int die(const char* what) {
    std::perror(what);
    return 1;
}

/// Written once, so that a sync carries no new metadata.
bool preallocate(int file) {
    static const std::array<char, 1 << 20> zeros{};
    for (off_t at = 0; at < kFileBytes; at += static_cast<off_t>(zeros.size()))
        if (::pwrite(file, zeros.data(), zeros.size(), at) != static_cast<ssize_t>(zeros.size()))
            return false;
    return ::fsync(file) == 0;
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 3) {
        std::fputs("bench_disk FILE SECONDS\n", stderr);
        return 2;
    }
    const int file = ::open(arguments[1], O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0 || !preallocate(file)) return die(arguments[1]);
    using Clock = std::chrono::steady_clock;
    const std::chrono::duration<double> wanted(std::atof(arguments[2]));
    std::array<char, kBlockBytes> block{};
    long syncs = 0;
    const auto start = Clock::now();
    auto now = start;
    for (; now - start < wanted; now = Clock::now()) {
        block[0] = static_cast<char>(syncs);
        const off_t at = static_cast<off_t>(syncs) * static_cast<off_t>(kBlockBytes) % kFileBytes;
        if (::pwrite(file, block.data(), block.size(), at) != static_cast<ssize_t>(block.size()) ||
            ::fdatasync(file) != 0)
            return die("sync");
        ++syncs;
    }
    std::printf("{\"syncs\": %ld, \"seconds\": %.6f}\n", syncs,
                std::chrono::duration<double>(now - start).count());
}
