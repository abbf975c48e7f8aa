// Stands in for libFuzzer where it is not: runs a target over the files of a folder, each whole and cut at
// every octet.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

/// Longer seeds are cut at their first octets only: a target is often linear in what it gets.
constexpr std::size_t kMaxCuts = 4096;

void replay(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    const std::vector<char> seed{std::istreambuf_iterator<char>(file), {}};
    for (std::size_t size = 0; size < seed.size() && size < kMaxCuts; ++size) {
        // An exact copy, so that a sanitizer sees a read behind the cut.
        const std::vector<std::uint8_t> cut(seed.begin(), seed.begin() + static_cast<std::ptrdiff_t>(size));
        LLVMFuzzerTestOneInput(cut.data(), cut.size());
    }
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(seed.data()), seed.size());
}

}  // namespace

int main(int argc, char** argv) {
    std::size_t seeds = 0;
    for (int arg = 1; arg < argc; ++arg) {
        for (const auto& entry : std::filesystem::directory_iterator(argv[arg])) {
            replay(entry.path());
            ++seeds;
        }
    }
    std::cout << seeds << " seeds replayed\n";
    return seeds > 0 ? 0 : 1;
}
