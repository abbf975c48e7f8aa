// layer: wire
// JSON that a client gets from its server. The first octet says how it is cut and to what length its strings
// are: cut in pieces it is the same, and what was JSON in ASCII without escapes still is.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "bridge/wire/json_value.hpp"

namespace {

using namespace immp::bridge;

std::string cut(std::string_view text, std::size_t string_bytes, std::size_t piece) {
    JsonStringCutter cutter(string_bytes);
    std::string kept;
    for (; !text.empty(); text.remove_prefix(std::min(piece, text.size())))
        kept += cutter.feed(text.substr(0, piece));
    return kept;
}

// Every question that the client asks, of every value that it reaches.
std::size_t visit(const JsonValue& value) {
    std::size_t seen = 1;
    for (const std::string_view key : {"_id", "to", "length", "parts", "data", ""}) {
        seen += value.text(key).size() + value.texts(key).size() + (value.number(key) > 0 ? 1 : 0);
        for (const JsonValue& item : value.member(key).items())
            seen += visit(item);
    }
    for (const JsonValue& item : value.items())
        seen += visit(item);
    return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::size_t string_bytes = data[0] / 4 * 4;
    const std::string kept = cut(text, string_bytes, std::max<std::size_t>(text.size(), 1));
    if (kept != cut(text, string_bytes, 1u + data[0]) || kept.size() > text.size()) std::abort();
    const auto json = JsonValue::parse(text);
    if (!json) return json.error().code == 415 ? 0 : (std::abort(), 0);
    if (visit(*json) == 0) std::abort();
    const bool plain = std::ranges::all_of(text, [](char c) { return c >= 0 && c != '\\'; });
    // Names are cut too: down to the length of "data", longer ones become it.
    const std::string_view name = "data";
    const auto shown = JsonValue::parse(kept);
    if (plain && !shown) std::abort();
    if (plain && string_bytes > name.size() && shown->text(name) != json->text(name).substr(0, string_bytes))
        std::abort();
    return 0;
}
