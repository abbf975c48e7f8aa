#include "bridge/wire/body.hpp"

#include <algorithm>
#include <utility>

#include "armor/bytes.hpp"
#include "bridge/wire/codes.hpp"

namespace immp::bridge {
namespace {

constexpr unsigned kEndingEmptyLines = 2;

// Base64 is 4/3 of the octets and its line ends; what is more than twice as long hides something else.
std::uint64_t wire_limit(std::uint64_t limit_bytes) {
    return limit_bytes * 2 + 1024;
}

}  // namespace

// All octets before the first bad character, however the text is cut: what is too large is found at the same
// octet then.
std::string Base64Lines::decode(std::string_view text) {
    if (error_ || text.empty()) return {};
    const armor::Base64Decoder before = decoder_;
    if (const auto octets = decoder_.append(text)) return std::string(as_text(*octets));
    error_ = refusal(415, "Bad base64");
    decoder_ = before;
    std::string good;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto octets = decoder_.append(text.substr(at, 1));
        if (!octets) break;
        good += as_text(*octets);
    }
    return good;
}

Base64Lines::Step Base64Lines::feed(std::string_view octets) {
    const std::size_t end = octets.find('\n');
    std::string_view text = octets.substr(0, end);
    Step step;
    step.taken = text.size();
    if (!text.empty()) {
        step.text = carriage_return_;
        if (carriage_return_) step.octets = decode("\r");  // it was inside a line: bad
        carriage_return_ = text.ends_with('\r');
        if (carriage_return_) text.remove_suffix(1);
        step.octets += decode(text);
        step.text |= !text.empty();
        line_has_octets_ |= step.text;
    }
    if (end == octets.npos) return step;
    ++step.taken;
    step.empty_line = !line_has_octets_;
    line_has_octets_ = carriage_return_ = false;
    return step;
}

void Base64Lines::finish() {
    if (!error_ && !decoder_.finish()) error_ = refusal(415, "Bad base64: it ends too early");
}

BodyReader::BodyReader(const BodyFrame& frame, std::uint64_t limit_bytes)
    : frame_(frame), limit_bytes_(limit_bytes), left_(frame.length.value_or(0)) {}

BodyReader::Step BodyReader::feed(std::string_view octets) {
    Step step = frame_.length ? feed_counted(octets) : feed_open(octets);
    judge(step);
    return step;
}

void BodyReader::complain(State state, Error error) {
    if (!error_) error_ = std::move(error);
    state_ = state;
}

void BodyReader::judge(const Step& step) {
    wire_bytes_ += step.taken;
    decoded_bytes_ += step.octets.size();
    const bool too_large =
        decoded_bytes_ > limit_bytes_ || (frame_.base64 && wire_bytes_ > wire_limit(limit_bytes_));
    if (too_large && state_ != State::broken) {
        error_.reset();
        complain(State::broken, refusal(413, "Too large, closing"));
    }
}

std::string BodyReader::decode(std::string_view octets) {
    std::string decoded;
    while (!octets.empty()) {
        Base64Lines::Step step = base64_.feed(octets);
        octets.remove_prefix(step.taken);
        decoded += step.octets;
        if (step.empty_line && !error_) error_ = refusal(415, "Bad base64: an empty line");
    }
    return decoded;
}

BodyReader::Step BodyReader::feed_counted(std::string_view octets) {
    const std::string_view body = octets.substr(0, std::min<std::uint64_t>(left_, octets.size()));
    left_ -= body.size();
    Step step{body.size(), frame_.base64 ? decode(body) : std::string(body)};
    octets.remove_prefix(body.size());
    if (octets.empty()) return step;
    if (octets.front() != '\n') {
        error_.reset();
        complain(State::broken, refusal(710, "No line end behind the body, closing"));
        return step;
    }
    ++step.taken;
    if (frame_.base64) base64_.finish();
    if (base64_.error()) complain(State::ended, *base64_.error());
    state_ = State::ended;
    return step;
}

BodyReader::Step BodyReader::feed_open(std::string_view octets) {
    Step step;
    while (state_ == State::reading && !octets.empty()) {
        Base64Lines::Step line = base64_.feed(octets);
        octets.remove_prefix(line.taken);
        step.taken += line.taken;
        step.octets += line.octets;
        if (line.text && empty_lines_ == 1 && !error_)
            error_ = refusal(415, "Bad base64: one empty line alone");
        if (line.text) empty_lines_ = 0;
        if (line.empty_line && ++empty_lines_ == kEndingEmptyLines) {
            base64_.finish();
            if (base64_.error()) complain(State::ended, *base64_.error());
            state_ = State::ended;
        }
    }
    return step;
}

}  // namespace immp::bridge
