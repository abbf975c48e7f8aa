// layer: calling
// A reply line that a client gets, and what it shows of it: no control character reaches the terminal, and
// what our own server writes of any text is one line that reads back.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "bridge/client/conversation.hpp"
#include "bridge/client/display.hpp"
#include "bridge/wire/reply.hpp"

namespace {

using namespace immp::bridge;

void expect(bool holds) {
    if (!holds) std::abort();
}

bool is_control(char c) {
    return static_cast<std::uint8_t>(c) < 0x20 || c == 0x7f;
}

void check_shown(std::string_view text) {
    const std::string line = client::one_line(text);
    expect(std::ranges::none_of(line, is_control) && client::one_line(line) == line);
    const std::string lines = client::many_lines(text);
    expect(std::ranges::none_of(lines, [](char c) { return is_control(c) && c != '\n' && c != '\t'; }));
    expect(client::many_lines(lines) == lines);
    (void)client::column(text, 10);
}

void check_written(std::string_view text) {
    for (const More more : {More::last, More::follows}) {
        std::string line = reply_line("", 250, more, text);
        expect(line.size() <= kMaxReplyBytes && line.ends_with('\n'));
        line.pop_back();
        expect(std::ranges::none_of(line, is_control));
        const auto reply = client::parse_reply(line);
        expect(reply && reply->code == 250 && reply->more == (more == More::follows));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    check_shown(text);
    check_written(text);
    const auto reply = client::parse_reply(text);
    if (!reply) return 0;
    expect(reply->code >= 100 && reply->code <= 999);
    if (const auto field = reply->field("e")) expect(field->find(' ') == field->npos);
    expect(reply->text.starts_with(reply->error().text));
    expect(std::ranges::none_of(client::refusal_failure(reply->error()).text, is_control));
    return 0;
}
