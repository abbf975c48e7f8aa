#include "bridge/client/conversation.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "bridge/client/display.hpp"
#include "bridge/wire/token.hpp"

namespace immp::bridge::client {

namespace {

constexpr std::size_t kMaxReplyLineBytes = 65'536;
constexpr std::size_t kMaxPipelineId = 32;
/// Lines of other pipelines that come while one is awaited.
constexpr std::size_t kMaxKept = 1'000;

Failure not_the_protocol(std::string_view line) {
    return {ExitStatus::protocol,
            "the server does not speak IMMP as expected (\"" + one_line(line.substr(0, 80)) +
                "\"); check server and port",
            0};
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Takes `x: ` off the front, if it is there.
std::string take_pipeline(std::string_view& line) {
    const std::size_t end = line.substr(0, kMaxPipelineId + 2).find(": ");
    const std::string_view id = line.substr(0, end == line.npos ? 0 : end);
    const bool is_id = !id.empty() && std::ranges::all_of(id, [](char c) {
        return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    });
    if (!is_id) return {};
    line.remove_prefix(id.size() + 2);
    return std::string(id);
}

}  // namespace

std::optional<std::string> Reply::field(std::string_view key) const {
    const std::string wanted = " " + std::string(key) + "=";
    const std::string padded = " " + text;
    const auto at = padded.rfind(wanted);
    if (at == std::string::npos) return std::nullopt;
    const auto begin = at + wanted.size();
    return padded.substr(begin, padded.find(' ', begin) - begin);
}

Error Reply::error() const {
    Error error{code, text, {}, std::nullopt};
    const auto fields = text.find(" e=");
    if (fields != std::string::npos) error.text.resize(fields);
    if (const auto retry = field("retry"))
        if (const auto seconds = parse_number(*retry))
            error.retry = std::chrono::seconds(std::min<std::uint64_t>(*seconds, 1'000'000));
    return error;
}

std::optional<Reply> parse_reply(std::string_view line) {
    Reply reply;
    reply.pipeline = take_pipeline(line);
    if (line.size() < 3 || !std::all_of(line.begin(), line.begin() + 3, is_digit) || line[0] == '0')
        return std::nullopt;
    for (const char digit : line.substr(0, 3))
        reply.code = reply.code * 10 + (digit - '0');
    line.remove_prefix(3);
    reply.more = line.starts_with('-');
    if (reply.more) line.remove_prefix(1);
    if (line.empty()) return reply;
    if (!line.starts_with(' ')) return std::nullopt;
    reply.text = line.substr(1);
    return reply;
}

Conversation::Conversation(std::unique_ptr<Transport> transport) : transport_(std::move(transport)) {}

Outcome<void> Conversation::send(std::string_view line) {
    // A line end inside an argument would begin another command.
    if (line.find_first_of(std::string_view("\r\n\0", 3)) != line.npos)
        return failed(ExitStatus::usage, "an argument has a line end; write it in one line");
    return transport_->write(std::string(line) + "\n");
}

Outcome<void> Conversation::send_octets(std::string_view octets) {
    return transport_->write(octets);
}

Outcome<void> Conversation::fill() {
    std::array<char, 16 * 1024> room;
    const auto got = transport_->read(room);
    if (!got) return std::unexpected(got.error());
    if (*got == 0) return failed(ExitStatus::temporary, "the server ended the connection; try again");
    buffer_.append(room.data(), *got);
    return {};
}

Outcome<Reply> Conversation::next(std::string_view pipeline) {
    return next_where([&](const Reply& reply) { return reply.pipeline == pipeline; });
}

Outcome<Reply> Conversation::next_of_pipelines() {
    return next_where([](const Reply& reply) { return !reply.pipeline.empty(); });
}

Outcome<Reply> Conversation::next_where(const Wanted& wanted) {
    const auto kept = std::ranges::find_if(kept_, wanted);
    if (kept != kept_.end()) {
        Reply reply = std::move(*kept);
        kept_.erase(kept);
        return reply;
    }
    while (true) {
        auto reply = read_line();
        if (!reply || wanted(*reply)) return reply;
        if (kept_.size() >= kMaxKept) return std::unexpected(not_the_protocol(reply->text));
        kept_.push_back(*std::move(reply));
    }
}

Outcome<Reply> Conversation::read_line() {
    std::size_t end = 0;
    while ((end = buffer_.find('\n')) == std::string::npos) {
        if (buffer_.size() > kMaxReplyLineBytes) return std::unexpected(not_the_protocol(buffer_));
        if (auto more = fill(); !more) return std::unexpected(more.error());
    }
    std::string_view line(buffer_.data(), end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    auto reply = parse_reply(line);
    if (!reply) return std::unexpected(not_the_protocol(line));
    buffer_.erase(0, end + 1);
    return std::move(*reply);
}

Outcome<Reply> Conversation::expect(int code, std::string_view pipeline) {
    return expect_one_of({code}, pipeline);
}

Outcome<Reply> Conversation::expect_one_of(std::initializer_list<int> codes, std::string_view pipeline) {
    auto reply = next(pipeline);
    if (!reply) return reply;
    if (std::ranges::find(codes, reply->code) != codes.end()) return reply;
    if (reply->refuses()) return std::unexpected(refusal_failure(reply->error()));
    return std::unexpected(not_the_protocol(std::to_string(reply->code) + " " + reply->text));
}

Outcome<void> Conversation::read_body(std::uint64_t length, const Sink& sink) {
    while (length > 0) {
        if (buffer_.empty())
            if (auto more = fill(); !more) return more;
        const auto octets = static_cast<std::size_t>(std::min<std::uint64_t>(length, buffer_.size()));
        if (auto taken = sink(std::string_view(buffer_).substr(0, octets)); !taken) return taken;
        buffer_.erase(0, octets);
        length -= octets;
    }
    if (buffer_.empty())
        if (auto more = fill(); !more) return more;
    if (buffer_[0] != '\n') return std::unexpected(not_the_protocol(buffer_));
    buffer_.erase(0, 1);
    return {};
}

}  // namespace immp::bridge::client
