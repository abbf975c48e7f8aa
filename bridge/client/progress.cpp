#include "bridge/client/progress.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

#include <unistd.h>

#include "bridge/client/display.hpp"

namespace immp::bridge::client {

namespace {

constexpr std::chrono::milliseconds kPause{100};
constexpr std::size_t kBarCells = 24;
constexpr const char* kEraseLine = "\r\x1b[K";

}  // namespace

std::string progress_line(const std::string& label, std::uint64_t moved, std::uint64_t total) {
    const std::uint64_t whole = std::max<std::uint64_t>(total, 1);
    const auto filled = static_cast<std::size_t>(std::min(moved, whole) * kBarCells / whole);
    return column(label, 24) + " [" + std::string(filled, '#') + std::string(kBarCells - filled, '.') + "] " +
           std::to_string(std::min(moved, whole) * 100 / whole) + "%  " + size_text(moved) + " of " +
           size_text(total);
}

void note_beside_progress(const std::string& line) {
    const bool may_have_bar = ::isatty(STDERR_FILENO) == 1;
    std::fprintf(stderr, "%s%s\n", may_have_bar ? kEraseLine : "", line.c_str());
}

Progress::Progress(std::string label, std::uint64_t total_bytes)
    : label_(std::move(label)),
      total_bytes_(total_bytes),
      shown_(total_bytes >= kShortBytes && ::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
    if (shown_) std::fputs(kEraseLine, stderr);
}

void Progress::add(std::uint64_t bytes) {
    moved_bytes_ += bytes;
    const auto now = std::chrono::steady_clock::now();
    if (!shown_ || (now - drawn_ < kPause && moved_bytes_ < total_bytes_)) return;
    drawn_ = now;
    draw();
}

void Progress::draw() {
    const std::string line = progress_line(label_, moved_bytes_, total_bytes_);
    std::fprintf(stderr, "%s%s", kEraseLine, line.c_str());
}

}  // namespace immp::bridge::client
