#include "tests/support/durable_file.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

namespace immp::test {

DurableFile::DurableFile(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    octets_.assign(std::istreambuf_iterator<char>(stream), {});
}

void DurableFile::sync() {
    for (const Change& change : waiting_) {
        if (change.truncates) {
            octets_.resize(change.at);
            continue;
        }
        octets_.resize(std::max<std::size_t>(octets_.size(), change.at + change.octets.size()));
        std::ranges::copy(change.octets, octets_.begin() + static_cast<std::ptrdiff_t>(change.at));
    }
    waiting_.clear();
}

}  // namespace immp::test
