#include "bridge/wire/line.hpp"

#include <utility>

#include "armor/names.hpp"
#include "bridge/wire/codes.hpp"

namespace immp::bridge {
namespace {

constexpr std::string_view kCutsLine("\r\0", 2);

char upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

}  // namespace

void BodyWatch::feed(std::string_view octets) {
    constexpr std::string_view kData = "DATA", kChunk = "CHUNK";
    for (const char c : octets) {
        if (last_.size() == kChunk.size()) last_.erase(0, 1);
        last_ += upper(c);
        found_ = found_ || last_.ends_with(kData) || last_ == kChunk;
    }
}

bool names_body(std::string_view text) {
    BodyWatch watch;
    watch.feed(text);
    return watch.found();
}

void LineReader::collect(std::string_view octets) {
    if (!too_long_) {
        // One octet more than fits may be the CR of the line end.
        const std::size_t room = std::min(octets.size(), kMaxLineBytes + 1 - held_.size());
        held_ += octets.substr(0, room);
        octets.remove_prefix(room);
        if (octets.empty() && (held_.size() <= kMaxLineBytes || held_.back() == '\r')) return;
        too_long_ = true;
        watch_ = {};
        watch_.feed(std::exchange(held_, {}));
    }
    watch_.feed(octets);
}

Line LineReader::finish() {
    if (std::exchange(too_long_, false)) return {{}, refusal(414), watch_.found()};
    std::string text = std::exchange(held_, {});
    if (text.ends_with('\r')) text.pop_back();
    if (!armor::has_controls(text) && armor::is_utf8(text)) return {std::move(text), {}, false};
    Line refused{{}, refusal(415, "A line is UTF-8 without control characters"), names_body(text)};
    if (text.find_first_of(kCutsLine) == text.npos) refused.text = std::move(text);
    return refused;
}

LineReader::Step LineReader::feed(std::string_view octets) {
    const std::size_t end = octets.find('\n');
    collect(octets.substr(0, end));
    if (end == octets.npos) return {octets.size(), {}};
    return {end + 1, finish()};
}

}  // namespace immp::bridge
