#include "bridge/client/complaint.hpp"

#include <ostream>

#include "armor/json_line.hpp"

namespace immp::bridge::client {

void show_failure(std::ostream& notes, const Failure& failure, Format format) {
    if (format == Format::json) {
        armor::JsonWriter json;
        json.text("error", failure.text).number("status", static_cast<std::uint64_t>(failure.status));
        if (failure.code != 0) json.number("code", static_cast<std::uint64_t>(failure.code));
        notes << json.line() << '\n';
    } else {
        notes << "immp: " << failure.text << '\n';
    }
}

}  // namespace immp::bridge::client
