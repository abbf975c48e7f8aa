#include "bridge/wire/line.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "armor/names.hpp"
#include "bridge/wire/codes.hpp"
#include "bridge/wire/command.hpp"

namespace immp::bridge {
namespace {

constexpr std::size_t kLongestWord = 33;  // a pipeline's id and one more, so that longer words do not match

constexpr std::string_view kCutsLine("\r\0", 2);

char upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

bool is_control(char c) {
    return static_cast<std::uint8_t>(c) < 0x20 || c == 0x7f;
}

bool has_controls(std::string_view text) {
    if (std::ranges::any_of(text, is_control)) return true;
    for (std::size_t at = text.find('\xc2'); at != text.npos; at = text.find('\xc2', at + 1))
        if (at + 1 < text.size() && static_cast<std::uint8_t>(text[at + 1]) < 0xa0) return true;
    return false;
}

}  // namespace

bool BodyWatch::ends_word() const {
    const bool counts = state_ == State::verb || state_ == State::lost;
    return counts && (word_ == "DATA" || word_ == "CHUNK");
}

void BodyWatch::end_word(State next) {
    found_ = found_ || ends_word();
    word_.clear();
    state_ = next;
}

void BodyWatch::feed(char c) {
    if (c == ';') return end_word(State::verb);
    if (state_ == State::id) return feed_id(c);
    if (c != ' ' && !is_control(c) && c != '"' && c != ',') {
        if (state_ != State::rest && word_.size() < kLongestWord) word_ += upper(c);
    } else if (!word_.empty()) {
        const State behind_verb = word_ == "AS" ? State::id : State::rest;
        end_word(state_ == State::lost ? State::lost : behind_verb);
    }
}

void BodyWatch::feed_id(char c) {
    if (c == ' ') {
        if (!word_.empty()) end_word(State::verb);
        return;
    }
    word_ += c;
    if (!is_pipeline_id(word_)) end_word(State::lost);
}

void BodyWatch::feed(std::string_view octets) {
    for (const char c : octets)
        feed(c);
}

bool may_have_body(std::string_view line) {
    BodyWatch watch;
    watch.feed(line);
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
    if (!has_controls(text) && armor::is_utf8(text)) return {std::move(text), {}, false};
    Line refused{
        {}, refusal(415, "A line is UTF-8 without control characters"), immp::bridge::may_have_body(text)};
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
