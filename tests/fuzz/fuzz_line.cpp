// layer: wire
// Octets to lines, tokens and commands; the first octet says how they are cut.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "bridge/wire/command.hpp"
#include "bridge/wire/line.hpp"

namespace {

using namespace immp::bridge;

std::string read(std::string_view octets, std::size_t piece) {
    LineReader reader;
    std::string told;
    while (!octets.empty()) {
        const LineReader::Step step = reader.feed(octets.substr(0, piece));
        octets.remove_prefix(step.taken);
        if (!step.line) continue;
        told += step.line->error ? std::to_string(step.line->error->code) : step.line->text;
        told += step.line->may_have_body ? "!\n" : "\n";
        const auto commands = parse_line(step.line->text);
        if (!commands) continue;
        for (const Command& command : *commands) {
            if (!command.spec) {
                if (!command.error) std::abort();
                continue;
            }
            told += command.spec->keywords;
            if (command.spec->verb == Verb::data || command.spec->verb == Verb::chunk)
                told += body_frame(command) ? "+" : "-";
        }
    }
    return told;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view octets(reinterpret_cast<const char*>(data) + 1, size - 1);
    if (read(octets, octets.size()) != read(octets, 1u + data[0])) std::abort();
    return 0;
}
